"""The columns of the risers in a channel, with few crossings and no two lines in one place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spry_jupyter.show.strokes import Rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Riser:
    """An upright line of a channel.

    Attributes:
        net: The net it belongs to.
        left: The rows in which it has a line to its left.
        right: The rows in which it has a line to its right, also where it joins another net's.
        into: Of these, the rows in which it joins another net's line, and which net that is.
    """

    net: int
    left: frozenset[float]
    right: frozenset[float]
    into: Mapping[float, int] = field(default_factory=dict)

    @property
    def top(self) -> float:
        """Its uppermost row."""
        return min(self.left | self.right)

    @property
    def bottom(self) -> float:
        """Its lowest row."""
        return max(self.left | self.right)


def columns(risers: Sequence[Riser]) -> list[int]:
    """Number the columns: each as far left as those that it would touch allow."""
    placed: list[int] = []
    for i, riser in enumerate(risers):
        touched = [
            column
            for other, column in zip(risers[:i], placed, strict=True)
            if riser.top <= other.bottom and other.top <= riser.bottom
        ]
        placed.append(1 + max(touched, default=-1))
    return placed


def in_order(
    risers: Sequence[Riser],
    left: Mapping[float, int],
    right: Mapping[float, int],
    rows: Rows,
) -> list[Riser]:
    """Order the risers from left to right.

    Where a row belongs to one net on the left and to another on the right, the risers that end
    the first stand before those that begin the second.

    Args:
        risers: In any order.
        left: The net of each row on the left of the channel.
        right: Likewise on the right.
        rows: Gets the rows that broken risers need.
    """
    shared = {row for row in left.keys() & right.keys() if left[row] != right[row]}
    queue = _Queue(risers, shared)
    taken = {*left, *right}
    order = []
    while queue.waiting:
        chosen = queue.next()
        if chosen is None:
            queue.divide(queue.deadlocked(), taken, rows)
        else:
            order.append(chosen)
    return order


class _Queue:
    """Risers that wait for their column, with what each would cost before each other."""

    def __init__(self, risers: Sequence[Riser], shared: set[float]) -> None:
        self.shared = shared
        self.waiting: list[Riser] = []
        self.blockers: dict[Riser, set[Riser]] = {}
        self.score: dict[Riser, int] = {}
        for riser in risers:
            self._add(riser)

    def next(self) -> Riser | None:
        """Take out the riser that is best placed before all others; None if none may be."""
        ready = [riser for riser in self.waiting if not self.blockers[riser]]
        if not ready:
            return None
        chosen = min(ready, key=lambda riser: (self.score[riser], riser.top, riser.bottom))
        self._drop(chosen)
        return chosen

    def deadlocked(self) -> Riser:
        """Find the riser that is best broken: the longest of a circle that wait for each other."""
        path: list[Riser] = [self.waiting[0]]
        while True:
            blocker = min(self.blockers[path[-1]], key=self.waiting.index)
            if blocker in path:
                ring = path[path.index(blocker) :]
                return max(ring, key=lambda riser: (riser.bottom - riser.top, -riser.top))
            path.append(blocker)

    def divide(self, riser: Riser, taken: set[float], rows: Rows) -> None:
        """Break a riser in two that meet in a row of their own, which is added to `taken`."""
        inside = rows.inside(riser.top, riser.bottom)
        free = [row for row in inside if row not in taken]
        if free:
            turn = free[len(free) // 2]
        else:
            turn = rows.split((inside or [riser.top])[len(inside) // 2], riser.bottom)
        taken.add(turn)
        self._drop(riser)
        meeting = frozenset({turn})
        arriving, leaving = replace(riser, right=meeting, into={}), replace(riser, left=meeting)
        self._add(arriving)
        self._add(leaving)
        self.blockers[leaving].add(arriving)

    def _add(self, riser: Riser) -> None:
        self.blockers[riser] = set()
        self.score[riser] = 0
        for other in self.waiting:
            if riser.left & other.right & self.shared:
                self.blockers[other].add(riser)
            if other.left & riser.right & self.shared:
                self.blockers[riser].add(other)
            difference = _crossings(riser, other) - _crossings(other, riser)
            self.score[riser] += difference
            self.score[other] -= difference
        self.waiting.append(riser)

    def _drop(self, riser: Riser) -> None:
        self.waiting.remove(riser)
        for other in self.waiting:
            self.blockers[other].discard(riser)
            self.score[other] += _crossings(riser, other) - _crossings(other, riser)


def _crossings(before: Riser, after: Riser) -> int:
    """Count the crossings of two risers if the first stands left of the second."""
    if before.net == after.net:
        return 0
    top, bottom = after.top, after.bottom
    count = sum(top < row < bottom for row in before.right)
    top, bottom = before.top, before.bottom
    return count + sum(top < row < bottom for row in after.left)
