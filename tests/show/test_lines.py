"""The sentences of a run, to the letter."""

from __future__ import annotations

import re
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.model import (
    Blocked,
    ConditionNotMet,
    Duration,
    Event,
    Exited,
    Interrupted,
    Lost,
    NotStarted,
    Outcome,
    Reason,
    RunEnded,
    RunStarted,
    Signalled,
    TaskAsking,
    TaskEnded,
    TaskLogged,
    TaskRetrying,
    TaskStarted,
    TimedOut,
    Warned,
)
from spry_jupyter.show.lines import all_lines, failure_sentence, hint, line, summary, timing_text
from spry_jupyter.show.view import RunView


def ended(name: str, outcome: Outcome, reason: Reason | None = None, **more: object) -> TaskEnded:
    return TaskEnded(**{"at": 1.0, "name": name, "outcome": outcome, "reason": reason, **more})  # type: ignore[arg-type]


def failed(name: str, reason: Reason, **more: object) -> TaskEnded:
    return ended(name, Outcome.FAILED, reason, **more)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (ended("step1", Outcome.SUCCEEDED), "✓ step1 completed"),
        (failed("step2", Exited(1)), "✗ step2 failed with exit code 1"),
        (ended("step3", Outcome.SKIPPED, Blocked("step2")), "⊘ step3 skipped (dependency failed)"),
        (ended("a", Outcome.SKIPPED, ConditionNotMet()), "⊘ a skipped (condition not met)"),
        (ended("a", Outcome.UP_TO_DATE), "● a up to date"),
        (ended("a", Outcome.CANCELLED, Interrupted()), "⊘ a cancelled"),
        (failed("a", TimedOut(Duration(90.0, "1m30s"))), "✗ a timed out after 1m30s"),
        (failed("a", Signalled(signal.SIGKILL)), "✗ a killed by SIGKILL"),
        (failed("a", Signalled(60)), "✗ a killed by SIG60"),
        (failed("a", NotStarted("no such file")), "✗ a could not start: no such file"),
        (failed("a", Lost("the worker")), "✗ a lost with the worker"),
    ],
)
def test_each_ending_has_its_line(event: Event, text: str) -> None:
    assert line(event) == text


def test_a_retry_says_why_which_of_how_many_and_when() -> None:
    event = TaskRetrying(at=1.0, name="a", reason=Exited(1), retry=1, of=3, delay=2.0)
    assert line(event) == "↻ a failed with exit code 1, retry 1 of 3 in 2s"


@pytest.mark.parametrize(
    "event",
    [
        RunStarted(at=0.0, run="r", tasks=("a",), folder="/f"),
        TaskStarted(at=0.0, name="a", attempt=1),
        TaskLogged(at=0.0, name="a", size=3),
        TaskAsking(at=0.0, name="a", text="Sure?"),
        Warned(at=0.0, text="careful"),
        RunEnded(at=0.0, ok=True),
    ],
)
def test_nothing_but_an_ending_and_a_retry_has_a_line(event: Event) -> None:
    assert line(event) is None


def test_timing_is_added_to_what_ran_and_to_nothing_else() -> None:
    ran = ended("a", Outcome.SUCCEEDED, duration=0.12, attempts=1)
    assert line(ran, timing=True) == "✓ a completed (120ms)"
    skipped = ended("b", Outcome.SKIPPED, Blocked("a"))
    assert line(skipped, timing=True) == "⊘ b skipped (dependency failed)"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0ms"),
        (0.12, "120ms"),
        (0.9994, "999ms"),
        (0.9996, "1.0s"),
        (1.2, "1.2s"),
        (59.94, "59.9s"),
        (59.96, "1m00s"),
        (125.0, "2m05s"),
        (3599.6, "1h00m"),
        (3725.0, "1h02m"),
    ],
)
def test_a_measured_time_is_short_to_read(seconds: float, text: str) -> None:
    assert timing_text(seconds) == text


@given(st.floats(0, 1e6))
def test_a_measured_time_never_shows_sixty_of_anything(seconds: float) -> None:
    assert not re.search(r"(?<!\d)60[ms]|1000ms", timing_text(seconds))


def test_what_the_user_may_not_guess_of_a_failure_is_hinted() -> None:
    killed = hint(failed("a", Signalled(signal.SIGKILL)))
    assert killed == 'Hint: "a" was killed from outside, perhaps out of memory'
    piped = hint(failed("a", Exited(141)))
    assert piped is not None
    assert "pipefail" in piped
    assert hint(failed("a", Exited(1))) is None
    assert hint(ended("a", Outcome.SUCCEEDED)) is None


def view_of(*events: Event) -> RunView:
    view = RunView()
    names = tuple({event.name: None for event in events if isinstance(event, TaskEnded)})
    view.apply(RunStarted(at=0.0, run="r", tasks=(*names, "rest"), folder="/f"))
    for event in events:
        view.apply(event)
    return view


def test_all_lines_come_in_the_order_the_tasks_ended() -> None:
    view = view_of(
        ended("late", Outcome.SUCCEEDED, at=2.0), ended("early", Outcome.SUCCEEDED, at=1.0)
    )
    assert all_lines(view) == ["✓ early completed", "✓ late completed"]


def test_a_summary_counts_what_ended_how_and_what_is_to_go() -> None:
    view = view_of(
        ended("a", Outcome.SUCCEEDED),
        ended("b", Outcome.SUCCEEDED),
        failed("c", Exited(1), at=1.5),
    )
    assert summary(view) == "2 completed, 1 failed, 1 to go in 1.5s"


CANCELLED = ended("a", Outcome.CANCELLED, Interrupted())


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        ([failed("a", Exited(2))], 'Task "a" failed with exit code 2'),
        ([failed("a", Exited(1)), failed("b", Exited(1))], '2 tasks failed: "a", "b"'),
        (
            [failed(name, Exited(1)) for name in "abcdefg"],
            '7 tasks failed: "a", "b", "c", "d", "e" and 2 more',
        ),
        ([failed("a", Exited(1), waived=True)], "The run was stopped before its end"),
        (
            [CANCELLED, RunEnded(at=1.0, ok=False, stopped=True)],
            "The run was stopped before its end",
        ),
        ([CANCELLED, RunEnded(at=1.0, ok=False)], 'Task "a" was cancelled'),
    ],
)
def test_the_sentence_of_a_failed_run_names_what_failed(events: list[Event], sentence: str) -> None:
    assert failure_sentence(view_of(*events)) == sentence
