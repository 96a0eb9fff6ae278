"""Load a real kernel for long, and see that it neither grows nor stops answering.

    python -m tests.benchmarks.soak [--tasks 10000] [--runs 200] [--seconds 8]

Three loads, one after the other, in one kernel: many tasks at `-j 64`; then many runs in a row, between
which memory, descriptors, threads and processes of the kernel and of the runner are counted; then
eight tasks that print as fast as they can, during which the kernel is asked something all the time. The
exit status is 1 if anything has grown, was lost, or took longer than it may.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "jupyter"))

from headless import LiveKernel, live_kernel

if TYPE_CHECKING:
    from collections.abc import Callable

JOBS = 64
FLOODS = 8
WARM = 20  # runs before the first count: caches, pools and histories fill until then
MOST_GROWTH = 4.0  # MiB over all counted runs
SLOWEST = 0.025  # seconds, for 95 of 100 answers
LIMIT = 600.0


@dataclass(frozen=True)
class Count:
    """What a process and those below it hold: MiB of memory of their own, and numbers of the rest."""

    memory: float
    descriptors: int
    threads: int
    processes: int


def count(process: psutil.Process) -> Count:
    """Count what a kernel and its runner hold."""
    every = [process, *process.children(recursive=True)]
    return Count(
        sum(one.memory_full_info().uss for one in every) / 2**20,
        sum(one.num_fds() for one in every),
        sum(one.num_threads() for one in every),
        len(every),
    )


def told(line: str) -> None:
    """Show a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def define(kernel: LiveKernel, tasks: str) -> None:
    """Register tasks that Python code makes, as `Task` values; nothing is shown of them."""
    code = f"from spry_jupyter.model import Task\nget_ipython().run_line_magic('spry_rm', '--all')\nfor task in {tasks}:\n    get_ipython().spry_magics.session.registry.add(task, task.name)"
    execution = kernel.run(code, limit=LIMIT)
    assert not execution.error, execution.text


def many(kernel: LiveKernel, process: psutil.Process, tasks: int) -> list[str]:
    """Run very many tasks at once."""
    define(kernel, f"[Task(name=f't{{i}}', body='exit 0') for i in range({tasks})]")
    before = count(process)
    began = time.monotonic()
    execution = kernel.run(f"run = %spry_runbook -j {JOBS}", limit=LIMIT)
    took = time.monotonic() - began
    ended = kernel.run("print(sum(task.outcome == 'succeeded' for task in run))").text
    kernel.run("del run")
    after = count(process)
    told(
        f"{tasks:,} tasks, -j {JOBS}: {took:.1f} s, {took / tasks * 1000:.2f} ms a task; kernel and runner "
        f"hold {before.memory:.0f} MiB before and {after.memory:.0f} MiB after"
    )
    return [] if not execution.error and int(ended) == tasks else [f"{ended} of {tasks} succeeded"]


def often(kernel: LiveKernel, process: psutil.Process, runs: int) -> list[str]:
    """Run a small graph again and again."""
    define(
        kernel,
        "[Task(name=f't{i}', body='echo hello $SPRY_TASK; sleep 3333 & :', deps=(f't{i // 2}',) if i else (), "
        "capture=f'V{i}' if i % 3 == 0 else '') for i in range(8)]",
    )
    kernel.run("import gc, os")
    counts = []
    for number in range(WARM + runs):
        execution = kernel.run("%spry_runbook", limit=LIMIT)
        assert not execution.error, execution.text
        if number >= WARM - 1:
            kernel.run("_ = gc.collect()")
            counts.append(count(process))
    first = counts[: max(1, len(counts) // 10)]
    last = counts[-max(1, len(counts) // 10) :]
    names = ("memory", "descriptors", "threads", "processes")
    grown = {
        name: statistics.median(getattr(one, name) for one in last)
        - statistics.median(getattr(one, name) for one in first)
        for name in names
    }
    told(
        f"{runs} runs in a row: "
        + ", ".join(
            f"{name} {getattr(counts[0], name):.0f} → {getattr(counts[-1], name):.0f}"
            for name in names
        )
        + f" (MiB); grown by {grown['memory']:.1f} MiB"
    )
    allowed = {"memory": MOST_GROWTH, "descriptors": 0, "threads": 0, "processes": 0}
    return [f"{name} grew by {grown[name]:.1f}" for name in names if grown[name] > allowed[name]]


def floods(kernel: LiveKernel, folder: Path, seconds: float) -> list[str]:
    """Print without end, and ask the kernel something meanwhile."""
    define(
        kernel,
        f"[Task(name=f't{{i}}', body='timeout {seconds:g} yes || :') for i in range({FLOODS})]",
    )
    quiet = answers(kernel, lambda: False, 100)
    began = time.monotonic()
    kernel.run(f"run = %spry_runbook --bg -j {FLOODS}", limit=LIMIT)
    deadline = began + seconds * 0.9
    loaded = answers(kernel, lambda: time.monotonic() > deadline, 10**6)
    execution = kernel.run("_ = run.wait()", limit=LIMIT)
    said = sum(log.stat().st_size for log in folder.glob(".spry/runs/*/t*.log"))
    slow = statistics.quantiles(loaded, n=20)[-1]
    told(
        f"{FLOODS} floods for {seconds:g} s: {said / 2**20 / seconds:,.0f} MiB/s into logs; {len(loaded)} answers of "
        f"the kernel, half within {statistics.median(loaded) * 1000:.1f} ms, 95 of 100 within {slow * 1000:.1f} ms "
        f"(without load {statistics.quantiles(quiet, n=20)[-1] * 1000:.1f} ms)"
    )
    faults = [f"the floods failed: {execution.text}"] if execution.error else []
    return faults + ([f"the kernel answers in {slow * 1000:.0f} ms"] if slow > SLOWEST else [])


def answers(kernel: LiveKernel, over: Callable[[], bool], most: int) -> list[float]:
    """Ask the kernel to execute a cell, again and again; return the seconds that each took."""
    took: list[float] = []
    while len(took) < most and not over():
        began = time.perf_counter()
        kernel.run("1 + 1")
        took.append(time.perf_counter() - began)
        time.sleep(0.005)
    return took


def main() -> int:
    """Load a kernel as the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=8.0)
    given = parser.parse_args()
    gc.disable()
    faults: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="spry-soak-") as name,
        live_kernel(Path(name)) as kernel,
    ):
        process = psutil.Process(kernel.manager.provisioner.process.pid)
        assert not kernel.run("%load_ext spry_jupyter").error
        faults += many(kernel, process, given.tasks)
        faults += often(kernel, process, given.runs)
        faults += floods(kernel, Path(name), given.seconds)
    for fault in faults:
        told(f"✗ {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
