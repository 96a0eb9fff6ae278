"""A script as it is stored, and the characters that neither a script nor a line can hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spry_jupyter.errors import TaskSyntaxError
from spry_jupyter.frozen import replace

if TYPE_CHECKING:
    from spry_jupyter.model import Span

_LINE_END = re.compile(r"\r+(?=\n|\Z)")
_BOM = "\ufeff"


def normal_body(body: str, span: Span | None = None) -> str:
    r"""Return a body as it is stored: `\n` ends its lines, and none ends the last.

    Raises:
        TaskSyntaxError: It holds a character that no script can; the sentence and the place say
            in which line, where `span` is the line before the body's first.
    """
    if "\r" in body:
        body = _LINE_END.sub("", body)
    body = body.lstrip(_BOM).removesuffix("\n")
    at = _unfit(body)
    if at >= 0:
        number = body.count("\n", 0, at) + 1
        where = replace(span, line=span.line + number) if span else None
        raise TaskSyntaxError(
            f"The body holds {_spoken(body[at])} in its line {number}", span=where
        )
    return body


def check_text(text: str, what: str) -> None:
    """Refuse a text that cannot reach a process or a file.

    Args:
        text: The text.
        what: How the error calls it, such as `The line`.

    Raises:
        TaskSyntaxError: It holds a NUL character or a lone surrogate.
    """
    at = _unfit(text)
    if at >= 0:
        raise TaskSyntaxError(f"{what} holds {_spoken(text[at])}")


def _unfit(text: str) -> int:
    """Return where the first character stands that cannot be passed on; -1 is nowhere."""
    if text.isascii():
        return text.find("\0")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return text.find("\0")


def _spoken(char: str) -> str:
    return "a NUL character" if char == "\0" else f"U+{ord(char):04X}, half of a character"
