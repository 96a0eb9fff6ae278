"""Files, Spryfiles and notebooks, as one book of tasks."""

from __future__ import annotations

import os
from pathlib import Path

from spry_jupyter.errors import DefinedTwice, Faults, SpryError
from spry_jupyter.model import Span
from spry_jupyter.read import known
from spry_jupyter.read.findings import Findings
from spry_jupyter.read.source import read_text

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from dataclasses import dataclass

    from spry_jupyter.model import Task
    from spry_jupyter.read.findings import Suspect
else:
    from spry_jupyter.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Book:
    """The tasks of some files, as one graph is made of them.

    Attributes:
        tasks: In the order of the files and of the places in them; no name twice.
        suspects: What looks like a task and is none.
        folder: Absolute folder of the first file; the current directory without any.
        readings: What may be remembered of the files.
    """

    tasks: tuple[Task, ...]
    suspects: tuple[Suspect, ...]
    folder: str
    readings: tuple[known.Reading, ...] = ()


def read_book(paths: Iterable[str | os.PathLike[str]]) -> Book:
    """Read the tasks of files: `.ipynb` is a notebook, all else a Spryfile.

    Raises:
        SourceError: A file cannot be read; no other fault was found.
        TaskSyntaxError: One task cannot be understood; no other fault was found.
        DefinedTwice: Two tasks have one name; no other fault was found.
        Faults: Several of these, from all the files.
    """
    names = [str(path) for path in paths]
    whole = Findings()
    readings: list[known.Reading] = []
    for name in _once_each(names):
        found = read_file(name)
        whole.tasks += found.tasks
        whole.suspects += found.suspects
        whole.faults += found.faults
        readings += [found.reading] if found.reading is not None else []
    whole.faults += _defined_twice(whole.tasks)
    if whole.faults:
        raise whole.faults[0] if len(whole.faults) == 1 else Faults(whole.faults)
    folder = _folder_of(names[0]) if names else str(Path.cwd())
    return Book(tuple(whole.tasks), tuple(whole.suspects), folder, tuple(readings))


def read_file(path: str) -> Findings:
    """Read one file; what is wrong with it is among the faults, and nothing is raised."""
    try:
        text = read_text(path)
        if path.endswith(".ipynb"):
            from spry_jupyter.read.notebook import read_notebook  # noqa: PLC0415 - as needed

            return read_notebook(text, file=path, folder=_folder_of(path))
        return _read_spryfile(text, path, _folder_of(path))
    except SpryError as fault:
        return Findings(fault)


def _read_spryfile(text: str, file: str, folder: str) -> Findings:
    tasks = known.recall(text, file=file, folder=folder)
    if tasks is not None:
        return Findings(tasks=tasks)
    from spry_jupyter.read.spryfile import read_spryfile  # noqa: PLC0415 - 40 ms

    found = read_spryfile(text, file=file, folder=folder)
    if not found.faults and not found.suspects:
        found.reading = known.Reading(text=text, file=file, folder=folder, tasks=tuple(found.tasks))
    return found


def _once_each(names: Sequence[str]) -> list[str]:
    """Drop a file that is named again, in whatever way."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(_identity(name), name)
    return list(first.values())


def _identity(name: str) -> str:
    try:
        return os.path.realpath(name)
    except (OSError, ValueError):  # reading it will say what is wrong
        return name


def _folder_of(path: str) -> str:
    return str(Path(path).absolute().parent)


def _defined_twice(tasks: Sequence[Task]) -> list[SpryError]:
    first: dict[str, Task] = {}
    faults: list[SpryError] = []
    for task in tasks:
        before = first.setdefault(task.name, task)
        if before is not task:
            span, origin = task.span or Span(), before.span or Span()
            faults.append(DefinedTwice(task.name, span=span, first=origin))
    return faults
