"""What the record tells of earlier runs: when, how they ended, and how each task has been doing."""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from spry_jupyter.errors import RequestError
from spry_jupyter.model import Outcome
from spry_jupyter.record.folder import RECORD, readable
from spry_jupyter.record.reasons import read_reason
from spry_jupyter.record.store import Store, is_one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from typing import TypeVar

    from spry_jupyter.model import Reason
    from spry_jupyter.record.folder import Books

    T = TypeVar("T")

_RECENT = 5  # successes whose time is compared with that of those before
_FEWEST = 3  # successes on either side, for a comparison to say anything


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """One run.

    Attributes:
        id: Its name.
        started: Seconds since 1970.
        seconds: How long it took; None if its end was never written, as when the machine went down.
        ok: Whether it succeeded; None likewise.
        stopped: Somebody stopped it.
        outcomes: How many tasks ended how.
    """

    id: str
    started: float
    seconds: float | None
    ok: bool | None
    stopped: bool
    outcomes: dict[Outcome, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTask:
    """One task in one run.

    Attributes:
        name: The task.
        run: The run's name.
        started: When the run was, in seconds since 1970.
        outcome: How it ended.
        reason: Why, where there is more to say.
        seconds: How long it took.
        attempts: How many were begun.
        log: Absolute path of its log, which may be gone; empty if it said nothing.
        where: The worker that ran its last attempt; empty is this machine.
        digest: What stays the same as long as its definition does, and what it reads.
    """

    name: str
    run: str
    started: float
    outcome: Outcome
    reason: Reason | None
    seconds: float
    attempts: int
    log: str
    where: str
    digest: bytes

    @property
    def ran(self) -> bool:
        """Whether it did anything: neither skipped nor found up to date."""
        return self.attempts > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How a task has been doing.

    Attributes:
        name: The task.
        past: Its runs, the newest first.
        usual: Median seconds of its successes; None if there are none.
        last: Seconds of the newest success.
        trend: How much longer its last five successes took than those before, 0.1 is a tenth; None
            where there are too few to tell.
        good: Share of the runs in which it ran that it succeeded.
        flaky: Share of these in which it failed and then, unchanged, succeeded: on a further
            attempt, or the next time.
    """

    name: str
    past: tuple[PastTask, ...]
    usual: float | None
    last: float | None
    trend: float | None
    good: float | None
    flaky: float | None


def past_runs(books: Books, most: int) -> list[PastRun]:
    """Return the newest runs of books, the newest first.

    Raises:
        RequestError: If a record cannot be read.
    """
    found = ask_each(
        books,
        lambda store, homes: [*itertools.islice(_past_runs(store.database, homes), most)],
    )
    runs = itertools.chain.from_iterable(found)
    return sorted(runs, key=lambda run: run.id, reverse=True)[:most]


def _past_runs(database: sqlite3.Connection, homes: Collection[str]) -> Iterator[PastRun]:
    rows = database.execute("select id, started, ended, ok, stopped from run order by id desc")
    for run, started, ended, ok, stopped in rows:
        counts = database.execute(
            "select outcome, home, count(*) from task where run = ? group by outcome, home", (run,)
        ).fetchall()
        if counts and not any(is_one_of(home, homes) for _, home, _ in counts):
            continue
        outcomes: Counter[Outcome] = Counter()
        for outcome, _, count in counts:
            outcomes[Outcome(outcome)] += count
        yield PastRun(
            id=run,
            started=started,
            seconds=max(0.0, ended - started) if ok is not None else None,
            ok=bool(ok) if ok is not None else None,
            stopped=bool(stopped),
            outcomes=dict(outcomes),
        )


def habits(books: Books, most: int, task: str | None = None) -> list[Habit]:
    """Return how each task has been doing, in the order of their names.

    Args:
        books: Whose tasks.
        most: How many runs of each to look at.
        task: Only this one.

    Raises:
        RequestError: If a record cannot be read.
    """
    past: dict[str, list[PastTask]] = {}
    asked = ask_each(books, lambda store, homes: [*_past_tasks(store.database, task, homes, most)])
    for found in itertools.chain.from_iterable(asked):
        past.setdefault(found.name, []).append(found)
    for runs in past.values():
        runs.sort(key=lambda run: run.run, reverse=True)
    return [_habit(name, runs[:most]) for name, runs in sorted(past.items())]


def ask_each(books: Books, question: Callable[[Store, Collection[str]], T]) -> list[T]:
    """Return what the records beside books answer, as far as there are any.

    Args:
        books: Whose records.
        question: Is asked with an open record, and what that calls the book's files.

    Raises:
        RequestError: If one cannot be read.
    """
    beside = {place / RECORD: homes for base, homes in books.items() for place in readable(base)}
    found: list[T] = []
    for path, homes in beside.items():
        if path.exists():
            try:
                with closing(Store(str(path), to_read=True)) as store:
                    found.append(question(store, homes))
            # What was brought along may hold anything.
            except (sqlite3.Error, ValueError, TypeError) as error:
                raise RequestError(f"{path} cannot be read: {error}") from error
    return found


def _past_tasks(
    database: sqlite3.Connection, task: str | None, homes: Collection[str], most: int
) -> Iterator[PastTask]:
    """Go back through the runs, until there are enough of each task."""
    this, name = ("", ()) if task is None else (" and name = ?", (task,))
    known = database.execute(f"select name, home from known where run > ''{this}", name)  # noqa: S608
    left = {name: most for name, home in known if is_one_of(home, homes)}
    rows = database.execute(
        "select name, run, started, outcome, reason, duration, attempts, log, place, digest, home "  # noqa: S608
        f"from run cross join task on run = id{this} order by id desc",
        name,
    )
    for name, run, started, outcome, reason, seconds, attempts, log, place, digest, home in rows:
        if not left:
            return
        if name not in left or not is_one_of(home, homes):
            continue
        left[name] -= 1
        if not left[name]:
            del left[name]
        yield PastTask(
            name=name,
            run=run,
            started=started,
            outcome=Outcome(outcome),
            reason=read_reason(reason),
            seconds=seconds or 0.0,
            attempts=attempts or 0,
            log=os.fsdecode(log or ""),
            where=place,
            digest=digest or b"",
        )


def _habit(name: str, past: Sequence[PastTask]) -> Habit:
    ran = [run for run in past if run.ran]
    successes = [run.seconds for run in ran if run.outcome is Outcome.SUCCEEDED]
    return Habit(
        name=name,
        past=tuple(past),
        usual=median(successes) if successes else None,
        last=successes[0] if successes else None,
        trend=_trend(successes),
        good=len(successes) / len(ran) if ran else None,
        flaky=_flakes(ran) / len(ran) if ran else None,
    )


def _trend(successes: Sequence[float]) -> float | None:
    recent, before = successes[:_RECENT], successes[_RECENT:]
    if len(before) < _FEWEST or not median(before):
        return None
    return median(recent) / median(before) - 1


def _flakes(ran: Sequence[PastTask]) -> int:
    """Count the runs that failed, but not for anything that was changed then."""
    retried = sum(run.outcome is Outcome.SUCCEEDED and run.attempts > 1 for run in ran)
    recovered = sum(
        before.outcome is Outcome.FAILED
        and after.outcome is Outcome.SUCCEEDED
        and before.digest == after.digest
        for after, before in itertools.pairwise(ran)
    )
    return retried + recovered
