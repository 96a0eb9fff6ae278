"""The words in a node's box, broken into lines, and the room that they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spry_jupyter.show.figure import GROUP, MISSING
from spry_jupyter.show.fonts import width

if TYPE_CHECKING:
    from spry_jupyter.show.figure import Node

NAME_SIZE, NOTE_SIZE = 14.0, 10.5  # of the fonts, in pixels
LONGEST = 60  # characters of a name that are shown
_WIDEST = 210.0  # of a line of notes, where they can be broken
_MARGIN = 12.0
_BETWEEN = " · "


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text: how far its base line is below the top of the box, and how wide it is."""

    text: str
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Box:
    """A node's box in pixels, with its name and the lines of its notes."""

    width: float
    height: float
    name: Words
    notes: tuple[Words, ...]


def box(node: Node) -> Box:
    """Return how large a node has to be."""
    label = node.label if len(node.label) <= LONGEST else f"{node.label[: LONGEST - 1]}…"
    notes = ("not defined",) if node.kind == MISSING else node.notes
    lines = [Words(text, 0, round(width(text, NOTE_SIZE), 1)) for text in _lines(notes)]
    top = 8.0 if lines else 9.0
    placed = tuple(Words(line.text, top + 26 + 13 * i, line.width) for i, line in enumerate(lines))
    name = Words(label, top + 12, round(width(label, NAME_SIZE), 1))
    margin = _MARGIN + (4 if node.kind == GROUP else 0)
    widest = max([name.width, *(line.width for line in lines)])
    height = top + 18 + 13 * len(lines) + (4 if lines else 7)
    return Box(round(max(widest + 2 * margin, 44), 1), height, name, placed)


def _lines(notes: tuple[str, ...]) -> list[str]:
    lines: list[str] = []
    for note in notes:
        longer = f"{lines[-1]}{_BETWEEN}{note}" if lines else ""
        if longer and width(longer, NOTE_SIZE) <= _WIDEST:
            lines[-1] = longer
        else:
            lines.append(note if len(note) <= LONGEST else f"{note[: LONGEST - 1]}…")
    return lines
