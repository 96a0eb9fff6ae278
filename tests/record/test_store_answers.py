"""What a record answers is what was written, whatever runs there were and in whatever order."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest
from earlier_records import FIRST
from hypothesis import given
from hypothesis import strategies as st
from remembered import HOMES, NAMES, ROWS, Remembered, Row, digest

from spry_jupyter.model import Outcome, RunEnded, RunStarted, TaskEnded, TaskStarted
from spry_jupyter.record import schema, store
from spry_jupyter.record.history import habits, past_runs
from spry_jupyter.record.retention import hold
from spry_jupyter.record.store import Store

KEEP, SLACK = 3, 2
Step = tuple[int, str, list[Row]]  # which run, what it writes, and of which tasks

STEPS = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(("begin", "start", "note", "end", "lose")), ROWS),
    max_size=25,
)


def same_answers(found: Store, folder: Path, model: Remembered) -> None:
    """Ask all that can be asked."""
    for name, home in itertools.product(NAMES, HOMES):
        homes = {**dict.fromkeys(NAMES, "two.md"), name: home}
        assert found.last(homes) == model.last(homes)
        assert found.durations(homes) == model.durations(homes)
        assert found.last_start(name, home) == model.last_start(name, home)
    for files in ((), ("one.md",), ("two.md", "one.md"), ("none.md",)):
        for name in NAMES:
            assert found.last_log(name, files) == model.last_log(name, files)
        told = habits({folder: files}, 2)
        runs = {habit.name: [past.run for past in habit.past] for habit in told}
        assert runs == model.history(files, 2)


def write(found: Store, folder: Path, model: Remembered, step: Step) -> None:
    """Write the next of a run down: what has ended, and that it begins or ends with that.

    From when it is lost nothing shows that it goes on, which it may all the same.
    """
    number, what, rows = step
    run = f"run{number}"
    if what == "lose":
        shutil.rmtree(folder / ".spry/runs" / run, ignore_errors=True)
        return
    if run in model.over or (what == "begin" and run in model.ever):
        return
    if what == "begin":
        names = tuple(event.name for event, _ in rows)
        found.begin(run, names)
        model.begin(run, names)
        return
    rows = [row for row in rows if (run, row[0].name) not in model.ended]
    homes = {event.name: home for event, home in rows}
    started = [RunStarted(at=0.0, run=run, tasks=(), folder="")] if what == "start" else []
    ended = [RunEnded(at=2.0, ok=True)] if what == "end" else []
    events = [event for event, _ in rows]
    found.note(run, [*started, *events, *ended], lambda name: (digest(run, name), homes[name]))
    for row in rows:
        model.note(run, row)
    if started:
        model.start(run)
    if ended:
        model.end(run)


@given(STEPS)
def test_what_is_asked_is_answered_from_all_that_was_written(steps: list[Step]) -> None:
    model = Remembered(KEEP, SLACK)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(8):  # a young run: it may be about to take its lock
            (folder / f".spry/runs/run{number}").mkdir(parents=True)
        path = str(folder / ".spry/record.db")
        kept = patch.multiple(store, _KEEP_RUNS=KEEP, _SLACK=SLACK)
        with kept, closing(Store(path)) as found:
            for step in steps:
                write(found, folder, model, step)
            same_answers(found, folder, model)


@given(st.lists(st.tuples(ROWS, st.booleans()), max_size=8))
def test_a_record_of_the_fifth_version_answers_as_it_did(
    runs: list[tuple[list[Row], bool]],
) -> None:
    model = Remembered(1000, 1000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / ".spry").mkdir()
        path = str(folder / ".spry/record.db")
        with closing(sqlite3.connect(path)) as database:
            for step in (FIRST, *schema.STEPS[:4]):
                database.executescript(step)
            for number, (rows, ended) in enumerate(runs):
                fifth(database, model, f"run{number}", rows, ended=ended)
            database.execute("pragma user_version=5")
            database.commit()
        with closing(Store(path)) as found:
            same_answers(found, folder, model)


def fifth(
    database: sqlite3.Connection, model: Remembered, run: str, rows: list[Row], *, ended: bool
) -> None:
    """Write a run as the fifth version did."""
    holds = None if ended else "\n".join(event.name for event, _ in rows)
    database.execute(
        "insert into run values (?, 1, ?, 1, 0, ?)", (run, 2 if ended else None, holds)
    )
    model.begin(run, () if ended else tuple(event.name for event, _ in rows))
    for event, home in rows:
        said = (event.outcome.value, None, event.duration, event.attempts)
        paths = (event.log.encode("utf-8", "surrogateescape"), 0, event.captured)
        database.execute(
            "insert into task values (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (event.name, run, *said, *paths, digest(run, event.name), 1.0, home or None, ""),
        )
        if event.outcome is Outcome.SUCCEEDED:
            pace = (event.name, event.duration)
            database.execute("insert or replace into pace values (?, ?)", pace)
        model.note(run, (event, home))


def test_how_long_a_task_took_is_known_of_the_fifth_version_also_of_runs_that_are_forgotten(
    tmp_path: Path,
) -> None:
    path = str(tmp_path / "record.db")
    with closing(sqlite3.connect(path)) as database:
        for step in (FIRST, *schema.STEPS[:4]):
            database.executescript(step)
        database.execute("insert into pace values ('a', 7.0)")
        database.execute("pragma user_version=5")
        database.commit()
    with closing(Store(path)) as found:
        assert found.durations({"a": "one.md"}) == {"a": 7.0}
        assert found.last_log("a", ()) is None


def test_a_record_that_was_brought_up_is_made_like_a_new_one(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as database:
        database.executescript(FIRST)
        database.execute("pragma user_version=1")
    tables = 'select t.name, t.type, c.name, c.type, c."notnull", c.pk, c.dflt_value '
    tables += "from sqlite_master as t, pragma_table_info(t.name) as c order by 1, 2, 3"
    made = []
    for name in ("old.db", "new.db"):
        with closing(Store(str(tmp_path / name))) as found:
            made.append(found.database.execute(tables).fetchall())
            rest = "select sql from sqlite_master where type <> 'table' and sql is not null"
            made[-1] += sorted(found.database.execute(rest))
    assert made[0] == made[1]


def test_what_a_record_is_emptied_of_while_a_run_goes_on_is_all_that_is_forgotten(
    tmp_path: Path,
) -> None:
    with closing(Store(str(tmp_path / "record.db"))) as found:
        found.begin("run1", ["a", "b"])
        found.note("run1", [TaskStarted(at=0.0, name="a", attempt=1)], lambda _: (b"", ""))
        found.database.execute("delete from run")
        ended = TaskEnded(at=1.0, name="b", outcome=Outcome.SUCCEEDED, attempts=1)
        found.note("run1", [ended], lambda _: (b"", ""))
        assert found.last_start("b", "") == "run1"


def test_what_the_fifth_version_writes_after_a_record_was_brought_up_is_believed_or_refused(
    tmp_path: Path,
) -> None:
    path = str(tmp_path / "record.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as earlier:
        for step in (FIRST, *schema.STEPS[:4]):
            earlier.executescript(step)
        earlier.execute("pragma user_version=5")
        earlier.execute("insert into run values ('run1', 1, null, null, null, 'a')")
        with closing(Store(path)) as found:
            row = ("a", "run1", "failed", "Exited(code=1)", 1.0, 1, "/log", 1, "", b"", 1.0, "", "")
            marks = ",".join("?" * len(row))
            earlier.execute(f"insert or replace into task values ({marks})", row)
            assert found.last_log("a", ()) == ("run1", "/log")
            with pytest.raises(sqlite3.OperationalError, match="no such table"):
                earlier.execute("insert or replace into pace values ('a', 1.0)")


def test_a_run_is_looked_through_no_more_once_another_begins_and_nobody_works_on_it(
    tmp_path: Path,
) -> None:
    runs = [f"2026010{day}-000000-000000-aaaaaa" for day in range(4)]
    place = tmp_path / ".spry/runs" / runs[1]
    place.mkdir(parents=True)
    at_work = hold(str(place))
    with closing(Store(str(tmp_path / ".spry/record.db"))) as found:

        def unended() -> list[str]:
            rows = found.database.execute("select id from run where ended is null order by id")
            return [run for (run,) in rows]

        def note(run: str, name: str) -> None:
            ended = TaskEnded(at=1.0, name=name, outcome=Outcome.SUCCEEDED, attempts=1)
            found.note(run, [ended], lambda _: (b"", ""))

        note(runs[0], "b")
        found.begin(runs[1], ["a", "b", "c"])
        note(runs[1], "a")
        found.begin(runs[2], [])
        assert unended() == runs[1:3]
        os.close(at_work)
        found.begin(runs[3], [])
        assert unended() == runs[3:]
        assert found.last_start("a", "") == runs[1]
        assert [*found.last({"a": "", "b": ""})] == ["a"]
        assert {(run.seconds, run.ok) for run in past_runs({tmp_path: ()}, 9)} == {(None, None)}
        note(runs[1], "c")  # it goes on all the same
        assert unended() == [runs[1], runs[3]]
        assert found.last_start("c", "") == runs[1]
