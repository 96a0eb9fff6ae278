"""Texts that others wrote, made fit for a line of a format that has a syntax of its own."""

from __future__ import annotations

import unicodedata

_BREAKING = {"Cc", "Zl", "Zp"}  # ends of lines, and what drives a terminal or ends a C string
_TURNING = frozenset(
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)  # text around


def one_line(text: str) -> str:
    """Return a text without ends of lines and control characters: a space stands for each.

    Likewise for the marks that turn text around, which make a line read as another.

    Half of a surrogate pair, which no file can hold, becomes U+FFFD, as does what no XML can hold.
    """
    if text.isprintable():
        return text
    return "".join(map(_harmless, text))


def _harmless(char: str) -> str:
    category = unicodedata.category(char)
    if category in _BREAKING or char in _TURNING:
        return " "
    if category == "Cs" or char in "\ufffe\uffff":
        return "\N{REPLACEMENT CHARACTER}"
    return char
