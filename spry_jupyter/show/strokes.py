"""The lines of a drawing in layers, before it is known which cells they take."""

from __future__ import annotations

from dataclasses import dataclass


class Rows:
    """The rows of a drawing, as numbers; more can be put between any two."""

    def __init__(self, count: int) -> None:
        self.known = [float(row) for row in range(count)]

    def inside(self, one: float, other: float) -> list[float]:
        """Get the rows between two others, without these, from the one to the other."""
        found = [row for row in self.known if min(one, other) < row < max(one, other)]
        return found if one < other else found[::-1]

    def split(self, one: float, other: float) -> float:
        """Put a new row beside `one`, on the side of the other."""
        new = (one + next(iter(self.inside(one, other)), other)) / 2
        self.known = sorted({*self.known, new})
        return new


@dataclass(frozen=True, slots=True)
class Level:
    """A line in a row of a channel; an end that is None goes on to the border."""

    row: float
    start: int | None
    end: int | None
    net: int


@dataclass(frozen=True, slots=True)
class Upright:
    """A line in a column of a channel."""

    column: int
    top: float
    bottom: float
    net: int


@dataclass(frozen=True, slots=True)
class Head:
    """An arrow head in a line, where it joins another."""

    row: float
    column: int
    glyph: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """All the lines of a channel; columns count from the first riser.

    Attributes:
        width: How many columns the risers take; 0 if all lines are straight.
        levels: Lines in rows.
        uprights: Lines in columns.
        heads: Arrow heads within lines.
    """

    width: int
    levels: tuple[Level, ...]
    uprights: tuple[Upright, ...]
    heads: tuple[Head, ...]
