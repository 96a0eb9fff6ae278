"""A line into words, by the quoting rules of a POSIX shell; nothing is expanded.

`#` starts no comment. A word that begins with an unquoted `{` runs to the brace that closes it.
"""

from __future__ import annotations

import re

from spry_jupyter.errors import TaskSyntaxError

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from spry_jupyter.frozen import dataclass

LARGEST_OBJECT = 64 * 1024
DEEPEST_OBJECT = 100

_PLAIN = re.compile(r"""[\t\n\r !#-&(-\[\]-z|}~]*""")  # ASCII with no quote, backslash or {
_GAP = re.compile(r"[ \t\r\n]*")
_PIECE = re.compile(
    r"""(?P<bare>[^ \t\r\n'"\\]+)
      | '(?P<single>[^']*)'
      | "(?P<double>[^"\\]*+(?:\\.[^"\\]*+)*+)"
      | \\(?P<escaped>.)""",
    re.DOTALL | re.VERBOSE,
)
_ESCAPE = re.compile(r'\\(["\\$`\n])')
_MARK = re.compile(
    r""" "[^"\\]*+(?:\\.[^"\\]*+)*+"
      | '[^'\\]*+(?:\\.[^'\\]*+)*+'
      | //[^\n]*
      | /\*.*?\*/
      | [\[\]{}]
      | (?P<unclosed>["']|/\*)""",
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line.

    Attributes:
        text: What it says, without its quoting; an object is as written.
        start: Where it begins in the line, in characters from 0.
        end: Where it ends.
        is_object: Whether it is a `{…}` of attributes.
    """

    text: str
    start: int
    end: int
    is_object: bool = False


def plain_words(line: str) -> list[str] | None:
    """Split a line in which nothing is quoted; None where `split_words` has to look closer."""
    return line.split() if _PLAIN.fullmatch(line) else None


def split_words(line: str) -> list[Word]:
    """Split a line into words with their places.

    Raises:
        TaskSyntaxError: A quote or a `{` is not closed, or a backslash ends the line.
    """
    words: list[Word] = []
    at = _skip_gap(line, 0)
    while at < len(line):
        is_object = line[at] == "{"
        text, end = _object(line, at) if is_object else _word(line, at)
        words.append(Word(text, at, end, is_object))
        at = _skip_gap(line, end)
    return words


def _skip_gap(line: str, at: int) -> int:
    gap = _GAP.match(line, at)
    return gap.end() if gap else at


def _word(line: str, start: int) -> tuple[str, int]:
    parts: list[str] = []
    at = start
    while piece := _PIECE.match(line, at):
        text = piece[piece.lastgroup or "bare"]
        parts.append(_ESCAPE.sub(r"\1", text) if piece.lastgroup == "double" else text)
        at = piece.end()
    if at < len(line) and line[at] in "'\"":
        raise TaskSyntaxError(f"The quote {line[at]} at column {at + 1} is not closed")
    if at < len(line) and line[at] == "\\":
        raise TaskSyntaxError("The backslash at the end of the line has nothing to quote")
    return "".join(parts), at


def _object(line: str, start: int) -> tuple[str, int]:
    depth = 0
    for mark in _MARK.finditer(line, start):
        if mark.end() - start > LARGEST_OBJECT:
            raise TaskSyntaxError(f"The attributes are longer than {LARGEST_OBJECT // 1024} KiB")
        if mark["unclosed"]:
            break
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(mark[0], 0)
        if depth > DEEPEST_OBJECT:
            raise TaskSyntaxError(f"The attributes nest deeper than {DEEPEST_OBJECT} levels")
        if depth == 0:
            return line[start : mark.end()], mark.end()
    raise TaskSyntaxError(f"The {{ at column {start + 1} is not closed")
