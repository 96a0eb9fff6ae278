"""What ran and how it ended, in SQLite.

The runner writes, the front reads. WAL mode lets both happen at once, from several kernels and
command lines; a commit costs some 30 microseconds and survives the death of the writer.
"""

from __future__ import annotations

import os
import sqlite3
import time

from spry_jupyter.model import Outcome, RunEnded, RunStarted, TaskEnded

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from dataclasses import dataclass

    from spry_jupyter.model import Event
else:
    from spry_jupyter.frozen import dataclass

_VERSION = 1
_SCHEMA = """
create table run (
    id text primary key, started real not null, ended real, ok integer, stopped integer
) without rowid;
create table task (
    name text not null, run text not null, outcome text not null, reason text, duration real,
    attempts integer, log text, size integer, captured text, digest blob,
    primary key (name, run)
) without rowid;
create table pace (name text primary key, seconds real not null) without rowid;
"""
_BUSY_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """How a task ended in an earlier run.

    Attributes:
        run: The run's name.
        outcome: How it ended.
        duration: Seconds it took.
        log: Absolute path of its log; empty if it wrote nothing.
        captured: Absolute path of the file with its captured value, or empty.
        digest: Of the task as it was then.
    """

    run: str
    outcome: Outcome
    duration: float
    log: str
    captured: str
    digest: bytes


class Store:
    """A database of runs."""

    def __init__(self, path: str) -> None:
        """Open it, made if need be.

        Args:
            path: Absolute.

        Raises:
            sqlite3.Error: If it cannot be read or written, or is of a later version.
        """
        self._db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        self._db.execute("pragma synchronous=normal")
        # Moving what is written from the log into the database waits for the disk, and so do all
        # tasks meanwhile: for the end of a run, unless the log grows past 32 MiB.
        self._db.execute("pragma wal_autocheckpoint=8192")
        version = self._db.execute("pragma user_version").fetchone()[0]
        if version == 0:
            self._use_wal()
            self._create()
        elif version != _VERSION:
            self._db.close()
            raise sqlite3.DatabaseError(
                f"it is of version {version}, this program knows {_VERSION}"
            )

    def _use_wal(self) -> None:
        """Change the journal; where several open a new record at once, SQLite does not wait here."""
        patience = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                self._db.execute("pragma journal_mode=wal")
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > patience:
                    raise
                time.sleep(0.005)
            else:
                return

    def _create(self) -> None:
        self._db.execute("begin immediate")
        if self._db.execute("pragma user_version").fetchone()[0] == 0:
            for statement in _SCHEMA.split(";"):
                self._db.execute(statement)
            self._db.execute(f"pragma user_version={_VERSION}")
        self._db.execute("commit")

    def close(self) -> None:
        """Close it."""
        self._db.close()

    def note(self, run: str, events: Sequence[Event], digest: Callable[[str], bytes]) -> None:
        """Write down a batch of a run's events, in one commit.

        Args:
            run: The run's name.
            events: In order.
            digest: Returns a task's digest by its name.
        """
        rows = [
            (
                event.name,
                run,
                event.outcome.value,
                repr(event.reason) if event.reason is not None else None,
                event.duration,
                event.attempts,
                _storable(event.log),
                event.size,
                _storable(event.captured),
                digest(event.name),
            )
            for event in events
            if isinstance(event, TaskEnded)
        ]
        self._db.execute("begin immediate")
        for event in events:
            if isinstance(event, RunStarted):
                self._db.execute("insert into run (id, started) values (?, ?)", (run, time.time()))
            elif isinstance(event, RunEnded):
                self._db.execute(
                    "update run set ended = ?, ok = ?, stopped = ? where id = ?",
                    (time.time(), event.ok, event.stopped, run),
                )
        self._db.executemany("insert or replace into task values (?,?,?,?,?,?,?,?,?,?)", rows)
        paces = [(row[0], row[4]) for row in rows if row[2] == Outcome.SUCCEEDED]
        self._db.executemany("insert or replace into pace values (?, ?)", paces)
        self._db.execute("commit")

    def last(self, names: Iterable[str]) -> dict[str, Past]:
        """Return how each of these tasks ended in the last run that held it."""
        found: dict[str, Past] = {}
        for name in names:
            row = self._db.execute(
                "select run, outcome, duration, log, captured, digest from task "
                "where name = ? order by run desc limit 1",
                (name,),
            ).fetchone()
            if row is not None:
                found[name] = Past(
                    run=row[0],
                    outcome=Outcome(row[1]),
                    duration=row[2],
                    log=os.fsdecode(row[3]),
                    captured=os.fsdecode(row[4]),
                    digest=row[5],
                )
        return found

    def last_log(self, name: str) -> tuple[str, str] | None:
        """Return the last run in which a task was started, and the path of its log; see `Past`."""
        found = self._db.execute(
            "select run, log from task where name = ? and (attempts > 0 or outcome = ?) "
            "order by run desc limit 1",
            (name, Outcome.SUCCEEDED.value),  # a group succeeds without an attempt
        ).fetchone()
        return (found[0], os.fsdecode(found[1])) if found is not None else None

    def durations(self) -> dict[str, float]:
        """Return the seconds that each task took when it last succeeded."""
        return dict(self._db.execute("select name, seconds from pace"))


def _storable(path: str) -> str | bytes:
    """Return a path as SQLite takes it: one that is no text as the bytes that it is."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path
