"""Cycles of a graph that may hold some: found, named, and cut so that the rest can be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from spry_jupyter.plan.graph import find_cycles, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Edge = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A graph without its cycles.

    Attributes:
        edges: What is left: (dep, dependent), none twice, in the order given.
        cycles: Those that errors tell of too: for each edge taken out a shortest cycle through it,
            as tasks in the direction of the deps (a task, what it needs, …), starting and ending
            with the first defined of them; of very many the first hundred.
        more: Whether an edge was taken out that is in none of these cycles.
    """

    edges: tuple[Edge, ...]
    cycles: tuple[tuple[int, ...], ...]
    more: bool


def cut(count: int, edges: Iterable[Edge]) -> Cut:
    """Take out the edges that close a cycle when the deps are walked in the order of definition.

    Args:
        count: Number of tasks.
        edges: (dep, dependent).
    """
    unique = tuple(dict.fromkeys(edges))
    needs = _needs(count, unique)
    back, _ = walk(range(count), needs.__getitem__)
    if not back:
        return Cut(edges=unique, cycles=(), more=False)
    cycles = tuple(find_cycles(range(count), needs.__getitem__))
    closing = {(need, task) for task, need in back}
    told = {(need, task) for cycle in cycles for task, need in pairwise(cycle)}
    left = tuple(edge for edge in unique if edge not in closing)
    return Cut(edges=left, cycles=cycles, more=not closing <= told)


def looped(count: int, edges: Sequence[Edge]) -> frozenset[Edge]:
    """Find the edges that are part of any cycle: those between tasks that reach each other.

    Args:
        count: Number of tasks.
        edges: (dep, dependent).
    """
    _, finished = walk(range(count), _needs(count, edges).__getitem__)
    dependents = _needs(count, [(task, dep) for dep, task in edges])
    group = [-1] * count
    for root in reversed(finished):
        if group[root] < 0:
            group[root] = root
            todo = [root]
            while todo:
                found = [task for task in dependents[todo.pop()] if group[task] < 0]
                for task in found:
                    group[task] = root
                todo += found
    return frozenset((dep, task) for dep, task in edges if group[dep] == group[task])


def _needs(count: int, edges: Iterable[Edge]) -> list[list[int]]:
    needs: list[list[int]] = [[] for _ in range(count)]
    for dep, dependent in edges:
        needs[dependent].append(dep)
    return needs
