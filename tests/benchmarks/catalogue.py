"""All contests, by the names that the command line knows them by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from .cells import register_cells
from .contests import plan_graph, print_much, run_graph, start_up
from .drawing import draw_graphs
from .graphs import Graph, chain, layered, wide
from .idle import INPUTS, nothing_to_do

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from .race import Result
    from .tools import Tool

PEERS = ("ninja", "just", "make")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Something to time.

    Attributes:
        name: For the command line.
        title: For the table.
        against: The contestants that the others are compared with.
        hold: Gets ready in an empty folder, and times so many rounds of these tools.
    """

    name: str
    title: str
    against: tuple[str, ...] = PEERS
    hold: Callable[[Path, int, Sequence[Tool]], list[Result]]


def contests(scale: float = 1.0) -> tuple[Contest, ...]:
    """All of them, in the order of the tables, with sizes multiplied by `scale`."""

    def size(full: int) -> int:
        return max(2, round(full * scale))

    many, few = size(1000), size(300)
    graph = layered(many, 3 * many)
    return (
        _graph("wide-2", f"{many} tasks that need nothing, -j2", wide(many), 2),
        _graph("wide-8", f"{many} tasks that need nothing, -j8", wide(many), 8),
        _graph("layered", f"{many} tasks with {graph.deps} deps, -j8", graph, 8),
        _graph("chain", f"{few} tasks in a chain, -j2", chain(few), 2),
        _sleeps(size(40)),
        _one_line(size(300)),
        _lines(size(3_000_000)),
        _plan(size(100_000)),
        _pictures(10, size(100), size(1000)),
        _cells(many),
        _nothing(size(1000)),
        Contest(name="start", title="Start-up", against=("python", "ipython"), hold=start_up),
    )


def _graph(name: str, title: str, graph: Graph, jobs: int) -> Contest:
    return Contest(name=name, title=title, hold=partial(run_graph, graph, jobs))


def _nothing(count: int) -> Contest:
    return Contest(
        name="nothing",
        title=f"Nothing to do: {count} tasks with {(INPUTS + 1) * count} files",
        against=("ninja", "make", "task"),
        hold=partial(nothing_to_do, count),
    )


def _sleeps(count: int) -> Contest:
    best = -(-count // 10) * 0.2
    title = f"{count} × `sleep 0.2`, -j10 ({best:.1f} s at best)"
    return _graph("sleep", title, wide(count, "sleep 0.2"), 10)


def _one_line(megabytes: int) -> Contest:
    size = megabytes * 1_000_000
    command = f"head -c {size} /dev/zero | tr '\\0' x"
    title = f"One task that prints {megabytes} MB in one line"
    return Contest(name="line", title=title, hold=partial(print_much, command, size))


def _lines(count: int) -> Contest:
    digits = sum(count - 10**power + 1 for power in range(len(str(count))))
    title = f"One task that prints {count:,} lines"
    return Contest(
        name="lines", title=title, hold=partial(print_much, f"seq {count}", digits + count)
    )


def _plan(count: int) -> Contest:
    title = f"Dry run of {count:,} tasks with {3 * count:,} deps"
    return Contest(
        name="plan", title=title, hold=lambda *how: plan_graph(layered(count, 3 * count), *how)
    )


def _pictures(*sizes: int) -> Contest:
    title = "A picture of a graph, in a process that has drawn one before"
    return Contest(name="picture", title=title, against=(), hold=partial(draw_graphs, sizes))


def _cells(count: int) -> Contest:
    title = f"{count} cells in a kernel, each of which registers a task"
    return Contest(name="cells", title=title, against=(), hold=partial(register_cells, count))
