"""What running on Dask costs: a thousand tasks on two workers, and how fast an end is noticed.

    python -m tests.benchmarks.cluster [--tasks N] [--rounds N]

Each round times, one after the other: the tasks on this machine, on a cluster of the product's own,
on a scheduler reached by an address without and with TLS, and the same calls of `subprocess.run`
submitted to plain `distributed` with the same workers. All are warm: interpreters and clusters have
been started before. The last lines are tables in Markdown, with medians.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import psutil

sys.path.append(str(Path(__file__).resolve().parents[1] / "shared"))

from certificates import certificates
from dask_cluster import Cluster, cluster
from sleepers import own_nap, sleepers

from spry_jupyter.model import Task
from spry_jupyter.runbook import Runbook

from .table import markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spry_jupyter.results import Run

WORKERS = 2
THREADS = -(-max(8, (os.cpu_count() or 1) + 2) // WORKERS)  # of each, as the product's own have
JOBS = WORKERS * THREADS
PLAIN = "plain distributed"
PATIENCE = 20.0  # seconds


def timed(act: Callable[[], object]) -> tuple[float, float]:
    """The seconds that something takes, and those of processor time of all processes below this."""
    before, began = processor_time(), time.perf_counter()
    act()
    return time.perf_counter() - began, processor_time() - before


def processor_time() -> float:
    """Seconds that this process has used, all below it, and all that these have waited for."""
    found = 0.0
    me = psutil.Process()
    for process in (me, *me.children(recursive=True)):
        with suppress(psutil.Error):
            found += sum(process.cpu_times()[:4])
    return found


@contextmanager
def plain(folder: Path, count: int) -> Iterator[Callable[[], object]]:
    """What somebody would write without the product."""
    from distributed import Client, LocalCluster

    script = folder / "true.sh"
    script.write_text("true\n")
    argv = ["bash", "-e", "-o", "pipefail", str(script)]
    how = {"n_workers": WORKERS, "threads_per_worker": THREADS, "dashboard_address": None}
    with LocalCluster(**how, silence_logs=60) as local, Client(local) as client:

        def run() -> None:
            calls = [
                client.submit(subprocess.run, argv, capture_output=True, pure=False)
                for _ in range(count)
            ]
            assert all(done.returncode == 0 for done in client.gather(calls))

        yield run


def ways(folder: Path, count: int, stack: ExitStack) -> dict[str, Callable[[], object]]:
    """All that are timed, ready to be."""
    book = Runbook([Task(name=f"t{n}", body="true") for n in range(count)], folder=folder)

    def on(executor: str) -> Callable[[], object]:
        return lambda: book.run(jobs=JOBS if executor == "local" else None, executor=executor)

    found = {"this machine": on("local"), "--executor dask": on("dask")}
    stack.enter_context(patch.dict(os.environ, certificates(folder)))
    for protocol in ("tcp", "tls"):
        there = cluster(folder, os.environ, protocol=protocol)
        servers = stack.enter_context(there)
        servers.add("w1", "w2", nthreads=THREADS)
        found[f"--executor dask={protocol}://…"] = on(f"dask={servers.address}")
    found[PLAIN] = stack.enter_context(plain(folder, count))
    return found


def compare(count: int, rounds: int) -> list[list[str]]:
    """Time every way; return the rows of the table."""
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        taken: dict[str, list[tuple[float, float]]] = {}
        every = ways(Path(temporary), count, stack)
        for way, run in every.items():
            sys.stderr.write(f"{way}\n")
            run()
            taken[way] = []
        for _ in range(rounds):
            for way, run in every.items():
                taken[way].append(timed(run))
    plain_wall, plain_cpu = medians(taken[PLAIN])
    return [
        [way, f"{wall:.2f} s", f"{wall / plain_wall:.2f}", f"{cpu:.2f} s", f"{cpu / plain_cpu:.2f}"]
        for way, (wall, cpu) in zip(taken, map(medians, taken.values()), strict=True)
    ]


def medians(taken: list[tuple[float, float]]) -> tuple[float, float]:
    """The medians of what `timed` returned."""
    return statistics.median(wall for wall, _ in taken), statistics.median(cpu for _, cpu in taken)


def sleeping(folder: Path, servers: Cluster) -> tuple[Run, str]:
    """Begin a run of a task that sleeps in three processes, and wait until it does."""
    nap = own_nap()
    body = f"sleep {nap} & setsid sleep {nap} & sleep {nap}"
    book = Runbook([Task(name="t", body=body)], folder=folder)
    run = book.run(executor=f"dask={servers.address}", background=True)
    until(lambda: len(sleepers(nap)) == 3)
    return run, nap


def until(true: Callable[[], object]) -> float:
    """Wait until something is true; return the seconds that took."""
    began = time.perf_counter()
    while not true():
        assert time.perf_counter() - began < PATIENCE
    return time.perf_counter() - began


def endings(rounds: int) -> list[list[str]]:
    """Time how fast a cancelled task is gone, and how fast a lost worker is noticed."""
    cancelled, noticed, gone = [], [], []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for _ in range(rounds):
            with cluster(folder, os.environ, "w1") as servers:
                run, nap = sleeping(folder, servers)
                run.stop("t")
                cancelled.append(until(lambda nap=nap: not sleepers(nap)))
                run.wait(check=False)
                run, nap = sleeping(folder, servers)
                psutil.Process(servers.workers["w1"].pid).kill()
                noticed.append(until(lambda run=run: run["t"].outcome is not None))
                gone.append(noticed[-1] + until(lambda nap=nap: not sleepers(nap)))
                run.wait(check=False)
    rows = {
        "a task is cancelled: all its processes are gone": cancelled,
        "a worker is killed: the run says so": noticed,
        "… all processes of its tasks are gone": gone,
    }
    return [
        [what, f"{statistics.median(times) * 1000:.0f} ms", f"{max(times) * 1000:.0f} ms"]
        for what, times in rows.items()
    ]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.cluster",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--tasks", type=int, default=1000, help="how many tasks are run")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed")
    given = parser.parse_args()
    rows = compare(given.tasks, given.rounds)
    print(markdown(["", f"{given.tasks} tasks", "× plain", "processors", "× plain"], rows))  # noqa: T201 - the result
    print(markdown(["", "median", "worst"], endings(given.rounds)))  # noqa: T201 - likewise


if __name__ == "__main__":
    main()
