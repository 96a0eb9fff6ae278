"""What ran and how it ended, in SQLite.

The runner writes, the front reads. WAL mode lets both happen at once, from several kernels and
command lines; a commit costs some 30 microseconds and survives the death of the writer.
"""

from __future__ import annotations

import os
import time

from spry_jupyter.model import (
    Outcome,
    RunEnded,
    RunStarted,
    TaskEnded,
    TaskRetrying,
    TaskStarted,
)
from spry_jupyter.record.opening import connect

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence
    from dataclasses import dataclass

    from spry_jupyter.model import Event
else:
    from spry_jupyter.frozen import dataclass

_NEVER = (0.0, "")
_KEEP_RUNS = 1000
_KEEP_SECONDS = 180 * 24 * 3600.0
_SLACK = 100  # runs past the number that is kept, before it is worth while to tidy up


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
        self._db = connect(path)
        self._began: dict[
            str, tuple[float, str]
        ] = {}  # task to the start of its attempt, and where

    @property
    def database(self) -> sqlite3.Connection:
        """The open database."""
        return self._db

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
        attempts = self._attempts(run, events)
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
                event.at,
                self._began.get(event.name, _NEVER)[1],
            )
            for event in events
            if isinstance(event, TaskEnded)
        ]
        self._db.execute("begin immediate")
        for event in events:
            if isinstance(event, RunStarted):
                self._db.execute("insert into run (id, started) values (?, ?)", (run, time.time()))
                self._tidy()
            elif isinstance(event, RunEnded):
                self._db.execute(
                    "update run set ended = ?, ok = ?, stopped = ? where id = ?",
                    (time.time(), event.ok, event.stopped, run),
                )
        self._db.executemany("insert or replace into task values (?,?,?,?,?,?,?,?,?,?,?,?)", rows)
        self._db.executemany("insert or replace into attempt values (?,?,?,?,?,?,?)", attempts)
        paces = [(row[0], row[4]) for row in rows if row[2] == Outcome.SUCCEEDED]
        self._db.executemany("insert or replace into pace values (?, ?)", paces)
        self._db.execute("commit")

    def _attempts(self, run: str, events: Sequence[Event]) -> list[tuple[object, ...]]:
        """Return a row for each attempt of the tasks that had more than one."""
        rows: list[tuple[object, ...]] = []
        for event in events:
            if isinstance(event, TaskStarted):
                self._began[event.name] = (event.at, event.where)
            elif isinstance(event, TaskRetrying):
                rows.append(self._attempt(run, event, event.retry))
            elif isinstance(event, TaskEnded) and event.attempts > 1:
                rows.append(self._attempt(run, event, event.attempts))
        return rows

    def _attempt(
        self, run: str, event: TaskRetrying | TaskEnded, number: int
    ) -> tuple[object, ...]:
        began, place = self._began.get(event.name, (event.at, ""))
        reason = repr(event.reason) if event.reason is not None else None
        return event.name, run, number, began, event.at - began, reason, place

    def _tidy(self) -> None:
        """Forget what is old: the runs past the number that is kept, and those before half a year."""
        count = self._db.execute("select count(*) from run").fetchone()[0]
        oldest = self._db.execute("select min(started) from run").fetchone()[0]
        if count < _KEEP_RUNS + _SLACK and oldest > time.time() - _KEEP_SECONDS:
            return
        newest = self._db.execute(
            "select id from run where started > ? order by id desc limit ?",
            (time.time() - _KEEP_SECONDS, _KEEP_RUNS),
        ).fetchall()
        for table, column in (("task", "run"), ("attempt", "run"), ("run", "id")):
            self._db.execute(f"delete from {table} where {column} < ?", newest[-1])  # noqa: S608

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
