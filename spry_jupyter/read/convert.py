"""A Spryfile as a notebook and a notebook as a Spryfile, with the prose around the tasks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spry_jupyter.errors import SourceError
from spry_jupyter.read.book import read_book
from spry_jupyter.read.info import names_a_task_in
from spry_jupyter.read.notebook import Cell, cells_of, without_tasks
from spry_jupyter.read.source import read_text
from spry_jupyter.read.spryfile import block_tokens, front_matter, markdown_of
from spry_jupyter.read.write import LOAD_EXTENSION, fenced, notebook_text, task_cell, task_fence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spry_jupyter.model import Task

_BEFORE_FENCE = re.compile(r"(.*?)(?:`{3}|~{3})")
_PROBE = "\n\n~~~probe\n~~~\n"


def convert(path: str) -> str:
    """Return a notebook as the text of a Spryfile, or a Spryfile as the text of a notebook.

    The tasks are the same in both. Prose becomes Markdown cells and the reverse; front matter is
    a raw cell at the start; code cells that are no tasks become fences without a name.

    Raises:
        SpryError: The file cannot be read as a book of tasks.
    """
    tasks = read_book([path]).tasks
    text = read_text(path)
    if path.endswith(".ipynb"):
        return _spryfile(cells_of(text, path), tasks)
    return notebook_text([Cell("code", LOAD_EXTENSION), *_cells(markdown_of(text), tasks)])


def _cells(text: str, tasks: Sequence[Task]) -> Iterator[Cell]:
    lines = text.split("\n")
    front = front_matter(text)
    if front:
        yield Cell("raw", front.rstrip("\n"))
    fences = (token.map for token in block_tokens(text) if token.type == "fence")
    end_of = {found[0]: found[1] for found in fences if found}
    at = front.count("\n")
    for task in tasks:
        first = task.span.line - 1 if task.span else 0
        yield from _prose([*lines[at:first], _before_fence(lines[first])])
        yield task_cell(task)
        at = end_of[first]
    yield from _prose(lines[at:])


def _before_fence(line: str) -> str:
    """Return what stands before a fence on its line, such as the mark of a list."""
    match = _BEFORE_FENCE.match(line)
    return match[1].rstrip() if match and match[1].strip("> \t") else ""


def _prose(lines: Sequence[str]) -> Iterator[Cell]:
    text = "\n".join(lines)
    if text.strip("> \t\n"):
        yield Cell("markdown", text.strip("\n"))


def _spryfile(cells: Sequence[Cell], tasks: Sequence[Task]) -> str:
    parts: list[str] = []
    for place, cell in enumerate(cells, start=1):
        source = _writable(cell.source).strip("\n")
        if not source.strip():
            continue
        if cell.kind == "code":
            if source.strip() != LOAD_EXTENSION:
                parts += _code(source)
            parts += (task_fence(task) for task in tasks if task.span and task.span.cell == place)
        elif cell.kind == "markdown":
            parts += [source] if _is_harmless(source) else [fenced(source, "markdown")]
        else:
            is_front = not parts and front_matter(f"{source}\n") == f"{source}\n"
            parts.append(source if is_front else fenced(source, "text"))
    return "".join(f"{part}\n\n" for part in parts if part).removesuffix("\n")


def _code(source: str) -> Iterator[str]:
    rest = without_tasks(source).strip("\n")
    if rest.strip():
        yield fenced(rest, "python")


def _writable(text: str) -> str:
    """Replace what a text file in UTF-8 cannot hold."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def _is_harmless(prose: str) -> bool:
    """Whether prose defines no task, and leaves what follows it alone, as an open comment does not."""
    try:
        tokens = block_tokens(f"\n{markdown_of(prose)}{_PROBE}")
    except SourceError:
        return False
    fences = [token for token in tokens if token.type == "fence"]
    closed = bool(fences) and fences[-1].info == "probe" and fences[-1].level == 0
    return closed and not any(names_a_task_in(token.info) for token in fences)
