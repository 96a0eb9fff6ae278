"""The documentation's pages as steps that can be done: files to write, commands and cells to run.

A comment before a fence says what the fence is:

    <!-- file: NAME -->    what a file of the page's folder holds
    <!-- runs -->          `console`: commands after `$ `, each with what it prints, or `python`
    <!-- cell -->          a cell of a notebook, run in the page's kernel
    <!-- shows -->         what the cell before it shows
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", *sorted(f"docs/{file.name}" for file in (ROOT / "docs").glob("*.md")))

_COMMENT = re.compile(r"<!-- (?P<kind>file|runs|cell|shows)(?:: (?P<name>\S+))? -->\s*")

Kind = Literal["file", "runs", "cell", "shows"]


@dataclass(frozen=True, slots=True)
class Step:
    """One marked fence: where it stands, what it is, its language and text."""

    line: int
    kind: Kind
    name: str
    lang: str
    text: str


@cache
def text_of(page: str) -> str:
    """A page, by its path from the root."""
    return (ROOT / page).read_text(encoding="utf-8")


def steps_of(page: str) -> list[Step]:
    """The marked fences of a page, in order."""
    steps = []
    tokens = MarkdownIt().parse(text_of(page))
    for mark, fence in itertools.pairwise(tokens):
        found = _COMMENT.fullmatch(mark.content) if mark.type == "html_block" else None
        if found is not None:
            assert fence.type == "fence", f"{page}: no fence after {mark.content}"
            line = (fence.map or [0])[0] + 1
            kind: Kind = found["kind"]  # type: ignore[assignment] - the pattern knows no other
            steps.append(Step(line, kind, found["name"] or "", fence.info, fence.content))
    return steps


def commands_of(console: str) -> list[tuple[str, str]]:
    """The commands of a console, each with what it is said to print."""
    parts = re.split(r"^\$ (.*)\n", console, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def section(page: str, title: str) -> str:
    """The text below a heading, up to the next one of its level or above."""
    level, _, _ = title.partition(" ")
    body = text_of(page).partition(f"\n{title}\n")[2]
    assert body, f"{page} has no {title}"
    return re.split(rf"^#{{1,{len(level)}}} ", body, maxsplit=1, flags=re.MULTILINE)[0]


def first_column(text: str) -> list[str]:
    """What stands in backticks in the first column of the tables of a text."""
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row)]
