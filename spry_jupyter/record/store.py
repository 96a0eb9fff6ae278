"""What ran and how it ended, in SQLite.

The runner writes, the front reads. WAL mode lets both happen at once, from several kernels and
command lines; a commit costs some 30 microseconds and survives the death of the writer.
"""

from __future__ import annotations

import os
import time

from spry_jupyter.model import Outcome, RunStarted
from spry_jupyter.record.opening import connect, connect_to_read
from spry_jupyter.record.retention import goes_on
from spry_jupyter.record.rows import Rows

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from dataclasses import dataclass

    from spry_jupyter.model import Event, RunEnded
else:
    from spry_jupyter.frozen import dataclass

_KEEP_RUNS = 1000
_KEEP_SECONDS = 180 * 24 * 3600.0
_SLACK = 100  # runs past the number that is kept, before it is worth while to tidy up

_TASK = """
insert or replace into task (name, run, outcome, reason, duration, attempts, log, size, captured,
    digest, at, home, place) values (?,?,?,?,?,?,?,?,?,?,?,?,?)
"""
_ATTEMPT = """
insert or replace into attempt (name, run, number, at, seconds, reason, place)
values (?,?,?,?,?,?,?)
"""
_SETTLE = """
insert into latest select name, home, run, started, succeeded, seconds from held where run = ?
on conflict (name, home) do update set
    run = max(run, excluded.run),
    started = max(started, excluded.started),
    succeeded = max(succeeded, excluded.succeeded),
    seconds = case when excluded.succeeded < succeeded then seconds
        else coalesce(excluded.seconds, seconds) end
"""
# This record may have become its own, or been emptied, while it went on; or it was thought lost.
_GOES_ON = """
insert into run (id, started) values (?, ?)
on conflict (id) do update set ended = null where ok is null and ended is not null
"""
_ITS_OWN = (
    "(? = '' or past.home in ('', ?))"  # what is not known to be another file's may be its own
)
_LAST = f"""
select outcome, captured, digest, max(past.run) from {{}} as past join task using (run, name)
where name = ? and {_ITS_OWN}
"""  # noqa: S608 - of our own parts


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
        self._runs = f"{os.path.dirname(path)}/runs"
        self._rows = Rows()

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
        self._settle_lost()
        self._db.execute(
            "insert or ignore into run (id, started, holds) values (?, ?, ?)",
            (run, time.time(), "\n".join(names)),
        )

    def _settle_lost(self) -> None:
        """Count in the runs that will never end, or all that is asked would look through them."""
        unended = self._db.execute("select id from run where ended is null").fetchall()
        lost = [(run,) for (run,) in unended if not goes_on(f"{self._runs}/{run}")]
        if lost:
            self._db.execute("begin immediate")
            self._db.executemany(_SETTLE, lost)
            # How it ended is not known, and what it was to run has not succeeded.
            self._db.executemany(
                "update run set ended = started where id = ? and ended is null", lost
            )
            self._db.execute("commit")

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
        bounds, tasks, attempts = self._rows.of(run, events, traits)
        if not (bounds or tasks or attempts):
            return
        began = time.time() - max([event.at for event in events])  # the batch may hold all of it
        self._db.execute("begin immediate")
        self._db.execute(_GOES_ON, (run, began))
        self._db.executemany(_TASK, tasks)
        self._db.executemany(_ATTEMPT, attempts)
        for event in bounds:
            if isinstance(event, RunStarted):
                self._tidy()
            else:
                self._end(run, event)
        self._db.execute("commit")

    def _end(self, run: str, event: RunEnded) -> None:
        self._db.execute(_SETTLE, (run,))
        self._db.execute(
            # Not by the clock, which may have been set meanwhile.
            "update run set ended = started + ?, ok = ?, stopped = ?, holds = null where id = ?",
            (event.at, event.ok, event.stopped, run),
        )

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
        (kept,) = newest[-1]
        lost = "select id from run where ended is null and id < ?"
        for run in self._db.execute(lost, (kept,)).fetchall():
            self._db.execute(_SETTLE, run)
        for table, column in (("task", "run"), ("attempt", "run"), ("run", "id")):
            self._db.execute(f"delete from {table} where {column} < ?", (kept,))  # noqa: S608
        # How long a task took is never forgotten.
        self._db.execute("delete from latest where run < ? and seconds is null", (kept,))
        for column in ("run", "started", "succeeded"):
            self._db.execute(f"update latest set {column} = '' where {column} < ?", (kept,))  # noqa: S608

    def last(self, homes: Mapping[str, str]) -> dict[str, Past]:
        """Return how tasks ended in the last run that held them.

        Args:
            homes: The files that define them, by their names, see `note`.
        """
        question = _LAST.format(self._all())
        rows = {
            name: self._db.execute(question, (name, home, home)).fetchone()
            for name, home in homes.items()
        }
        oldest = min([row[-1] for row in rows.values() if row[-1]], default="")
        held: dict[str, str] = {}  # by task the last run that was to run it, and has not ended
        unfinished = "select id, holds from run where holds is not null and id > ? order by id"
        for run, names in self._db.execute(unfinished, (oldest,)):
            held.update(dict.fromkeys(names.split("\n"), run))
        return {
            name: Past(outcome=Outcome(outcome), captured=os.fsdecode(captured), digest=digest)
            for name, (outcome, captured, digest, last) in rows.items()
            if last and held.get(name, "") <= last
        }

    def _all(self) -> str:
        """Name what to ask much of: while no run goes on, the table alone has all, and is faster."""
        going = self._db.execute("select 1 from run where ended is null limit 1").fetchone()
        return "latest" if going is None else "known"

    def last_start(self, name: str, home: str) -> str:
        """Return the last run in which a task was started, empty if there is none; see `last`."""
        (found,) = self._db.execute(
            f"select max(started) from known as past where name = ? and {_ITS_OWN}",  # noqa: S608
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
            # A group succeeds without an attempt.
            "select max(started, succeeded), home from known where name = ?",
            (name,),
        )
        run = max([run for run, home in rows if is_one_of(home, homes)], default="")
        found = self._db.execute(
            "select log from task where run = ? and name = ?", (run, name)
        ).fetchone()
        return (run, os.fsdecode(found[0])) if found is not None else None

    def durations(self, homes: Mapping[str, str]) -> dict[str, float]:
        """Return the seconds that tasks took when they last succeeded; see `last`."""
        found: dict[str, tuple[str, float]] = {}
        rows = self._db.execute(
            f"select name, home, succeeded, seconds from {self._all()} where seconds is not null"  # noqa: S608
        )
        for name, home, run, seconds in rows:
            own = homes.get(name)
            if own is None or (own and home and own != home):
                continue
            if name not in found or found[name][0] <= run:
                found[name] = run, seconds
        return {name: seconds for name, (_, seconds) in found.items()}


def is_one_of(home: str | None, homes: Collection[str]) -> bool:
    """Whether a task's row may be that of a task of these files; none is any."""
    return not homes or not home or home in homes
