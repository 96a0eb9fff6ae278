"""A grid of cells for text and lines: arms meet where they are one net, else they cross."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8

GLYPHS = {
    UP: "│",
    DOWN: "│",
    UP | DOWN: "│",
    LEFT: "─",
    RIGHT: "─",
    LEFT | RIGHT: "─",
    DOWN | RIGHT: "┌",
    DOWN | LEFT: "┐",
    UP | RIGHT: "└",
    UP | LEFT: "┘",
    UP | DOWN | RIGHT: "├",
    UP | DOWN | LEFT: "┤",
    DOWN | LEFT | RIGHT: "┬",
    UP | LEFT | RIGHT: "┴",
    UP | DOWN | LEFT | RIGHT: "┼",
}


def cells(text: str) -> int:
    """Count the cells that a text takes on a terminal: wide characters 2, combining marks 0."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def _cells_of(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


class Canvas:
    """Lines and texts by row and column, both from 0.

    A line is drawn for a net, any value. Where a level and an upright line of the same net share a
    cell they are joined; of different nets the upright one goes through and the level one is
    interrupted: `──│──`.
    """

    def __init__(self) -> None:
        self._level: dict[tuple[int, int], tuple[int, Hashable]] = {}
        self._upright: dict[tuple[int, int], tuple[int, Hashable]] = {}
        self._text: dict[tuple[int, int], str] = {}

    def write(self, row: int, column: int, text: str) -> None:
        """Put a text, which hides any line under its first cell."""
        self._text[row, column] = text

    def level(self, row: int, start: int, end: int, net: Hashable) -> None:
        """Draw a line from left to right, with both ends."""
        for column in range(start, end + 1):
            arms = LEFT * (column > start) | RIGHT * (column < end)
            _add(self._level, (row, column), arms, net)

    def upright(self, column: int, start: int, end: int, net: Hashable) -> None:
        """Draw a line from top to bottom, with both ends."""
        for row in range(start, end + 1):
            arms = UP * (row > start) | DOWN * (row < end)
            _add(self._upright, (row, column), arms, net)

    def lines(self) -> list[str]:
        """Render, without spaces at the ends of the lines."""
        glyphs = {place: self._glyph(place) for place in self._level.keys() | self._upright.keys()}
        glyphs |= self._text
        rows: list[list[tuple[int, str]]] = [[] for _ in range(1 + max(r for r, _ in glyphs))]
        for (row, column), text in sorted(glyphs.items()):
            rows[row].append((column, text))
        return [_line(row) for row in rows]

    def _glyph(self, place: tuple[int, int]) -> str:
        flat, owner = self._level.get(place, (0, None))
        tall, other = self._upright.get(place, (0, None))
        crossing = flat and tall and owner != other
        return GLYPHS[tall if crossing else flat | tall]


def _add(
    arms: dict[tuple[int, int], tuple[int, Hashable]],
    place: tuple[int, int],
    more: int,
    net: Hashable,
) -> None:
    arms[place] = (arms.get(place, (0, net))[0] | more, net)


def _line(parts: list[tuple[int, str]]) -> str:
    line = ""
    at = 0
    for column, text in parts:
        line += " " * (column - at) + text
        at = column + cells(text)
    return line
