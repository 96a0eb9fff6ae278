"""Looking back at earlier runs."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from spry_jupyter.errors import RequestError, SpryError, UnknownTask, nearest
from spry_jupyter.record.folder import RECORD, RUNS, readable
from spry_jupyter.record.history import ask_each, habits
from spry_jupyter.record.store import Store

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from spry_jupyter.record.folder import Books
    from spry_jupyter.record.history import Habit


def log_of(
    task: str, books: Books, known: Collection[str], *, run: int | None = None
) -> Path | None:
    """Return the log of a task's last run; None if it wrote nothing.

    Args:
        task: Its name.
        books: To look beside, see `folder.books`.
        known: Names of the tasks there are.
        run: Not that of the last run, but of the run with this number in the task's history.

    Raises:
        UnknownTask: If there is no such task and never was.
        RequestError: If it has not run, its log is gone, or no log is kept where it is said to be.
    """
    log = _last_log(task, books, known) if run is None else _past_log(task, books, known, run)
    if not log:
        return None
    path = Path(log)
    if not path.exists():
        raise RequestError(f'The log of "{task}" is gone: {log}')
    # Whoever brought the record along may have it name any file.
    kept = [(place / RUNS).resolve() for base in books for place in readable(base)]
    if not path.is_file() or not any(path.resolve().is_relative_to(runs) for runs in kept):
        raise RequestError(f'The log of "{task}" is not where logs are kept: {log}')
    return path


def history_of(task: str, books: Books, known: Collection[str], most: int) -> Habit:
    """Return a task's newest runs.

    Args:
        task: Its name.
        books: To look beside, see `folder.books`.
        known: Names of the tasks there are.
        most: How many runs to look at.

    Raises:
        UnknownTask: If there is no such task and never was.
        RequestError: If it has not run.
    """
    found = habits(books, most, task)
    if not found:
        raise _never_ran(task, known)
    return found[0]


def _past_log(task: str, books: Books, known: Collection[str], run: int) -> str:
    past = history_of(task, books, known, run).past
    if run > len(past):
        count = "is 1 run" if len(past) == 1 else f"are {len(past)} runs"
        raise RequestError(f'There {count} of "{task}"', note="number 1 is the newest")
    return past[run - 1].log


def _last_log(task: str, books: Books, known: Collection[str]) -> str:
    looked = ask_each(books, lambda store, homes: store.last_log(task, homes))
    found = [past for past in looked if past is not None]
    if not found:
        raise _never_ran(task, known)
    return max(found)[1]


def of_family(task: str, known: Collection[str]) -> list[str]:
    """Return the names of the tasks that a name stands for which is that of none of them."""
    return [name for name in known if name.startswith(f"{task}[")] if task not in known else []


def _never_ran(task: str, known: Collection[str]) -> SpryError:
    if members := of_family(task, known):
        return RequestError(
            f'"{task}" is one task for each value, and each has a log of its own',
            note=f'name one, such as "{members[0]}"',
        )
    if task not in known:
        return UnknownTask(task, near=nearest(task, known))
    return RequestError(f'Task "{task}" has not run yet')


def durations(folder: Path, homes: Mapping[str, str]) -> dict[str, float]:
    """Return the seconds that tasks took when they last succeeded, by name.

    Args:
        folder: Absolute folder of the book to look beside. Where nothing can be read nothing is
            known.
        homes: The files that define them, by their names, as records there call them.
    """
    found: dict[str, float] = {}
    for place in readable(folder):
        path = place / RECORD
        if path.exists():
            with suppress(sqlite3.Error), closing(Store(str(path), to_read=True)) as store:
                found |= store.durations(homes)
    return found
