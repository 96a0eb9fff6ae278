"""The state of a run is what its events add up to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.model import (
    Event,
    Exited,
    Outcome,
    RunEnded,
    RunStarted,
    TaskAsking,
    TaskEnded,
    TaskLogged,
    TaskRetrying,
    TaskStarted,
    Warned,
)
from spry_jupyter.show.view import ASKING, ENDED, RETRYING, RUNNING, WAITING, RunView


def begun(*names: str) -> RunView:
    view = RunView()
    view.apply(RunStarted(at=0.0, run="r1", tasks=names, folder="/logs"))
    return view


def end(name: str, outcome: Outcome = Outcome.SUCCEEDED, *, waived: bool = False) -> TaskEnded:
    return TaskEnded(at=5.0, name=name, outcome=outcome, attempts=1, size=7, waived=waived)


def test_a_run_begins_with_all_its_tasks_waiting_in_the_order_of_the_plan() -> None:
    view = begun("b", "a")
    assert (view.run, view.folder) == ("r1", "/logs")
    assert [(task.name, task.state) for task in view.tasks.values()] == [
        ("b", WAITING),
        ("a", WAITING),
    ]


def test_a_task_passes_through_its_states() -> None:
    view = begun("a")
    task = view.tasks["a"]
    steps: list[tuple[Event, str]] = [
        (TaskAsking(at=1.0, name="a", text="?"), ASKING),
        (TaskStarted(at=2.0, name="a", attempt=1), RUNNING),
        (TaskLogged(at=2.5, name="a", size=3), RUNNING),
        (TaskRetrying(at=3.0, name="a", reason=Exited(1), retry=1, of=1, delay=1.0), RETRYING),
        (TaskStarted(at=4.0, name="a", attempt=2), RUNNING),
        (end("a"), ENDED),
    ]
    for event, state in steps:
        view.apply(event)
        assert task.state == state
    assert (task.since, task.attempt, task.size) == (2.0, 2, 7)
    assert task.outcome is Outcome.SUCCEEDED


def test_a_failure_that_is_waived_is_not_among_those_that_count() -> None:
    view = begun("a", "b")
    view.apply(end("a", Outcome.FAILED, waived=True))
    view.apply(end("b", Outcome.FAILED))
    assert [task.name for task in view.failed()] == ["b"]
    assert view.outcomes()[Outcome.FAILED] == 2


def test_warnings_and_the_end_are_kept() -> None:
    view = begun()
    view.apply(Warned(at=1.0, text="careful"))
    view.apply(RunEnded(at=2.0, ok=True))
    assert view.warnings == ["careful"]
    assert view.end == RunEnded(at=2.0, ok=True)


def test_a_task_that_the_start_of_the_run_did_not_name_is_taken_in() -> None:
    view = RunView()
    view.apply(TaskStarted(at=1.0, name="late", attempt=1))
    assert view.tasks["late"].state == RUNNING


@given(st.lists(st.floats(0, 100)))
def test_the_clock_of_a_view_never_goes_back(moments: list[float]) -> None:
    view = begun("a")
    for at in moments:
        before = view.at
        view.apply(TaskLogged(at=at, name="a", size=1))
        assert view.at >= before
    assert view.at == max([0.0, *moments])
