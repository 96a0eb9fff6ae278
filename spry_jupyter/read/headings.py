"""The heading that a task stands below, as plain text."""

from __future__ import annotations

import re

_LINE = re.compile(
    r"^ {0,3}(?:(?P<fence>`{3,}|~{3,})|#{1,6}[ \t]+(?P<text>.*?)(?:[ \t]+#+)?[ \t]*$)"
)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*`]+|(?<!\w)_+|_+(?!\w)")


def plain(heading: str) -> str:
    """Return the text of a heading without Markdown's marks and links."""
    return _MARKS.sub("", _LINK.sub(r"\1", heading)).strip()


def last_heading(markdown: str, before: str = "") -> str:
    """Return the last heading of a text, the one before it if it has none.

    Only headings that begin with `#` count; those in fences do not.
    """
    found, fence = before, ""
    for line in markdown.split("\n"):
        match = _LINE.match(line)
        if match is None:
            continue
        if match["fence"]:
            if not fence:
                fence = match["fence"]
            elif match["fence"].startswith(fence):
                fence = ""
        elif not fence:
            found = plain(match["text"])
    return found
