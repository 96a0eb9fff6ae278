"""A graph cut into layers: every task in a layer, every edge a way from one layer to the next.

An edge that spans several layers passes the ones in between as a *lane*. A lane may serve many
edges: it carries what comes from all of its sources to all of its sinks, so it may only join
sources of which each is a dep of each sink.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spry_jupyter.show.cycles import Edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Weave:
    """A layered graph. Its vertices are numbered from 0; the first ones are the tasks.

    Attributes:
        tasks: How many of the vertices are tasks; all others are lanes.
        layers: The vertices of each layer, left to right.
        links: (vertex, vertex of the next layer).
    """

    tasks: int
    layers: tuple[tuple[int, ...], ...]
    links: tuple[Edge, ...]

    @property
    def size(self) -> int:
        """How many vertices there are."""
        return sum(map(len, self.layers))

    def neighbours(self) -> tuple[list[list[int]], list[list[int]]]:
        """For each vertex the vertices it comes from, and those it leads to."""
        before: list[list[int]] = [[] for _ in range(self.size)]
        after: list[list[int]] = [[] for _ in range(self.size)]
        for here, there in self.links:
            after[here].append(there)
            before[there].append(here)
        return before, after


def topological(count: int, edges: Iterable[Edge]) -> list[int]:
    """Order the tasks so that deps come first, else as defined."""
    after: list[list[int]] = [[] for _ in range(count)]
    waits = [0] * count
    for dep, dependent in edges:
        after[dep].append(dependent)
        waits[dependent] += 1
    ready = [task for task in range(count) if not waits[task]]
    heapify(ready)
    order = []
    while ready:
        task = heappop(ready)
        order.append(task)
        for dependent in after[task]:
            waits[dependent] -= 1
            if not waits[dependent]:
                heappush(ready, dependent)
    return order


def depths(count: int, edges: Sequence[Edge]) -> list[int]:
    """Count for each task the tasks on the longest way to it."""
    after: list[list[int]] = [[] for _ in range(count)]
    for dep, dependent in edges:
        after[dep].append(dependent)
    depth = [0] * count
    for task in topological(count, edges):
        for dependent in after[task]:
            depth[dependent] = max(depth[dependent], depth[task] + 1)
    return depth


def weave(count: int, edges: Sequence[Edge]) -> Weave:
    """Cut an acyclic graph into layers by longest path, with as few lanes as can be found."""
    depth = depths(count, edges)
    layers: list[list[int]] = [[] for _ in range(max(depth) + 1)]
    for task in range(count):
        layers[depth[task]].append(task)
    duties: dict[int, list[int]] = {task: [] for task in range(count)}
    for dep, dependent in edges:
        duties[dep].append(dependent)
    links: list[Edge] = []
    size = count
    for reach, (here, there) in enumerate(pairwise(layers), start=1):
        links += [(v, task) for v in here for task in duties[v] if depth[task] == reach]
        pending = {v: frozenset(task for task in duties[v] if depth[task] > reach) for v in here}
        for sources, sinks in _bundles({v: far for v, far in pending.items() if far}):
            links += [(v, size) for v in sources]
            duties[size] = sinks
            there.append(size)
            size += 1
    return Weave(tasks=count, layers=tuple(map(tuple, layers)), links=tuple(links))


def _bundles(pending: dict[int, frozenset[int]]) -> list[tuple[list[int], list[int]]]:
    """Cover the edges from vertices to far tasks by few lanes, each all-to-all.

    Vertices with the same far tasks count as one, and far tasks with the same vertices; then the
    one with most edges takes all of them as its lane, until none is left.
    """
    sources: dict[frozenset[int], list[int]] = defaultdict(list)
    for vertex, far in pending.items():
        sources[far].append(vertex)
    starts = list(sources.values())
    reached: dict[int, list[int]] = defaultdict(list)
    for number, far in enumerate(sources):
        for task in sorted(far):
            reached[task].append(number)
    sinks: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for task in sorted(reached):
        sinks[tuple(reached[task])].append(task)
    ends = list(sinks.values())
    left = {(start, end) for end, by in enumerate(sinks) for start in by}
    bundles = []
    while left:
        chosen = _busiest(left)
        left -= chosen
        bundles.append(
            (
                [v for number in sorted({s for s, _ in chosen}) for v in starts[number]],
                [task for number in sorted({e for _, e in chosen}) for task in ends[number]],
            )
        )
    return bundles


def _busiest(edges: set[Edge]) -> set[Edge]:
    """Find the largest set of edges with one start, or with one end."""
    stars: dict[tuple[int, int], set[Edge]] = defaultdict(set)
    for edge in sorted(edges):
        stars[1, edge[1]].add(edge)
        stars[0, edge[0]].add(edge)
    return max(stars.items(), key=lambda star: (len(star[1]), star[0][0], -star[0][1]))[1]
