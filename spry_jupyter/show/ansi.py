r"""What a task wrote, as a terminal would have left it: text and colours, and nothing that acts.

Colours and weights of characters are kept, and what overwrites a line: carriage return, backspace,
erasing in the line. All other control sequences are dropped, links and titles with them; the text
of a link stays. What comes out is text: none of it is ever markup.

Written here because no library does it: `rich` and `ansi2html` do not overwrite, so a progress bar
is a thousand lines; `pyte` does, on a screen of fixed size, character by character; and none of them
keeps colours readable where the ground is not known.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from spry_jupyter.show.sgr import PLAINLY, Look, css, with_sgr

if TYPE_CHECKING:
    from collections.abc import Iterator

_ACTS = re.compile(
    r"(?:\x1b\[|\x9b)(?P<csi>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)"  # OSC and the like: titles, links
    r"|\x1b(?:[ -/]*[0-~])?"  # other escapes, and half a sequence at the end
    r"|(?P<move>[\r\b])"
    r"|[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f"  # other controls
    r"\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufffe\uffff\ud800-\udfff]"  # and marks that turn text around
)
_HALF = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*\Z")


Piece = tuple[str, Look]


def lines(output: bytes | str) -> Iterator[list[Piece]]:
    """Yield the lines of some output, each as pieces of one look.

    Args:
        output: What is not UTF-8 is marked as such.
    """
    text = output.decode("utf-8", "replace") if isinstance(output, bytes) else output
    look = PLAINLY
    for raw in _HALF.sub("", text).replace("\r\n", "\n").split("\n"):
        line = _Line(look)
        line.take(raw)
        look = line.look
        yield line.pieces()


def plain_text(output: bytes | str) -> str:
    """Return some output as text without control sequences, lines joined by newlines."""
    return "\n".join("".join(text for text, _ in pieces) for pieces in lines(output))


def to_html(output: bytes | str) -> str:
    """Return some output as HTML for a `<pre>`: text and `<span style="…">`, nothing else."""
    return "\n".join("".join(map(_span, pieces)) for pieces in lines(output))


def _span(piece: Piece) -> str:
    text, look = piece
    style = css(look)
    return f'<span style="{style}">{escape(text)}</span>' if style else escape(text)


class _Line:
    """A line that is being written, overwritten and erased."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._at = 0
        self._text: list[
            str
        ] = []  # a character each, or a longer piece while nothing is overwritten
        self._looks: list[Look] = []
        self._cells = False  # each item is one character

    def take(self, raw: str) -> None:
        """Write what a terminal is sent."""
        written = 0
        for found in _ACTS.finditer(raw):
            self._write(raw[written : found.start()])
            written = found.end()
            if found["move"]:
                self._move(found["move"])
            elif found["final"] == "m":
                self.look = with_sgr(self.look, found["csi"])
            elif found["final"] == "K":
                self._erase(found["csi"])
        self._write(raw[written:])

    def pieces(self) -> list[Piece]:
        """Return what stands there now."""
        found: list[Piece] = []
        start = 0
        for end in range(1, len(self._text) + 1):
            if end == len(self._text) or self._looks[end] != self._looks[start]:
                found.append(("".join(self._text[start:end]), self._looks[start]))
                start = end
        return found

    def _write(self, text: str) -> None:
        if not text:
            return
        if not self._cells:
            self._text.append(text)
            self._looks.append(self.look)
            return
        missing = self._at - len(self._text)
        self._text += [" "] * missing
        self._looks += [PLAINLY] * missing
        end = self._at + len(text)
        self._text[self._at : end] = text
        self._looks[self._at : end] = [self.look] * len(text)
        self._at = end

    def _move(self, where: str) -> None:
        self._split()
        self._at = 0 if where == "\r" else max(0, self._at - 1)

    def _erase(self, which: str) -> None:
        self._split()
        behind, before = which in ("", "0", "2"), which in ("1", "2")
        if before:
            count = min(self._at + 1, len(self._text))
            self._text[:count] = " " * count
            self._looks[:count] = [PLAINLY] * count
        if behind:
            del self._text[self._at :], self._looks[self._at :]

    def _split(self) -> None:
        """Go over to one item a character, for from now on some may be overwritten."""
        if self._cells:
            return
        self._cells = True
        self._looks = [
            look for text, look in zip(self._text, self._looks, strict=True) for _ in text
        ]
        self._text = list("".join(self._text))
        self._at = len(self._text)
