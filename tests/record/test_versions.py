"""A record of an earlier version is brought up to this one with all that it holds."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from earlier_records import first_version

from spry_jupyter.model import (
    Exited,
    Outcome,
    RunEnded,
    RunStarted,
    TaskEnded,
    TaskRetrying,
    TaskStarted,
)
from spry_jupyter.record import schema
from spry_jupyter.record.history import habits
from spry_jupyter.record.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from spry_jupyter.record.history import Habit


def test_what_the_first_version_wrote_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    first_version(path)
    with closing(Store(str(path))) as store:
        assert store.last_log("a", ()) == ("r1", "/log")
        assert store.database.execute("pragma user_version").fetchone() == (schema.VERSION,)
    with closing(Store(str(path))) as store:
        assert store.last({"a": ""})["a"].outcome is Outcome.SUCCEEDED


def test_what_the_second_version_wrote_is_kept_and_told_to_have_run_here(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    first_version(path)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(schema.STEPS[0])
        database.execute("pragma user_version=2")
        database.execute("insert into attempt values ('a', 'r1', 1, 0.0, 1.0, null)")
        database.commit()
    (habit,) = habits_of(path)
    assert [(past.run, past.where) for past in habit.past] == [("r1", "")]


def habits_of(path: Path) -> list[Habit]:
    """What the history tells of a record."""
    home = path.parent / ".spry"
    home.mkdir()
    path.rename(home / path.name)
    return habits({path.parent: ()}, 5)


def test_several_may_bring_up_one_record_at_once(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    first_version(path)
    code = "import sys; from spry_jupyter.record.store import Store; Store(sys.argv[1]).close()"
    words = [sys.executable, "-c", code, str(path)]
    several = [subprocess.Popen(words, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.communicate()[1] for process in several] == [""] * 4


def note_run(store: Store, run: str, *events: TaskStarted | TaskRetrying | TaskEnded) -> None:
    started = RunStarted(at=0.0, run=run, tasks=("a",), folder="")
    store.note(run, [started, *events, RunEnded(at=9.0, ok=True)], lambda _: (b"", ""))


def test_attempts_are_kept_with_their_times_where_there_was_more_than_one(tmp_path: Path) -> None:
    failed = Exited(1)
    with closing(Store(str(tmp_path / "record.db"))) as store:
        note_run(
            store,
            "r1",
            TaskStarted(at=1.0, name="a", attempt=1),
            TaskRetrying(at=2.5, name="a", reason=failed, retry=1, of=2, delay=1.0),
            TaskStarted(at=3.5, name="a", attempt=2),
            TaskEnded(at=4.0, name="a", outcome=Outcome.SUCCEEDED, duration=3.0, attempts=2),
        )
        found = store.database.execute("select number, at, seconds, reason from attempt").fetchall()
        assert found == [(1, 1.0, 1.5, repr(failed)), (2, 3.5, 0.5, None)]
        assert store.database.execute("select at from task").fetchall() == [(4.0,)]


def test_old_runs_are_forgotten_past_the_number_that_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spry_jupyter.record.store._KEEP_RUNS", 3)
    monkeypatch.setattr("spry_jupyter.record.store._SLACK", 2)
    with closing(Store(str(tmp_path / "record.db"))) as store:
        for number in range(9):
            ended = TaskEnded(at=1.0, name="a", outcome=Outcome.SUCCEEDED, attempts=1)
            note_run(store, f"r{number}", ended)
        runs = [row[0] for row in store.database.execute("select id from run order by id")]
        tasks = [row[0] for row in store.database.execute("select run from task order by run")]
    assert runs == tasks
    assert runs[-1] == "r8"
    assert 3 <= len(runs) <= 5
