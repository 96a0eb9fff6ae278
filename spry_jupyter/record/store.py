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
from spry_jupyter.record.opening import connect, connect_to_read

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
        outcome: How it ended.
        captured: Absolute path of the file with its captured value, or empty.
        digest: Of the task as it was then, and behind that of what it read, where that is known.
    """

    outcome: Outcome
    captured: str
    digest: bytes


class Store:
    """A database of runs."""

    def __init__(self, path: str, *, to_read: bool = False) -> None:
        """Open it, made if need be.

        Args:
            path: Absolute.
            to_read: Nothing will be noted, and it may be that nothing can be.

        Raises:
            sqlite3.Error: If it cannot be read or written, or is of a later version.
        """
        self._db = connect_to_read(path) if to_read else connect(path)
        self._began: dict[str, tuple[float, str]] = {}  # task to its attempt's start, and where

    @property
    def database(self) -> sqlite3.Connection:
        """The open database."""
        return self._db

    def close(self) -> None:
        """Close it."""
        self._db.close()

    def begin(self, run: str, names: Iterable[str]) -> None:
        """Write that a run is about to begin; should it never end, its tasks have not succeeded.

        Args:
            run: The run's name.
            names: Of its tasks.
        """
        self._db.execute(
            "insert or ignore into run (id, started, holds) values (?, ?, ?)",
            (run, time.time(), "\n".join(names)),
        )

    def note(
        self, run: str, events: Sequence[Event], traits: Callable[[str], tuple[bytes, str]]
    ) -> None:
        """Write down a batch of a run's events, in one commit.

        Args:
            run: The run's name.
            events: In order.
            traits: Returns by a task's name its digest, see `Past`, and the file that defines it,
                named from the folder of the record; empty where that is not known.
        """
        attempts = self._attempts(run, events)
        ends = [event for event in events if isinstance(event, TaskEnded)]
        rows = [self._ending(run, event, *traits(event.name)) for event in ends]
        self._db.execute("begin immediate")
        self._note_run(run, events)
        self._db.executemany("insert or replace into task values (?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)
        self._db.executemany("insert or replace into attempt values (?,?,?,?,?,?,?)", attempts)
        paces = [
            (event.name, event.duration) for event in ends if event.outcome is Outcome.SUCCEEDED
        ]
        self._db.executemany("insert or replace into pace values (?, ?)", paces)
        self._db.execute("commit")

    def _note_run(self, run: str, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, RunStarted):
                # It began before this batch came to be written, which may hold all of it.
                began = time.time() - max(other.at for other in events)
                self._db.execute(
                    "insert or ignore into run (id, started) values (?, ?)", (run, began)
                )
                self._tidy()
            elif isinstance(event, RunEnded):
                self._db.execute(
                    # Not by the clock, which may have been set meanwhile.
                    "update run set ended = started + ?, ok = ?, stopped = ?, holds = null "
                    "where id = ?",
                    (event.at, event.ok, event.stopped, run),
                )

    def _ending(self, run: str, event: TaskEnded, digest: bytes, home: str) -> tuple[object, ...]:
        """Return the row of a task that has ended."""
        return (
            event.name,
            run,
            event.outcome.value,
            repr(event.reason) if event.reason is not None else None,
            event.duration,
            event.attempts,
            _storable(event.log),
            event.size,
            _storable(event.captured),
            digest,
            event.at,
            home,
            self._began.get(event.name, _NEVER)[1],
        )

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

    def last(self, homes: Mapping[str, str]) -> dict[str, Past]:
        """Return how tasks ended in the last run that held them.

        Args:
            homes: The files that define them, by their names, see `note`.
        """
        found: dict[str, Past] = {}
        unfinished = self._db.execute(
            "select id, holds from run where ended is null and holds is not null"
        )
        held = [(run, frozenset(names.split("\n"))) for run, names in unfinished]
        for name, home in homes.items():
            row = self._db.execute(
                # What is not known to be another file's may be its own.
                "select outcome, captured, digest, run from task where name = ? "
                "and (? = '' or coalesce(home, '') in ('', ?)) order by run desc limit 1",
                (name, home, home),
            ).fetchone()
            if row is not None and not any(run > row[3] and name in names for run, names in held):
                found[name] = Past(
                    outcome=Outcome(row[0]), captured=os.fsdecode(row[1]), digest=row[2]
                )
        return found

    def last_start(self, name: str, home: str) -> str:
        """Return the last run in which a task was started, empty if there is none; see `last`."""
        (found,) = self._db.execute(
            "select max(run) from task where name = ? and attempts > 0 "
            "and (? = '' or coalesce(home, '') in ('', ?))",
            (name, home, home),
        ).fetchone()
        return found or ""

    def last_log(self, name: str, homes: Collection[str]) -> tuple[str, str] | None:
        """Return the last run in which a task was started, and the absolute path of its log.

        The path is empty if it wrote nothing.

        Args:
            name: Of the task.
            homes: The files of which one defines it; none is any file.
        """
        rows = self._db.execute(
            "select run, log, home from task where name = ? and (attempts > 0 or outcome = ?) "
            "order by run desc",
            (name, Outcome.SUCCEEDED.value),  # a group succeeds without an attempt
        )
        for run, log, home in rows:
            if is_one_of(home, homes):
                return run, os.fsdecode(log)
        return None

    def durations(self) -> dict[str, float]:
        """Return the seconds that each task took when it last succeeded."""
        return dict(self._db.execute("select name, seconds from pace"))


def is_one_of(home: str | None, homes: Collection[str]) -> bool:
    """Whether a task's row may be that of a task of these files; none is any."""
    return not homes or not home or home in homes


def _storable(path: str) -> str | bytes:
    """Return a path as SQLite takes it: one that is no text as the bytes that it is."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path
