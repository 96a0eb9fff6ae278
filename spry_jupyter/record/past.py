"""Looking back at earlier runs."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from spry_jupyter.errors import RequestError, SpryError, UnknownTask
from spry_jupyter.plan.closure import nearest
from spry_jupyter.record.folder import places
from spry_jupyter.record.history import habits
from spry_jupyter.record.store import Store

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from spry_jupyter.record.history import Habit


def log_of(
    task: str, folders: Iterable[Path], known: Collection[str], *, run: int | None = None
) -> Path | None:
    """Return the log of a task's last run; None if it wrote nothing.

    Args:
        task: Its name.
        folders: Absolute folders of the books to look beside.
        known: Names of the tasks there are.
        run: Not that of the last run, but of the run with this number in the task's history.

    Raises:
        UnknownTask: If there is no such task and never was.
        RequestError: If it has not run, or its log is gone.
    """
    log = _last_log(task, folders, known) if run is None else _past_log(task, folders, known, run)
    if not log:
        return None
    if not Path(log).exists():
        raise RequestError(f'The log of "{task}" is gone: {log}')
    return Path(log)


def history_of(task: str, folders: Iterable[Path], known: Collection[str], most: int) -> Habit:
    """Return a task's newest runs.

    Args:
        task: Its name.
        folders: Absolute folders of the books to look beside.
        known: Names of the tasks there are.
        most: How many runs to look at.

    Raises:
        UnknownTask: If there is no such task and never was.
        RequestError: If it has not run.
    """
    found = habits(folders, most, task)
    if not found:
        raise _never_ran(task, known)
    return found[0]


def _past_log(task: str, folders: Iterable[Path], known: Collection[str], run: int) -> str:
    past = history_of(task, folders, known, run).past
    if run > len(past):
        count = "is 1 run" if len(past) == 1 else f"are {len(past)} runs"
        raise RequestError(f'There {count} of "{task}"', note="number 1 is the newest")
    return past[run - 1].log


def _last_log(task: str, folders: Iterable[Path], known: Collection[str]) -> str:
    looked = [_last(task, place) for folder in folders for place in places(folder)]
    found = [past for past in looked if past is not None]
    if not found:
        raise _never_ran(task, known)
    return max(found)[1]


def _never_ran(task: str, known: Collection[str]) -> SpryError:
    if task not in known:
        return UnknownTask(task, near=nearest(task, known))
    return RequestError(f'Task "{task}" has not run yet')


def _last(task: str, folder: Path) -> tuple[str, str] | None:
    """Return the last run that started the task, and the task's log in it."""
    path = folder / "record.db"
    if not path.exists():
        return None
    try:
        with closing(Store(str(path))) as store:
            return store.last_log(task)
    except sqlite3.Error as error:
        raise RequestError(f"{path} cannot be read: {error}") from error


def durations(folder: Path) -> dict[str, float]:
    """Return the seconds that tasks took when they last succeeded, by name.

    Args:
        folder: Absolute folder of the book to look beside. Where nothing can be read nothing is
            known.
    """
    found: dict[str, float] = {}
    for place in places(folder):
        path = place / "record.db"
        if path.exists():
            with suppress(sqlite3.Error), closing(Store(str(path))) as store:
                found |= store.durations()
    return found
