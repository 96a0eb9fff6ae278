"""What the record tells of earlier runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.model import (
    Blocked,
    ConditionNotMet,
    Duration,
    Exited,
    Incomplete,
    Interrupted,
    Lost,
    NotStarted,
    Outcome,
    Reason,
    RunEnded,
    RunStarted,
    Signalled,
    TaskEnded,
    TimedOut,
)
from spry_jupyter.record.folder import books
from spry_jupyter.record.history import habits, past_runs
from spry_jupyter.record.reasons import read_reason
from spry_jupyter.record.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD, BAD = Outcome.SUCCEEDED, Outcome.FAILED
REASONS = st.one_of(
    st.builds(Exited, st.integers(0, 255)),
    st.builds(Signalled, st.integers(1, 64)),
    st.builds(TimedOut, st.builds(Duration, st.floats(0, 1e6), st.text())),
    st.builds(NotStarted, st.text()),
    st.builds(Incomplete, st.text()),
    st.builds(Blocked, st.text()),
    st.builds(Lost, st.text()),
    st.just(ConditionNotMet()),
    st.just(Interrupted()),
)


@given(REASONS)
def test_every_reason_is_read_back_as_it_was_written(reason: Reason) -> None:
    assert read_reason(repr(reason)) == reason


@pytest.mark.parametrize(
    "text",
    ["__import__('os').system('touch x')", "Exited(code=exit())", "Exited(1)", "Task(name='a')", "(",
     "Exited(", "Lost(where=open)", "Exited(nonsense=1)", "(" * 5000],
)  # fmt: skip
def test_a_record_that_somebody_else_wrote_runs_nothing(text: str) -> None:
    assert read_reason(text) is None


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., None]:
    """Write a run with one task down; later calls are later runs."""
    (tmp_path / ".spry").mkdir()
    count = iter(range(100_000, 200_000))

    def note(
        outcome: Outcome, seconds: float = 1.0, *, attempts: int = 1, digest: bytes = b"d"
    ) -> None:
        name = f"{next(count)}"
        store = Store(str(tmp_path / ".spry" / "record.db"))
        ended = TaskEnded(
            at=seconds,
            name="t",
            outcome=outcome,
            reason=Exited(1) if outcome is BAD else None,
            duration=seconds,
            attempts=attempts,
        )
        events = [
            RunStarted(at=0.0, run=name, tasks=("t",), folder=""),
            ended,
            RunEnded(at=seconds, ok=outcome is not BAD),
        ]
        store.note(name, events, lambda _: (digest, ""))
        store.close()

    return note


def test_runs_come_newest_first_with_how_their_tasks_ended(
    write: Callable[..., None], tmp_path: Path
) -> None:
    write(BAD)
    write(GOOD)
    runs = past_runs({tmp_path: ()}, 10)
    assert [(run.id, run.ok, run.outcomes) for run in runs] == [
        ("100001", True, {GOOD: 1}),
        ("100000", False, {BAD: 1}),
    ]
    assert [run.id for run in past_runs({tmp_path: ()}, 1)] == ["100001"]


def test_a_run_took_as_long_as_it_took_whenever_it_was_written_down(
    write: Callable[..., None], tmp_path: Path
) -> None:
    before = time.time()
    write(GOOD, seconds=3.0)
    (run,) = past_runs({tmp_path: ()}, 1)
    assert run.seconds == pytest.approx(3.0)
    assert before - 3.0 <= run.started <= time.time() - 3.0


def test_a_folder_is_told_of_once_however_often_it_is_named(
    write: Callable[..., None], tmp_path: Path
) -> None:
    write(GOOD)
    assert len(past_runs(books([f"{tmp_path}/a.md", f"{tmp_path}/b.md"]), 10)) == 1


def test_the_usual_time_is_the_median_of_the_successes(
    write: Callable[..., None], tmp_path: Path
) -> None:
    for seconds in (1.0, 9.0, 2.0):
        write(GOOD, seconds)
    write(BAD, 100.0)
    (habit,) = habits({tmp_path: ()}, 50)
    assert (habit.usual, habit.last, habit.good) == (2.0, 2.0, 0.75)
    assert habit.past[0].reason == Exited(1)


def test_a_trend_needs_enough_runs_and_compares_the_last_five_with_those_before(
    write: Callable[..., None], tmp_path: Path
) -> None:
    for _ in range(7):
        write(GOOD, 1.0)
    assert habits({tmp_path: ()}, 50)[0].trend is None
    for _ in range(5):
        write(GOOD, 1.5)
    assert habits({tmp_path: ()}, 50)[0].trend == pytest.approx(0.5)


def test_a_failure_that_goes_away_by_itself_is_flaky(
    write: Callable[..., None], tmp_path: Path
) -> None:
    write(BAD)
    write(GOOD)
    write(GOOD, attempts=2)
    write(GOOD)
    assert habits({tmp_path: ()}, 50)[0].flaky == 0.5


def test_a_failure_that_was_mended_is_not_flaky(write: Callable[..., None], tmp_path: Path) -> None:
    write(BAD, digest=b"before")
    write(GOOD, digest=b"after")
    assert habits({tmp_path: ()}, 50)[0].flaky == 0.0


def test_what_did_not_run_counts_neither_as_good_nor_as_bad(
    write: Callable[..., None], tmp_path: Path
) -> None:
    write(Outcome.SKIPPED, attempts=0)
    (habit,) = habits({tmp_path: ()}, 50)
    assert (len(habit.past), habit.good, habit.flaky, habit.usual) == (1, None, None, None)


def test_without_a_record_there_is_no_history_and_none_is_made(tmp_path: Path) -> None:
    assert past_runs({tmp_path: ()}, 10) == []
    assert habits({tmp_path: ()}, 10) == []
    assert list(tmp_path.iterdir()) == []
