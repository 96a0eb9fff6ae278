"""Time the product and the tools that its users would take instead, in one run.

    python -m tests.benchmarks [CONTEST…] [--rounds N] [--tools spry,ninja] [--out FILE]

Whole processes are timed from outside, each once a round in an order shuffled anew. Before the
first round each tool shows that it does all of the work. The last lines are tables in Markdown:
medians, their ratios to other tools, the share of the machine that other programs took meanwhile
(figures beside much of it mean little), and what each process held of memory at most.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from .catalogue import Contest, contests
from .table import table
from .tools import Tool, present

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .race import Result


def _arguments() -> argparse.Namespace:
    names = [contest.name for contest in contests()]
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("contests", nargs="*", metavar="CONTEST", help=f"of {', '.join(names)}")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed")
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies all sizes")
    parser.add_argument("--tools", default="", help="only these, by name, with commas")
    parser.add_argument("--out", type=Path, help="write the tables there too")
    given = parser.parse_args()
    unknown = set(given.contests) - set(names)
    if unknown:
        parser.error(f"no such contest: {', '.join(sorted(unknown))} (of {', '.join(names)})")
    return given


def _progress(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _hold(
    chosen: Sequence[Contest], rounds: int, tools: Sequence[Tool]
) -> Iterator[tuple[Contest, list[Result]]]:
    """Hold contests, each in a folder of its own.

    Nothing is deleted before the last is over: for a minute and more after thousands of files are
    gone ext4 is slow to make new ones, which would count against the next contest.
    """
    with tempfile.TemporaryDirectory(prefix="spry-benchmark-") as folder:
        for contest in chosen:
            _progress(f"{contest.name}: {contest.title}")
            own = Path(folder, contest.name)
            own.mkdir()
            yield contest, contest.hold(own, rounds, tools)


def _setting(given: argparse.Namespace, tools: Sequence[Tool]) -> str:
    versions = ", ".join(f"{tool.name} ({tool.version()})" for tool in tools)
    machine = f"{os.cpu_count()} processors, {platform.system()} {platform.release()}"
    return f"{machine}; {given.rounds} rounds; {versions}\n"


def main() -> int:
    """Hold the contests that were asked for; the exit status is 1 if the product is out of one."""
    given = _arguments()
    tools, missing = present([name for name in given.tools.split(",") if name])
    for name in missing:
        _progress(f"{name}: not on PATH, left out")
    parts, lost = [_setting(given, tools)], False
    every = contests(given.scale)
    chosen = [each for each in every if not given.contests or each.name in given.contests]
    for contest, results in _hold(chosen, given.rounds, tools):
        parts.append(table(contest.title, results, against=contest.against))
        lost |= any(result.fault and "spry" in result.name for result in results)
    if missing:
        parts.append(f"Not on PATH, left out: {', '.join(missing)}.\n")
    text = "\n".join(parts)
    sys.stdout.write(text)
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
