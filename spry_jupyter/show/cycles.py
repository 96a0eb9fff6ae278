"""Cycles of a graph that may hold some: found, named, and cut so that the rest can be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from spry_jupyter.plan.graph import find_cycles

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
    closing, _ = _walk(needs)
    if not closing:
        return Cut(edges=unique, cycles=(), more=False)
    cycles = tuple(find_cycles(range(count), needs.__getitem__))
    told = {(need, task) for cycle in cycles for task, need in pairwise(cycle)}
    left = tuple(edge for edge in unique if edge not in closing)
    return Cut(edges=left, cycles=cycles, more=not closing <= told)


def looped(count: int, edges: Sequence[Edge]) -> frozenset[Edge]:
    """Find the edges that are part of any cycle: those between tasks that reach each other.

    Args:
        count: Number of tasks.
        edges: (dep, dependent).
    """
    _, finished = _walk(_needs(count, edges))
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


def _walk(needs: Sequence[Sequence[int]]) -> tuple[set[Edge], list[int]]:
    """Walk the deps of all tasks, depth first.

    There is no recursion: chains may be a hundred thousand tasks deep.

    Returns:
        The edges that lead back to a task the walk is still within, and all tasks in the order
        in which it was through with them.
    """
    closing: set[Edge] = set()
    finished: list[int] = []
    within: set[int] = set()
    met = [False] * len(needs)
    for root in range(len(needs)):
        path = [] if met[root] else [(root, iter(needs[root]))]
        met[root] = True
        within.add(root)
        while path:
            task, walk = path[-1]
            need = next(walk, None)
            if need is None:
                path.pop()
                within.discard(task)
                finished.append(task)
            elif not met[need]:
                met[need] = True
                within.add(need)
                path.append((need, iter(needs[need])))
            elif need in within:
                closing.add((need, task))
        within.discard(root)
    return closing, finished
