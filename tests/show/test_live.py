"""What a front end is told adds up to the state of the run."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.model import (
    Event,
    Exited,
    Interrupted,
    NotStarted,
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
from spry_jupyter.show.live import LiveState, record
from spry_jupyter.show.view import RunView, TaskView

NAMES = ("a", "b", "c")
moments = st.floats(0, 1e6)
names = st.sampled_from(NAMES)
events = st.one_of(
    st.builds(TaskStarted, at=moments, name=names, attempt=st.integers(1, 3)),
    st.builds(TaskLogged, at=moments, name=names, size=st.integers(1, 10**9)),
    st.builds(TaskAsking, at=moments, name=names, text=st.text()),
    st.builds(
        TaskRetrying,
        at=moments,
        name=names,
        reason=st.builds(Exited, st.integers(1, 255)),
        retry=st.just(1),
        of=st.just(2),
        delay=moments,
    ),
    st.builds(
        TaskEnded,
        at=moments,
        name=names,
        outcome=st.sampled_from([Outcome.SUCCEEDED, Outcome.UP_TO_DATE]),
        duration=moments,
        attempts=st.integers(0, 3),
    ),
    st.builds(
        TaskEnded,
        at=moments,
        name=names,
        outcome=st.just(Outcome.FAILED),
        reason=st.builds(NotStarted, st.text()),
        waived=st.booleans(),
    ),
    st.builds(Warned, at=moments, text=st.text()),
)


def followed(told: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
    """The state that a front end has after some news, as its `takeNews` makes it."""
    tasks = list(told["tasks"])
    for place, task in news["tasks"].items():
        tasks[int(place)] = task
    return {**told, **news, "tasks": tasks}


@given(st.lists(st.lists(events)), st.booleans())
def test_the_news_add_up_to_the_whole_state(batches: list[list[Event]], ok: bool) -> None:
    view, state = RunView(), LiveState(NAMES)
    view.apply(RunStarted(at=0.0, run="r1", tasks=NAMES, folder="/logs"))
    told = state.whole(0.0)
    for batch in [*batches, [RunEnded(at=1e6, ok=ok)]]:
        for event in batch:
            view.apply(event)
        state.take(view, batch)
        told = followed(told, json.loads(json.dumps(state.news(view.at))))
        assert told == json.loads(json.dumps(state.whole(view.at)))
    assert [task["mark"] for task in told["tasks"]] == [task.mark for task in view.tasks.values()]
    assert told["end"]["ok"] is ok


def test_news_are_of_what_has_changed_alone() -> None:
    view, state = RunView(), LiveState(NAMES)
    begun = [RunStarted(at=0.0, run="r1", tasks=NAMES, folder="/logs")]
    begun += [TaskStarted(at=1.0, name="b", attempt=1)]
    for event in begun:
        view.apply(event)
    state.take(view, begun)
    assert state.changed
    assert state.news(1.5) == {
        "number": 1,
        "now": 1.5,
        "tasks": {"1": {"mark": "running", "tries": [[1.0, None]]}},
    }
    logged = TaskLogged(at=2.0, name="b", size=100)
    view.apply(logged)
    state.take(view, [logged])
    assert not state.changed


def test_a_record_says_why_a_task_failed_and_when_it_is_tried_again() -> None:
    task = TaskView("a")
    view = RunView(tasks={"a": task})
    retrying = TaskRetrying(at=2.0, name="a", reason=Exited(3), retry=1, of=1, delay=0.5)
    for event in (TaskStarted(at=1.0, name="a", attempt=1), retrying):
        view.apply(event)
    assert record(task, retrying) == {
        "mark": "retrying",
        "tries": [[1.0, 2.0]],
        "why": "↻ a failed with exit code 3, retry 1 of 1 in 500ms",
        "next": 2.5,
    }
    view.apply(
        TaskEnded(
            at=4.0,
            name="a",
            outcome=Outcome.FAILED,
            reason=Exited(3),
            duration=3.0,
            attempts=2,
            size=9,
            waived=True,
        )
    )
    assert record(task) == {
        "mark": "failed",
        "tries": [[1.0, 2.0]],
        "end": 4.0,
        "seconds": 3.0,
        "size": 9,
        "why": "✗ a failed with exit code 3",
        "waived": True,
        "code": 3,
    }


def test_half_a_surrogate_pair_in_a_reason_can_be_sent() -> None:
    ended = TaskEnded(
        at=1.0, name="a", outcome=Outcome.FAILED, reason=NotStarted("no \udc80 program")
    )
    view, state = RunView(tasks={"a": TaskView("a")}), LiveState(["a"])
    for event in (ended, Warned(at=1.0, text="\udc80")):
        view.apply(event)
        state.take(view, [event])
    json.dumps(state.whole(1.0), ensure_ascii=False).encode()


def test_a_run_that_was_stopped_says_only_what_failed_before() -> None:
    cancelled = TaskEnded(at=1.0, name="a", outcome=Outcome.CANCELLED, reason=Interrupted())
    failed = TaskEnded(at=1.0, name="a", outcome=Outcome.FAILED, reason=Exited(3))
    told = []
    for event in (cancelled, failed):
        view, state = RunView(tasks={"a": TaskView("a")}), LiveState(["a"])
        for each in (event, RunEnded(at=1.0, ok=False, stopped=True)):
            view.apply(each)
            state.take(view, [each])
        told.append(state.whole(1.0)["end"]["why"])
    assert told == ["", 'Task "a" failed with exit code 3']
