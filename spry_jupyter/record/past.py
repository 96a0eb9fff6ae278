"""Looking back at earlier runs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from spry_jupyter.errors import RequestError, UnknownTask
from spry_jupyter.plan.closure import nearest
from spry_jupyter.record.folder import places
from spry_jupyter.record.store import Store

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def last_log(task: str, folders: Iterable[Path], known: Collection[str]) -> Path | None:
    """Return the log of a task's last run; None if it wrote nothing.

    Args:
        task: Its name.
        folders: Absolute folders of the books to look beside.
        known: Names of the tasks there are.

    Raises:
        UnknownTask: If there is no such task and never was.
        RequestError: If it has not run, or its log is gone.
    """
    looked = [_last(task, place) for folder in folders for place in places(folder)]
    found = [past for past in looked if past is not None]
    if not found:
        if task not in known:
            raise UnknownTask(task, near=nearest(task, known))
        raise RequestError(f'Task "{task}" has not run yet')
    _, log = max(found)
    if not log:
        return None
    if not Path(log).exists():
        raise RequestError(f'The log of "{task}" is gone: {log}')
    return Path(log)


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
