"""The line of a magic into words, `{expression}` and `$name` replaced by their values.

IPython's own expansion leaves a whole line alone, silently, where one name of it is not defined;
and a value with a space in it falls apart. Here neither happens.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spry_jupyter.errors import RequestError
from spry_jupyter.read.words import split_words

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"\$([A-Za-z_]\w*)")
_ESCAPED = re.compile(r"\{\{|\}\}|\$\$(?=\w)")
_CONVERTED = re.compile(r"(.*)!([rsa])", re.DOTALL)
_CONVERSIONS = {"r": "repr", "s": "str", "a": "ascii"}
_HELD = re.compile("\0(\\d+)\0")  # where a value will stand; no line of a cell holds a NUL


def words(line: str, *scopes: Mapping[str, object]) -> list[str]:
    """Split a magic's line into words, `{expression}` and `$name` replaced by their values.

    A value stays within its word, whatever it holds; a list that is a word of its own gives a word
    for each of its items. `{{`, `}}` and `$$name` stand for `{`, `}` and `$name`; behind a
    backslash nothing is replaced, and no `$name` in single quotes.

    Args:
        line: What follows the name of the magic.
        scopes: Where names are looked up; later ones first.

    Raises:
        RequestError: Naming what has no value.
        TaskSyntaxError: If a quote is not closed.
    """
    if "{" not in line and "$" not in line:
        return [word.text for word in split_words(line)]
    values = _Values({name: value for scope in scopes for name, value in scope.items()})
    found: list[str] = []
    for word in split_words(values.hold(line)):
        found += values.give(word.text)
    return found


class _Values:
    """The values of a line, by the number of the place where each will stand."""

    def __init__(self, names: dict[str, object]) -> None:
        self._names = names
        self._values: list[object] = []

    def hold(self, line: str) -> str:
        """Return the line with a mark in the place of each value."""
        parts: list[str] = []
        quote = ""
        at = 0
        while at < len(line):
            end = self._take(line, at, quote)
            if end > at:
                parts.append(f"\0{len(self._values) - 1}\0")
                at = end
                continue
            here = line[at]
            if here in "'\"" and quote in ("", here):
                quote = "" if quote else here
            step = 2 if here == "\\" and quote != "'" else 1
            parts.append(line[at : at + step])
            at += step
        return "".join(parts)

    def give(self, word: str) -> list[str]:
        """Return what a word stands for: itself with its values, or the items of a list."""
        alone = _HELD.fullmatch(word)
        value = self._values[int(alone[1])] if alone else None
        if isinstance(value, list | tuple):
            return [str(item) for item in value]
        return [_HELD.sub(lambda held: str(self._values[int(held[1])]), word)]

    def _take(self, line: str, at: int, quote: str) -> int:
        """Take in the value at a place; return where it ends, or the place if there is none."""
        if line[at] == "$" and quote == "'":
            return at
        if escaped := _ESCAPED.match(line, at):
            self._values.append(escaped[0][0])
            return escaped.end()
        if name := _NAME.match(line, at):
            self._values.append(_evaluated(name[1], name[0], self._names))
            return name.end()
        if line[at] != "{":
            return at
        code, end = _expression(line, at)
        self._values.append(_evaluated(code, line[at:end], self._names))
        return end


def _expression(line: str, start: int) -> tuple[str, int]:
    """Return the first expression between this brace and a closing one, and where that ends."""
    for brace in re.finditer(r"\}", line[start:]):
        text = line[start + 1 : start + brace.start()].strip()
        if converted := _CONVERTED.fullmatch(text):
            text = f"{_CONVERSIONS[converted[2]]}({converted[1]})"
        try:
            compile(text, "<line>", "eval")
        except (SyntaxError, ValueError):
            continue
        return text, start + brace.end()
    shown = line[start:].partition("}")
    raise RequestError(
        f"{shown[0]}{shown[1]} holds no expression", note="a brace itself is written {{ or }}"
    )


def _evaluated(code: str, shown: str, names: dict[str, object]) -> object:
    try:
        return eval(code, names)  # noqa: S307 - the user's own cell
    except Exception as error:
        raise RequestError(f"{shown} has no value: {type(error).__name__}: {error}") from error
