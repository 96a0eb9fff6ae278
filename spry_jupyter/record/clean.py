"""Forgetting what is kept of earlier runs; what tasks have written is left alone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from spry_jupyter.errors import RequestError
from spry_jupyter.record.folder import RECORD, RUNS, fault, places, readable
from spry_jupyter.record.opening import connect, is_damaged
from spry_jupyter.record.retention import goes_on

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_TABLES = ("mark", "attempt", "task", "latest", "run")


def clean(bases: Iterable[Path]) -> list[tuple[Path, int]]:
    """Forget all runs that are kept beside books: record, logs, and what is up to date.

    Args:
        bases: Absolute folders of the books.

    Returns:
        Each folder in which something was kept, and how many runs were.

    Raises:
        RequestError: If a record cannot be emptied: a later version wrote it, or it is being written;
            or if what is there is a link or another user's.
    """
    found: set[Path] = set()
    for base in bases:  # before anything is deleted
        if why := fault(places(base)[0]):
            raise RequestError(f"{why}: nothing is deleted there")
        found.update(place for place in readable(base) if place.is_dir())
    return [(place, _clean(place)) for place in sorted(found)]


def _clean(place: Path) -> int:
    _forget(place / RECORD)
    for damaged in place.glob(f"{RECORD}.damaged-*"):
        damaged.unlink()
    runs = [path for path in (place / RUNS).glob("*") if not goes_on(str(path))]
    for path in runs:
        shutil.rmtree(path, ignore_errors=True)
    return len(runs)


def _forget(record: Path) -> None:
    """Empty a record."""
    if not record.exists():
        return
    try:
        with closing(connect(str(record))) as database:
            database.execute("begin immediate")  # or a run that ends meanwhile would leave a part
            for table in _TABLES:
                database.execute(f"delete from {table}")  # noqa: S608 - names of ours
            database.execute("commit")
            database.execute("vacuum")
    except sqlite3.DatabaseError as error:
        if not is_damaged(error):
            raise RequestError(f"{record} cannot be emptied: {error}") from error
        for ending in ("", "-wal", "-shm"):
            record.with_name(record.name + ending).unlink(missing_ok=True)
