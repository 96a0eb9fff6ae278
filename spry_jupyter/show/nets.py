"""Which links may be plain lines, and which need an arrow head where they join another line.

Lines that touch are one net, and a net connects all of its sources to all of its sinks. So a link
is a plain line only if everything that then flows together is an edge of the graph; else it is
*one-way*: an arrow head lets its sources flow into the other line and nothing flow back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.show.cycles import Edge
    from spry_jupyter.show.layers import Weave


def one_way(woven: Weave, edges: Sequence[Edge]) -> frozenset[Edge]:
    """Find the links that must not be plain lines, as few as a walk from left to right finds."""
    flow = _Flow(woven, edges)
    return frozenset(link for link in woven.links if not flow.joined(*link))


class _Flow:
    """What flows where, with sets of tasks as bits of an integer.

    A task has two ends that are not connected: what enters it and what leaves it. Ends and lanes
    start as nets of their own; joining makes nets larger while that adds no false edge.
    """

    def __init__(self, woven: Weave, edges: Sequence[Edge]) -> None:
        size = woven.size
        self.entry = list(range(size))
        self.exit = [size + v if v < woven.tasks else v for v in range(size)]
        self.net = list(range(2 * size))
        self.sources = [0] * (2 * size)
        self.sinks = [0] * (2 * size)
        self.before: list[set[int]] = [set() for _ in range(2 * size)]
        self.after: list[set[int]] = [set() for _ in range(2 * size)]
        self.dependents = [0] * woven.tasks
        for dep, dependent in edges:
            self.dependents[dep] |= 1 << dependent
        for here, there in woven.links:
            self.after[self.exit[here]].add(self.entry[there])
            self.before[self.entry[there]].add(self.exit[here])
        for task in range(woven.tasks):
            self._spread(self.exit[task], self.sources, self.after, 1 << task)
            self._spread(self.entry[task], self.sinks, self.before, 1 << task)

    def joined(self, here: int, there: int) -> bool:
        """Join the two ends of a link into one net, if that stays true."""
        tail, head = self._find(self.exit[here]), self._find(self.entry[there])
        if tail == head:
            return True
        if not self._allowed(self.sources[head], self.sinks[tail]):
            return False
        self.net[head] = tail
        self.after[tail] |= self.after[head]
        self.before[tail] |= self.before[head]
        self._spread(tail, self.sources, self.after, self.sources[head] | self.sources[tail])
        self._spread(tail, self.sinks, self.before, self.sinks[head] | self.sinks[tail])
        return True

    def _allowed(self, sources: int, sinks: int) -> bool:
        """Tell whether each of the sources is a dep of each of the sinks."""
        while sources:
            lowest = sources & -sources
            if sinks & ~self.dependents[lowest.bit_length() - 1]:
                return False
            sources ^= lowest
        return True

    def _find(self, end: int) -> int:
        while self.net[end] != end:
            end = self.net[end]
        return end

    def _spread(self, start: int, known: list[int], ways: list[set[int]], bits: int) -> None:
        """Add `bits` to what is known of a net, and of all nets along the ways from it."""
        todo = [start]
        while todo:
            net = self._find(todo.pop())
            if bits & ~known[net] or net == start:
                known[net] |= bits
                todo += [way for way in ways[net] if bits & ~known[self._find(way)]]
