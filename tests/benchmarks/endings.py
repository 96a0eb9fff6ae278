"""Ways to end a task, each tried on tasks that try to get away.

    python -m tests.benchmarks.endings [--rounds N] [--tasks NAME…]

For each way and each task: the milliseconds until the last of its processes was gone, at the median,
or LEAK where one was left in any round. The lines in bold are of this product; the exit status is 1 if
there is a LEAK in one of these.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

sys.path.append(str(Path(__file__).resolve().parents[1] / "shared"))

from bench import Bench

from spry_jupyter.run.client import client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

GRACE = 0.5  # seconds that the ways which are not ours give
WITH_RUN = -1.0  # it lived until the run ended
LOOKS = 5  # that have to find nothing
PATIENCE = 7.0  # seconds after which what is still there counts as left; ours gives 5

SCENARIOS = {
    "plain": "sleep NAP & sleep NAP & echo > ready; wait",
    "nohup": "nohup sleep NAP & echo > ready; wait",
    "ignores TERM": "trap '' TERM INT; (sleep NAP; sleep NAP) & echo > ready; wait",
    "setsid": "setsid bash -c 'echo > ready; exec sleep NAP' & wait",
    "daemon": "(setsid bash -c 'echo > ready; exec sleep NAP' &); sleep NAP",
    "daemon, parent gone": "setsid bash -c 'setsid sleep NAP & exit' & wait; echo > ready; sleep NAP",
    "daemon, no environment": (
        "env -i setsid bash -c 'setsid sleep NAP & exit' & wait; echo > ready; sleep NAP"
    ),
    "forks on": (
        "cat > hop.sh <<'E'\nsleep 0.01; setsid bash hop.sh $1 & exit\nE\n"
        "setsid bash hop.sh NAP & sleep 0.05; echo > ready; sleep NAP"
    ),
}


def by_terminate_and_kill(process: subprocess.Popen[bytes]) -> None:
    """What `Popen` offers."""
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()


def by_group(process: subprocess.Popen[bytes]) -> None:
    """The process group, as most runners do."""
    os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def by_tree_and_group(process: subprocess.Popen[bytes]) -> None:
    """All descendants as psutil sees them at one moment, and the group."""
    family = psutil.Process(process.pid).children(recursive=True)
    by_group(process)
    for child in family:
        with suppress(psutil.NoSuchProcess):
            child.kill()


def foreign(end: Callable[[subprocess.Popen[bytes]], None]) -> Callable[[Bench, str], float]:
    """Return how to time a way that is not ours."""

    def timed(bench: Bench, body: str) -> float:
        ready = bench.fifo("ready")
        process = subprocess.Popen(
            ["bash", "-c", body], cwd=bench.folder, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        bench.hear(ready)
        began = time.monotonic()
        end(process)
        process.wait()
        return until_gone(bench, began, 1.0)

    return timed


def by_stopping_the_run(bench: Bench, body: str) -> float:
    """Ours: the run is stopped."""
    ready = bench.fifo("ready")
    run = bench.book(bench.task("a", body)).run(background=True, check=False)
    bench.hear(ready)
    began = time.monotonic()
    run.stop()
    run.wait(check=False)
    return until_gone(bench, began, 0.1)


def by_stopping_one_task(bench: Bench, body: str) -> float:
    """Ours: one task is stopped, and the daemon of another has to live on."""
    ready, other = bench.fifo("ready"), Bench(bench.folder)
    started = other.fifo("started")
    spared = f"(setsid sleep {other.nap} &); echo > started; sleep {other.nap}"
    tasks = bench.task("a", body), bench.task("b", spared)
    run = bench.book(*tasks).run(background=True, check=False)
    bench.hear(ready)
    bench.hear(started)
    began = time.monotonic()
    run.stop("a")
    while run["a"].outcome is None:
        run._take(1.0)
    took = until_gone(bench, began, 0.3)
    assert other.naps(), "the daemon of another task was ended, too"
    run.stop()
    run.wait(check=False)
    return WITH_RUN if took == PATIENCE and not bench.naps() else took


def by_killing_the_front(bench: Bench, body: str) -> float:
    """Ours: the kernel or the command line is killed."""
    ready = bench.fifo("ready")
    bench.folder.joinpath("Spryfile.md").write_text(f"```bash a\n{body}\n```\n")
    words = [sys.executable, "-m", "spry_jupyter", "task", "a"]
    front = subprocess.Popen(words, cwd=bench.folder, stdout=subprocess.DEVNULL)
    bench.hear(ready)
    began = time.monotonic()
    front.kill()
    front.wait()
    return until_gone(bench, began, PATIENCE)


def by_killing_the_runner(bench: Bench, body: str) -> float:
    """Ours: the parent of every task is killed."""
    ready = bench.fifo("ready")
    run = bench.book(bench.task("a", body)).run(background=True, check=False)
    bench.hear(ready)
    began = time.monotonic()
    for process in psutil.Process(client().pid).children():
        process.kill()
    run.wait(check=False)
    return until_gone(bench, began, 0.1)


WAYS: dict[str, Callable[[Bench, str], float]] = {
    "`Popen.terminate`, `kill`": foreign(by_terminate_and_kill),
    "`killpg` TERM, KILL": foreign(by_group),
    "psutil's tree and `killpg`": foreign(by_tree_and_group),
    "**a run is stopped**": by_stopping_the_run,
    "**one of two tasks is stopped**": by_stopping_one_task,
    "**the kernel is killed**": by_killing_the_front,
    "**the runner is killed**": by_killing_the_runner,
}


def until_gone(bench: Bench, began: float, patience: float) -> float:
    """Return the seconds until nothing of a task is left; `PATIENCE` and more is a leak."""
    gone: list[float] = []  # one look may miss who forks just then
    last = time.monotonic() + patience
    while len(gone) < LOOKS:
        gone = [] if bench.naps() else [*gone, time.monotonic()]
        if not gone and time.monotonic() > last:
            return PATIENCE
    return gone[0] - began


def clear(bench: Bench) -> None:
    """End what a way has left."""
    while left := bench.naps():
        for process in left:
            process.suspend()  # or one that forks on would get away from us, too
        subprocess.run(["pkill", "-KILL", "-f", bench.nap], check=False)


def cell(times: list[float]) -> str:
    """Return what the table says of some rounds."""
    if max(times) >= PATIENCE:
        return "LEAK"
    if WITH_RUN in times:
        return "with the run"
    return f"{statistics.median(times) * 1000:.0f}"


def rows(rounds: int, scenarios: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of the table as they are known."""
    yield "| ended by | " + " | ".join(scenarios) + " |"
    yield "|---" * (len(scenarios) + 1) + "|"
    for way, timed in WAYS.items():
        cells = []
        for body in scenarios.values():
            times = []
            for _ in range(rounds):
                with tempfile.TemporaryDirectory() as folder:
                    bench = Bench(Path(folder))
                    times.append(timed(bench, body.replace("NAP", bench.nap)))
                    clear(bench)
            cells.append(cell(times))
        yield f"| {way} | " + " | ".join(cells) + " |"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.endings", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is tried")
    parser.add_argument("--tasks", nargs="+", choices=SCENARIOS, default=SCENARIOS, metavar="NAME")
    given = parser.parse_args()
    leaks = 0
    for row in rows(given.rounds, {name: SCENARIOS[name] for name in given.tasks}):
        print(row, flush=True)  # noqa: T201 - the table is its output
        leaks += row.startswith("| **") and "LEAK" in row
    return 1 if leaks else 0


if __name__ == "__main__":
    sys.exit(main())
