"""An executor in a process of its own.

That of this machine's processes adopts and waits for every child there is, so it cannot live where
tests have children, too; that of a cluster brings threads along.
"""

from __future__ import annotations

import marshal
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spry_jupyter import model
from spry_jupyter.run import executor as reports

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
_HOST = """
import marshal, sys
sys.path[:0] = [{root!r}]
from dataclasses import astuple
from spry_jupyter.run import trees
from spry_jupyter.run.executor import Attempt
{patch}
trees.become_subreaper()
{make}
def told(report):
    plain = [getattr(report, name) for name in report.__slots__]
    plain = [(type(v).__name__, *astuple(v)) if hasattr(v, "__slots__") else v for v in plain]
    return (type(report).__name__, *plain)
source, sink = sys.stdin.buffer, sys.stdout.buffer
while True:
    name, words, flags = marshal.load(source)
    if name == "start":
        words = (Attempt(**words[0]),)
    answer = getattr(executor, name)(*words, **flags)
    marshal.dump([told(report) for report in answer or ()], sink)
    sink.flush()
    if name == "close":
        break
"""


LOCAL = """
from spry_jupyter.run.local import LocalExecutor
executor = LocalExecutor(b"contract-")
"""
ON_DASK = """
from spry_jupyter.run.dask.cluster import connect
from spry_jupyter.run.dask.executor import DaskExecutor
executor = DaskExecutor(connect({address!r}), {address!r})
"""


class HostedExecutor:
    """Implements `run.executor.Executor` by asking an executor in another process."""

    def __init__(self, host: subprocess.Popen[bytes]) -> None:
        self.host = host

    def start(self, attempt: reports.Attempt) -> None:
        names = reports.Attempt.__slots__
        self._ask("start", dict(zip(names, astuple(attempt), strict=True)))

    def stop(self, attempt: int, grace: float) -> None:
        self._ask("stop", attempt, grace)

    def sweep(self, token: int, attempts: Collection[int], grace: float, *, strays: bool) -> None:
        self._ask("sweep", token, list(attempts), grace, strays=strays)

    def poll(self, timeout: float) -> Sequence[reports.Report]:
        return [_report(plain) for plain in self._ask("poll", timeout)]

    def close(self, grace: float) -> None:
        self._ask("close", grace)

    def _ask(self, name: str, *words: Any, **flags: Any) -> Any:
        assert self.host.stdin is not None
        assert self.host.stdout is not None
        marshal.dump((name, words, flags), self.host.stdin)
        self.host.stdin.flush()
        return marshal.load(self.host.stdout)


def _report(plain: Any) -> reports.Report:
    name, *fields = plain
    if name == "Ended":
        reason, *rest = fields[1]
        fields[1] = getattr(model, reason)(*rest)
    report: reports.Report = getattr(reports, name)(*fields)
    return report


@contextmanager
def hosted(
    patch: str = "", wrap: Sequence[str] = (), make: str = LOCAL
) -> Iterator[HostedExecutor]:
    """Run one until the block ends.

    Args:
        make: Code that makes it.
        patch: Code to run in its process before it is made.
        wrap: A program, with its arguments, to start that process by.
    """
    code = _HOST.format(root=str(ROOT), patch=patch, make=make)
    host = subprocess.Popen(
        [*wrap, sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield HostedExecutor(host)
    finally:
        if host.poll() is None:
            os.killpg(host.pid, signal.SIGKILL)
        host.communicate()
