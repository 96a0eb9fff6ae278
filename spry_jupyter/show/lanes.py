"""A graph drawn from top to bottom, one line a task, for graphs too large or wide for layers.

Deps stand above. To the left of the names run lanes, at most one in each column:

    ●      check-tools
    ├─●    backend-install
    │ ●    backend-build
    ├─│─●  db-start
    │ │ ●  db-seed
    │ ●─┤  backend-test
    ●─┴─┘  integration-test
    ○      deploy

- A task stands at `●`, and its lane runs down from there; at `○` if nothing needs it, and then
  no lane begins. A column belongs to the task whose lane runs in it.
- A line of `─` to either side of the task leads to its deps: their lanes have an arm to it
  (`├ ┤ ┼` where the lane goes on, `└ ┘ ┴` where this was the last task that needs it). Lanes
  that only pass, `│`, interrupt it: `─│─`. Nothing flows from one lane into another.
- A lane that runs into a task from right above ends there, and is a dep too.

Where there are more lanes than fit, the deps are named instead: `name ← dep, dep`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.show.canvas import cells
from spry_jupyter.show.layers import topological

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from spry_jupyter.show.cycles import Edge

MOST = 40  # lanes that an eye can still follow
NEEDED, LEAF = "●", "○"

# (the lane goes on, there are arms to the left, to the right) → its mark
MARKS = {
    (True, False, True): "├",
    (True, True, False): "┤",
    (True, True, True): "┼",
    (False, False, True): "└",
    (False, True, False): "┘",
    (False, True, True): "┴",
}


def lanes(names: Sequence[str], edges: Sequence[Edge], width: int | None = None) -> list[str]:
    """Draw an acyclic graph, one line a task, deps first.

    Args:
        names: One of each task.
        edges: (dep, dependent).
        width: In cells; where lanes and names need more, deps are named instead. None is no limit.
    """
    order = topological(len(names), edges)
    room = MOST
    if width is not None:
        room = min(room, (width - 1 - max(map(cells, names))) // 2)
    needs: list[list[int]] = [[] for _ in names]
    for dep, dependent in edges:
        needs[dependent].append(dep)
    drawn = _Lanes(needs).draw(order, room)
    if drawn is None:
        return [_named(names, task, needs[task]) for task in order]
    wide = max(map(len, drawn))
    return [f"{line:{wide}}  {names[task]}" for line, task in zip(drawn, order, strict=True)]


def _named(names: Sequence[str], task: int, needs: Sequence[int]) -> str:
    return f"{names[task]} ← {', '.join(names[need] for need in needs)}" if needs else names[task]


class _Lanes:
    """The columns as they are after each task: whose lane runs where."""

    def __init__(self, needs: Sequence[Sequence[int]]) -> None:
        self.needs = needs
        self.waiting = [0] * len(needs)
        for deps in needs:
            for dep in deps:
                self.waiting[dep] += 1
        self.owner: list[int | None] = []
        self.column: dict[int, int] = {}

    def draw(self, order: Sequence[int], room: int) -> list[str] | None:
        """Draw the line of each task, or None if more than `room` columns were needed."""
        lines = []
        for task in order:
            lines.append(self._line(task))
            if len(self.owner) > room:
                return None
        return lines

    def _line(self, task: int) -> str:
        deps = {self.column[dep]: dep for dep in self.needs[task]}
        for dep in deps.values():
            self.waiting[dep] -= 1
        over = {column for column, dep in deps.items() if not self.waiting[dep]}
        own = self._choose(over)
        line = self._marks(own, deps, over)
        for column in over:
            self.owner[column] = None
        needed = bool(self.waiting[task])
        if needed:
            self.owner[own] = task
            self.column[task] = own
        return line.replace(NEEDED, NEEDED if needed else LEAF)

    def _choose(self, over: Collection[int]) -> int:
        """Go on in the column of a lane that ends, else take the first that is free."""
        if over:
            return min(over)
        if None not in self.owner:
            self.owner.append(None)
        return self.owner.index(None)

    def _marks(self, own: int, deps: Collection[int], over: Collection[int]) -> str:
        first, last = min((own, *deps)), max((own, *deps))
        line = ""
        for column, owner in enumerate(self.owner):
            before, behind = first < column <= last, first <= column < last
            if column == own:
                mark = NEEDED
            elif column in deps:
                mark = MARKS[column not in over, before, behind]
            elif owner is not None:
                mark = "│"
            else:
                mark = "─" if before and behind else " "
            line += mark + ("─" if behind else " ")
        return line.rstrip()
