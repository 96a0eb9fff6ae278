"""The tasks of a notebook file, read without a kernel."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from spry_jupyter.errors import SourceError, TaskSyntaxError
from spry_jupyter.model import Span
from spry_jupyter.read.findings import Findings, Suspect
from spry_jupyter.read.headings import last_heading
from spry_jupyter.read.options import parse_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from dataclasses import dataclass
else:
    from spry_jupyter.frozen import dataclass

_CELL_MAGIC = re.compile(r"%%spry_task(?:[ \t]+|$)")
_STRAY_MAGIC = re.compile(r"^[ \t]*%%spry_task(?:[ \t]|$)", re.MULTILINE)
# Strings and comments come first, so that what they quote is not taken for a magic.
_LINE_MAGIC = re.compile(
    r'''""".*?"""'''
    r"""|'''.*?'''"""
    r"""|^[ \t]*%spry_task(?:[ \t]+(?P<line>(?:[^\\\n]|\\.)*+)|(?=\n|\Z))"""
    r"""|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|\#[^\n]*""",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `kind` is code, markdown or raw; `source` its text."""

    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class TaskText:
    """A task as a cell writes it: its line and body, the line's number in the cell from 1."""

    line: str
    body: str
    number: int


def read_notebook(text: str, *, file: str = "", folder: str = "") -> Findings:
    """Find the tasks of a notebook, and all its faults.

    Args:
        text: The whole file.
        file: Its name, for messages.
        folder: Its absolute folder, for the tasks.

    Raises:
        SourceError: It is not a notebook of format 4 or later.
    """
    found = Findings()
    heading = ""
    for place, cell in enumerate(cells_of(text, file), start=1):
        if cell.kind == "markdown":
            heading = last_heading(cell.source, heading)
        if cell.kind != "code" or "%spry_task" not in cell.source:
            continue
        for task in task_texts(cell.source):
            span = Span(file=file, line=task.number, cell=place, heading=heading)
            try:
                parsed = parse_line(task.line, body=task.body, span=span, folder=folder)
            except TaskSyntaxError as fault:
                found.faults.append(fault)
            else:
                found.tasks.append(parsed.task)
        found.suspects.extend(_suspects(cell.source, file, place))
    return found


def cells_of(text: str, file: str = "") -> list[Cell]:
    """Return the cells of a notebook file.

    Raises:
        SourceError: It is not a notebook of format 4 or later.
    """
    name = file or "The text"
    try:
        notebook = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{name} is not a notebook: {error}") from None
    if isinstance(notebook, dict) and "worksheets" in notebook:
        raise SourceError(
            f"{name} is a notebook of format 3 or older; open and save it in Jupyter first"
        )
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise SourceError(f"{name} is not a notebook: it has no list of cells")
    return [_cell(cell, name, place) for place, cell in enumerate(cells, start=1)]


def _cell(cell: Any, name: str, place: int) -> Cell:
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise SourceError(f"{name} is not a notebook: cell {place} has no source")
    return Cell(str(cell.get("cell_type")), source.replace("\r\n", "\n"))


def task_texts(source: str) -> Iterator[TaskText]:
    """Find the tasks that a code cell registers, as IPython would when it runs the cell."""
    stripped = source.lstrip()
    if not stripped.startswith("%%"):
        yield from _line_magics(source)
    elif match := _CELL_MAGIC.match(stripped.partition("\n")[0]):
        lead = source[: len(source) - len(stripped)]
        first, _, body = stripped.partition("\n")
        yield TaskText(first[match.end() :], _dedented(body, lead), lead.count("\n") + 1)


def without_tasks(source: str) -> str:
    """Return what else stands in a code cell than its tasks."""
    stripped = source.lstrip()
    if stripped.startswith("%%"):
        return "" if _CELL_MAGIC.match(stripped.partition("\n")[0]) else source
    return _LINE_MAGIC.sub(lambda match: "" if _is_magic(match) else match[0], source)


def _is_magic(match: re.Match[str]) -> bool:
    return match[0].lstrip().startswith("%spry_task")


def _dedented(body: str, lead: str) -> str:
    """Take the indentation of the magic's line away from the body, as IPython does."""
    indent = lead.rpartition("\n")[2]
    if not indent:
        return body
    return "\n".join(line.removeprefix(indent) for line in body.split("\n"))


def _line_magics(source: str) -> Iterator[TaskText]:
    number, counted = 1, 0
    for match in _LINE_MAGIC.finditer(source):
        if _is_magic(match):
            line = (match["line"] or "").replace("\\\n", " ")
            start = match.end() - len(match[0].lstrip())
            number, counted = number + source.count("\n", counted, start), start
            yield TaskText(line, "", number)


def _suspects(source: str, file: str, place: int) -> Iterator[Suspect]:
    """Find a cell magic that is not at the start of its cell, where it is none."""
    stray = None if source.lstrip().startswith("%%") else _STRAY_MAGIC.search(source)
    if stray:
        span = Span(file=file, line=source.count("\n", 0, stray.start()) + 1, cell=place)
        yield Suspect(span, "%%spry_task is only a task in the first line of its cell")
