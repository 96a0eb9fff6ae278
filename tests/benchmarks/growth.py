"""How the product grows: the same commands on graphs of 1,000, 10,000 and 100,000 tasks.

    python -m tests.benchmarks.growth [--least N] [--most N] [--jobs N]

Every task but those of the first layer needs three others. Each command is a process of its own, timed from
outside; `run` runs `true` in bash for each task and keeps the record. The last lines are a table in
Markdown: seconds, and MiB that the command and the runner held at most.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from .graphs import layered
from .measure import Timing, timed
from .table import markdown
from .tools import Spry

LIMIT = 1800.0
DEPS = 3  # of each task
COMMANDS = {
    "ls": ("ls",),
    "check": ("check",),
    "dry run": ("runbook", "-n"),
    "picture": ("dag", "--format", "svg"),
    "run": ("runbook",),
}


def sizes(least: int, most: int) -> list[int]:
    """The smallest and its tenfolds, up to the largest."""
    found = [least]
    while found[-1] * 10 <= most:
        found.append(found[-1] * 10)
    return found


def measured(size: int, jobs: int) -> dict[str, Timing]:
    """Time every command on a graph of this size.

    Raises:
        RuntimeError: If one of them fails.
    """
    found: dict[str, Timing] = {}
    tool = Spry()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tool.write(layered(size, DEPS * size), folder)
        for name, words in COMMANDS.items():
            argv = (sys.executable, "-m", "spry_jupyter", *words)
            argv += ("-j", str(jobs)) if words[0] == "runbook" else ()
            sys.stderr.write(f"{size:,} tasks: {name}\n")
            timing = timed(argv, cwd=folder, env=tool.environment(), limit=LIMIT, peaks=True)
            if timing.status:
                raise RuntimeError(f"{name} ended with status {timing.status}: {timing.said}")
            found[name] = timing
    return found


def told(timing: Timing, size: int, name: str) -> str:
    """Seconds and memory, and of a run the time for each task."""
    memory = " + ".join(f"{timing.peaks[kind]:.0f}" for kind in sorted(timing.peaks))
    each = f", {timing.wall / size * 1000:.2f} ms a task" if name == "run" else ""
    return f"{timing.wall:.2f} s{each}, {memory} MiB"


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--least", type=int, default=1000, help="tasks of the smallest graph")
    parser.add_argument("--most", type=int, default=100_000, help="tasks of the largest graph")
    parser.add_argument("--jobs", type=int, default=8, help="tasks at once")
    given = parser.parse_args()
    columns = {size: measured(size, given.jobs) for size in sizes(given.least, given.most)}
    rows = [
        [name, *(told(column[name], size, name) for size, column in columns.items())]
        for name in COMMANDS
    ]
    sys.stdout.write(markdown(["", *(f"{size:,} tasks" for size in columns)], rows) + "\n")


if __name__ == "__main__":
    main()
