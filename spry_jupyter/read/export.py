"""Markdown to notebook and back, from file to file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from spry_jupyter import whole
from spry_jupyter.errors import RequestError
from spry_jupyter.frozen import replace
from spry_jupyter.read.book import read_book
from spry_jupyter.read.convert import convert
from spry_jupyter.read.write import write_notebook, write_spryfile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spry_jupyter.model import Task


def export(files: Sequence[str], out: str, *, overwrite: bool = False) -> None:
    """Write one file as the other kind, with its prose, or several into one, without.

    Raises:
        SpryError: If a source is at fault, or `out` cannot be written.
    """
    target = _target(out, overwrite=overwrite)
    tasks = read_book(files).tasks  # every fault of every file, before anything is written
    one = files[0] if len(files) == 1 else None
    if one is not None and _is_notebook(one) != _is_notebook(out):
        _write(target, convert(one))
        if any(_from(task, _folder(target)) is not task for task in tasks):
            sys.stderr.write(f"Warning: {out} is in another folder: its tasks run there\n")
    else:
        save(tasks, out, overwrite=overwrite)


def save(tasks: Iterable[Task], out: str, *, overwrite: bool = False) -> None:
    """Write tasks as a Spryfile, or as a notebook where the name ends with `.ipynb`.

    Raises:
        RequestError: If `out` exists, is of no such kind, or cannot be written.
    """
    target = _target(out, overwrite=overwrite)
    tasks = [_from(task, _folder(target)) for task in tasks]
    _write(target, write_notebook(tasks) if _is_notebook(out) else write_spryfile(tasks))


def _from(task: Task, folder: str) -> Task:
    """Return a task that does in a file of another folder what it does in its own."""
    if not task.folder or os.path.normpath(task.folder) == os.path.normpath(folder):
        return task
    way = os.path.relpath(task.folder, folder)
    dotenv = tuple([_joined(way, name) for name in task.dotenv])
    return replace(task, cwd=_joined(way, task.cwd), dotenv=dotenv, folder=folder)


def _folder(target: Path) -> str:
    return str(target.absolute().parent)


def _joined(way: str, path: str) -> str:
    return f"{way}/{path}" if path and not path.startswith("/") else path or way


def _is_notebook(path: str) -> bool:
    return path.endswith(".ipynb")


def _target(out: str, *, overwrite: bool) -> Path:
    target = Path(out)
    if target.suffix not in (".md", ".ipynb"):
        raise RequestError(f"{out} is neither a .md nor an .ipynb file")
    if target.exists() and not overwrite:
        raise RequestError(f"{out} exists", note="give --overwrite to replace it")
    return target


def _write(target: Path, text: str) -> None:
    try:
        whole.write(target, text.encode())
    except OSError as error:
        raise RequestError(f"{target} cannot be written: {error.strerror}") from error
