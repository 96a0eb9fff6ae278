"""Cycles of a graph that may hold some: found, named, and cut so that the rest can be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Edge = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A graph without its cycles.

    Attributes:
        edges: What is left: (dep, dependent), none twice, in the order given.
        cycles: For each edge taken out the cycle that it closed, as tasks in the direction of the
            deps (a task, what it needs, …), starting and ending with the first defined of them.
    """

    edges: tuple[Edge, ...]
    cycles: tuple[tuple[int, ...], ...]

    @property
    def looped(self) -> frozenset[Edge]:
        """The edges of all cycles, as (dep, dependent)."""
        return frozenset((need, task) for cycle in self.cycles for task, need in pairwise(cycle))


def cut(count: int, edges: Iterable[Edge]) -> Cut:
    """Take out the edges that close a cycle when the deps are walked in the order of definition.

    Args:
        count: Number of tasks.
        edges: (dep, dependent).
    """
    unique = tuple(dict.fromkeys(edges))
    needs: list[list[int]] = [[] for _ in range(count)]
    for dep, dependent in unique:
        needs[dependent].append(dep)
    removed: set[Edge] = set()
    cycles: dict[tuple[int, ...], None] = {}
    done = [False] * count
    for root in range(count):
        if not done[root]:
            for path in _closures(root, needs, done):
                removed.add((path[-1], path[-2]))
                cycles[_from_first(path[:-1])] = None
    return Cut(edges=tuple(e for e in unique if e not in removed), cycles=tuple(cycles))


def _closures(root: int, needs: Sequence[Sequence[int]], done: list[bool]) -> list[list[int]]:
    """Walk the deps from `root`, without recursion: chains may be ten thousand tasks deep."""
    found = []
    path = [root]
    place = {root: 0}
    walks = [iter(needs[root])]
    while walks:
        need = next(walks[-1], None)
        if need is None:
            walks.pop()
            done[path[-1]] = True
            del place[path.pop()]
        elif need in place:
            found.append([*path[place[need] :], need])
        elif not done[need]:
            place[need] = len(path)
            path.append(need)
            walks.append(iter(needs[need]))
    return found


def _from_first(ring: Sequence[int]) -> tuple[int, ...]:
    start = ring.index(min(ring))
    return (*ring[start:], *ring[:start], ring[start])
