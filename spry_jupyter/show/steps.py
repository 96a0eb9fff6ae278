"""How far from the start of a graph its tasks are, and which of its edges say nothing new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.show.cycles import cut
from spry_jupyter.show.layers import depths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.show.cycles import Edge


def steps(count: int, edges: Sequence[Edge]) -> list[int]:
    """Return how many tasks in a row have to end before each starts; cycles are cut.

    Args:
        count: Number of tasks.
        edges: (dep, dependent).
    """
    return depths(count, cut(count, edges).edges)


def implied(count: int, edges: Sequence[Edge]) -> frozenset[Edge]:
    """Return the edges whose ends are also connected by others, through a third task.

    Args:
        count: Number of tasks; memory grows with its square.
        edges: (dep, dependent), without cycles.
    """
    step = steps(count, edges)
    deps: list[list[int]] = [[] for _ in range(count)]
    for dep, task in edges:
        deps[task].append(dep)
    behind = [0] * count  # the bits of all that a task needs, directly or not
    found: set[Edge] = set()
    for task in sorted(range(count), key=step.__getitem__):
        seen = 0
        for dep in sorted(deps[task], key=step.__getitem__, reverse=True):
            if seen >> dep & 1:
                found.add((dep, task))
            seen |= behind[dep] | 1 << dep
        behind[task] = seen
    return frozenset(found)
