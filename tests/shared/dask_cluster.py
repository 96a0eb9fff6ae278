"""A cluster of Dask whose scheduler and workers are processes that a test may kill.

To the product it is elsewhere: it is reached by an address, and files travel.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_PROGRAM = """
import asyncio, json, logging, sys, warnings
warnings.simplefilter("ignore")
from distributed import Scheduler, Worker
logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
kind, how = sys.argv[1], json.loads(sys.argv[2])
async def main():
    server = (Scheduler if kind == "scheduler" else Worker)(**how)
    async with server:
        print(server.address, flush=True)
        await server.finished()
asyncio.run(main())
"""


class Cluster:
    """A scheduler and its workers.

    Attributes:
        address: Of the scheduler.
        folder: For its files.
        scheduler: Its process.
        workers: Their processes, by name.
        env: What Dask's own configuration is to be, also for who uses the cluster.
    """

    def __init__(self, folder: Path, env: Mapping[str, str], protocol: str) -> None:
        self.env = dict(env)
        self.folder = folder
        self._protocol = protocol
        self.workers: dict[str, subprocess.Popen[str]] = {}
        how = {"host": "127.0.0.1", "port": 0, "dashboard": False, "protocol": protocol}
        self.scheduler = self._start("scheduler", how, ())
        self.address = _said(self.scheduler)

    def add(self, *names: str, wrap: Sequence[str] = (), **how: object) -> None:
        """Start workers, and wait until they are there.

        Args:
            names: Of the workers.
            wrap: A program, with its arguments, to start them by.
            how: What else `distributed.Worker` is to be given.
        """
        for name in names:
            more = {"local_directory": str(self.folder), "dashboard": False, "nthreads": 8}
            more |= {"scheduler_ip": self.address, "name": name, "protocol": self._protocol}
            self.workers[name] = self._start("worker", {**more, **how}, wrap)
        for name in names:
            _said(self.workers[name])

    def close(self) -> None:
        for process in (*self.workers.values(), self.scheduler):
            process.kill()
            process.communicate()

    def _start(
        self, kind: str, how: Mapping[str, object], wrap: Sequence[str]
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*wrap, sys.executable, "-c", _PROGRAM, kind, json.dumps(how)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            env=self.env,
            cwd=self.folder,
        )


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line, "it did not start"
    return line


@contextmanager
def cluster(
    folder: Path, env: Mapping[str, str], *workers: str, protocol: str = "tcp"
) -> Iterator[Cluster]:
    """Have a cluster until the block ends.

    Args:
        folder: For its files.
        env: Its whole environment.
        workers: Names of workers to start with.
        protocol: `tcp` or `tls`.
    """
    found = Cluster(folder, env, protocol)
    try:
        found.add(*workers)
        yield found
    finally:
        found.close()
