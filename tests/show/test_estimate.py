"""How long a run has still to go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.model import Outcome, RunStarted, Task, TaskEnded, TaskStarted
from spry_jupyter.plan.closure import Closure, resolve
from spry_jupyter.plan.graph import Graph
from spry_jupyter.show.estimate import seconds_left
from spry_jupyter.show.view import RunView

DIAMOND = [("a", ()), ("b", ("a",)), ("c", ("a",)), ("d", ("b", "c"))]
PAST = {"a": 1.0, "b": 2.0, "c": 5.0, "d": 1.0}


def closure_of(tasks: list[tuple[str, tuple[str, ...]]]) -> Closure:
    return resolve(Graph.of([Task(name=name, deps=deps, body="true") for name, deps in tasks]))


def begun(closure: Closure) -> RunView:
    view = RunView()
    names = tuple(task.name for task in closure.tasks)
    view.apply(RunStarted(at=0.0, run="r1", tasks=names, folder="/logs"))
    return view


def test_at_first_it_is_the_longest_way_through_the_graph() -> None:
    closure = closure_of(DIAMOND)
    assert seconds_left(begun(closure), closure, PAST, 0.0) == 7.0


def test_with_one_job_it_is_the_sum() -> None:
    closure = closure_of(DIAMOND)
    assert seconds_left(begun(closure), closure, PAST, 0.0, jobs=1) == 9.0


def test_what_has_been_done_counts_no_more_and_what_is_late_is_about_to_end() -> None:
    closure = closure_of(DIAMOND)
    view = begun(closure)
    for event in (
        TaskStarted(at=0.0, name="a", attempt=1),
        TaskEnded(at=1.0, name="a", outcome=Outcome.SUCCEEDED, duration=1.0),
        TaskStarted(at=1.0, name="b", attempt=1),
        TaskStarted(at=1.0, name="c", attempt=1),
    ):
        view.apply(event)
    assert seconds_left(view, closure, PAST, 3.0) == 4.0
    assert seconds_left(view, closure, PAST, 6.0) == 1.0
    assert seconds_left(view, closure, PAST, 60.0) is None


def test_nothing_is_said_where_too_little_is_known() -> None:
    closure = closure_of(DIAMOND)
    assert seconds_left(begun(closure), closure, {"a": 1.0}, 0.0) is None
    assert seconds_left(begun(closure), closure, {"a": 1.0, "b": 3.0}, 0.0) == 6.0


@given(
    st.lists(st.sets(st.integers(0, 9)), min_size=1, max_size=10),
    st.lists(st.floats(0, 100), min_size=10, max_size=10),
    st.integers(0, 12),
)
def test_it_is_between_the_longest_task_and_the_sum(
    needs: list[set[int]], seconds: list[float], jobs: int
) -> None:
    closure = closure_of(
        [(f"t{i}", tuple(f"t{k}" for k in deps if k < i)) for i, deps in enumerate(needs)]
    )
    past = {f"t{i}": seconds[i] for i in range(len(needs))}
    left = seconds_left(begun(closure), closure, past, 0.0, jobs=jobs)
    assert left is not None
    assert max(past.values()) <= left <= sum(past.values()) * 1.000001
