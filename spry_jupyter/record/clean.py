"""Forgetting what is kept of earlier runs; what tasks have written is left alone."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

from spry_jupyter.errors import RequestError
from spry_jupyter.record.folder import places
from spry_jupyter.record.opening import Newer, connect

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_TABLES = ("mark", "attempt", "task", "pace", "run")
_YOUNG = 3600.0  # seconds; a run without an end that is older has lost it in a crash


def clean(bases: Iterable[Path]) -> list[tuple[Path, int]]:
    """Forget all runs that are kept beside books: record, logs, and what is up to date.

    Args:
        bases: Absolute folders of the books.

    Returns:
        Each folder in which something was kept, and how many runs were.

    Raises:
        RequestError: If a later version keeps a record there.
    """
    found = {place for base in bases for place in places(base) if place.is_dir()}
    return [(place, _clean(place)) for place in sorted(found)]


def _clean(place: Path) -> int:
    going_on = _forget(place / "record.db")
    for damaged in place.glob("record.db.damaged-*"):
        damaged.unlink()
    runs = [path for path in (place / "runs").glob("*") if path.name not in going_on]
    for path in runs:
        shutil.rmtree(path, ignore_errors=True)
    return len(runs)


def _forget(record: Path) -> set[str]:
    """Empty a record; return the runs that go on, whose logs are still being written."""
    if not record.exists():
        return set()
    try:
        with closing(connect(str(record))) as database:
            sql = "select id from run where ended is null and started > ?"
            going_on = {row[0] for row in database.execute(sql, (time.time() - _YOUNG,))}
            for table in _TABLES:
                database.execute(f"delete from {table}")  # noqa: S608 - names of ours
            database.execute("vacuum")
            return going_on
    except Newer as error:
        raise RequestError(f"{record} cannot be emptied: {error}") from error
    except sqlite3.DatabaseError:  # it is damaged
        for ending in ("", "-wal", "-shm"):
            record.with_name(record.name + ending).unlink(missing_ok=True)
        return set()
