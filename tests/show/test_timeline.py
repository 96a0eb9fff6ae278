"""When tasks ran, and the chain that a run's length comes from."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.model import (
    ConditionNotMet,
    Event,
    Exited,
    Outcome,
    Pool,
    RunStarted,
    Task,
    TaskEnded,
    TaskRetrying,
    TaskStarted,
)
from spry_jupyter.plan.closure import Closure, resolve
from spry_jupyter.plan.graph import Graph
from spry_jupyter.plan.plan import Plan
from spry_jupyter.show.timeline import critical_path, timeline
from spry_jupyter.show.view import RunView


def closure_of(*tasks: Task) -> Closure:
    return resolve(Graph.of(tasks))


def seen(closure: Closure, *events: Event) -> RunView:
    view = RunView()
    names = tuple(task.name for task in closure.tasks)
    view.apply(RunStarted(at=0.0, run="r1", tasks=names, folder="/logs"))
    for event in events:
        view.apply(event)
    return view


def ran(name: str, start: float, end: float) -> list[Event]:
    took = end - start
    done = TaskEnded(at=end, name=name, outcome=Outcome.SUCCEEDED, duration=took, attempts=1)
    return [TaskStarted(at=start, name=name, attempt=1), done]


def at_once(name: str, at: float, outcome: Outcome = Outcome.SUCCEEDED) -> list[Event]:
    return [TaskEnded(at=at, name=name, outcome=outcome)]


def path_of(closure: Closure, *steps: list[Event], jobs: int = 0) -> tuple[str, ...]:
    events = sorted((event for step in steps for event in step), key=lambda event: event.at)
    return critical_path(seen(closure, *events), closure, jobs=jobs)


def test_the_dep_that_ended_last_is_the_one_that_was_waited_for() -> None:
    closure = closure_of(Task(name="a"), Task(name="b"), Task(name="c", deps=("a", "b")))
    steps = [ran("a", 0.0, 1.0), ran("b", 0.0, 3.0), ran("c", 3.001, 4.0)]
    assert path_of(closure, *steps) == ("b", "c")


def test_what_was_up_to_date_begins_no_path_and_a_group_may_end_one() -> None:
    closure = closure_of(
        Task(name="old"), Task(name="a", deps=("old",)), Task(name="all", deps=("a",))
    )
    steps = [at_once("old", 0.1, Outcome.UP_TO_DATE), ran("a", 0.2, 2.0), at_once("all", 2.0)]
    assert path_of(closure, *steps) == ("a", "all")


def test_a_condition_that_took_long_is_part_of_the_path() -> None:
    closure = closure_of(Task(name="a", condition="sleep 1; false"), Task(name="b", deps=("a",)))
    no = TaskEnded(
        at=1.0, name="a", outcome=Outcome.SKIPPED, reason=ConditionNotMet(), duration=1.0
    )
    assert path_of(closure, [no], ran("b", 1.0, 2.0)) == ("a", "b")


def test_what_was_skipped_after_a_failure_is_no_part_of_the_path() -> None:
    closure = closure_of(Task(name="a"), Task(name="b", deps=("a",)))
    steps = [ran("a", 0.0, 1.0), at_once("b", 1.1, Outcome.SKIPPED)]
    assert path_of(closure, *steps) == ("a",)


def test_what_cleans_up_after_a_failure_hangs_on_what_failed() -> None:
    closure = closure_of(
        Task(name="a"),
        Task(name="b", deps=("a",)),
        Task(name="tidy", deps=("b",), always=True),
    )
    steps = [ran("a", 0.0, 1.0), at_once("b", 1.001, Outcome.SKIPPED), ran("tidy", 1.002, 2.0)]
    assert path_of(closure, *steps) == ("a", "tidy")


def test_a_run_in_which_nothing_ran_has_no_path() -> None:
    closure = closure_of(Task(name="a"))
    assert path_of(closure) == ()
    assert path_of(closure, at_once("a", 0.1, Outcome.UP_TO_DATE)) == ()


def test_what_waited_for_room_hangs_on_the_task_that_made_it() -> None:
    closure = closure_of(Task(name="a"), Task(name="b"))
    steps = [ran("a", 0.0, 1.0), ran("b", 1.001, 2.0)]
    assert path_of(closure, *steps, jobs=1) == ("a", "b")
    assert path_of(closure, *steps, jobs=2) == ("b",)


def test_what_waited_for_its_pool_hangs_on_the_task_that_left_it() -> None:
    closure = closure_of(
        Task(name="a", pool=Pool("db")), Task(name="b", pool=Pool("db")), Task(name="c")
    )
    steps = [ran("c", 0.0, 0.9), ran("a", 0.0, 1.0), ran("b", 1.001, 2.0)]
    assert path_of(closure, *steps) == ("a", "b")


def test_while_a_run_lasts_what_runs_is_on_the_path() -> None:
    closure = closure_of(Task(name="a"), Task(name="b", deps=("a",)), Task(name="c", deps=("b",)))
    assert path_of(closure, ran("a", 0.0, 1.0), ran("b", 1.0, 9.0)[:1]) == ("a", "b")


def test_a_bar_has_a_part_for_each_attempt() -> None:
    closure = closure_of(Task(name="a"))
    again = TaskRetrying(at=1.0, name="a", reason=Exited(1), retry=1, of=1, delay=2.0)
    second = TaskStarted(at=3.0, name="a", attempt=2)
    end = TaskEnded(
        at=4.0, name="a", outcome=Outcome.FAILED, reason=Exited(2), duration=4.0, attempts=2
    )
    view = seen(closure, ran("a", 0.0, 1.0)[0], again, second, end)
    (bar,) = timeline(view, closure).bars
    assert bar.tries == ((0.0, 1.0), (3.0, 4.0))
    assert [attempt.reason for attempt in view.tasks["a"].tries] == [Exited(1), Exited(2)]
    assert (bar.start, bar.end, bar.mark, bar.critical) == (0.0, 4.0, "failed", True)


@dataclass(frozen=True)
class Simulated:
    """A run that is over, and what it was about."""

    closure: Closure
    jobs: int
    view: RunView


@st.composite
def simulated_runs(draw: st.DrawFn) -> Simulated:
    """A run of a random graph by the real plan, in which nothing takes time but the tasks."""
    count = draw(st.integers(1, 12))
    tasks = [
        Task(
            name=f"t{i}",
            body="true",
            deps=tuple(f"t{k}" for k in range(i) if draw(st.integers(0, 3)) == 0),
            pool=draw(st.sampled_from([None, None, Pool("p"), Pool("q", 2)])),
        )
        for i in range(count)
    ]
    closure = closure_of(*tasks)
    jobs = draw(st.integers(0, 4))
    # Lengths that are all different, and whose sums are, too: no two tasks end in one moment.
    lengths = draw(st.permutations([float(2**i) for i in range(count)]))
    return Simulated(closure, jobs, simulate(closure, jobs, lengths))


def simulate(closure: Closure, jobs: int, lengths: list[float]) -> RunView:
    plan = Plan(closure, jobs=jobs)
    plan.begin()
    view, now = seen(closure), 0.0
    running: list[tuple[float, float, int]] = []
    while True:
        for task in plan.ready():
            plan.begun(task)
            name = closure.tasks[task].name
            view.apply(TaskStarted(at=now, name=name, attempt=1))
            heapq.heappush(running, (now + lengths[task], now, task))
        if not running:
            return view
        now, start, task = heapq.heappop(running)
        view.apply(ran(closure.tasks[task].name, start, now)[1])
        plan.ended(task, Outcome.SUCCEEDED)


@given(simulated_runs())
def test_the_path_is_as_long_as_the_run(run: Simulated) -> None:
    line = timeline(run.view, run.closure, jobs=run.jobs)
    bars = {bar.name: bar for bar in line.bars}
    path = [bars[name] for name in line.critical]
    assert sum(bar.end - bar.start for bar in path) == line.length
    ends = [0.0, *(bar.end for bar in path)]
    assert [bar.start for bar in path] == ends[:-1]
    assert {bar.name for bar in line.bars if bar.critical} == set(line.critical)


@given(simulated_runs())
def test_each_step_of_the_path_is_a_dep_or_waited_for_room(run: Simulated) -> None:
    tasks = {task.name: task for task in run.closure.tasks}
    for a, b in itertools.pairwise(critical_path(run.view, run.closure, jobs=run.jobs)):
        pool = tasks[b].pool
        had_to_wait = run.jobs > 0 or (pool is not None and pool == tasks[a].pool)
        assert a in tasks[b].deps or had_to_wait
