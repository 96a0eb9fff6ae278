"""What may start now, and what each ending changes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from plan_graphs import dags, graph, task

from spry_jupyter.model import (
    Blocked,
    ConditionNotMet,
    Exited,
    Interrupted,
    Outcome,
    Pool,
    Task,
)
from spry_jupyter.plan.closure import resolve
from spry_jupyter.plan.plan import Ending, Plan

OK, FAIL = Outcome.SUCCEEDED, Outcome.FAILED


class Driven:
    """A plan, driven by names."""

    def __init__(self, *tasks: Task, targets: list[str] | None = None, **options: object) -> None:
        self.closure = resolve(graph(*tasks), targets)
        self.plan = Plan(self.closure, **options)  # type: ignore[arg-type]
        self.place = {t.name: i for i, t in enumerate(self.closure.tasks)}
        self.log = self._said(self.plan.begin())

    def _said(self, endings: list[Ending]) -> list[str]:
        return [f"{self.closure.tasks[e.task].name} {e.outcome.value}" for e in endings]

    def start(self) -> list[str]:
        started = self.plan.ready()
        for i in started:
            self.plan.begun(i)
        return [self.closure.tasks[i].name for i in started]

    def end(self, name: str, outcome: Outcome = OK) -> list[str]:
        reason = Exited(1) if outcome is FAIL else None
        return self._said(self.plan.ended(self.place[name], outcome, reason))

    def cancel(self) -> list[str]:
        return self._said(self.plan.cancel())


def test_dependents_of_a_failure_are_skipped_and_the_rest_goes_on() -> None:
    run = Driven(task("a"), task("b", "a"), task("c", "b"), task("d"))
    assert run.start() == ["a", "d"]
    assert run.end("a", FAIL) == ["b skipped", "c skipped"]
    assert run.end("d") == []
    assert not run.plan.ok
    assert run.plan.left == 0


def test_a_skipped_task_names_what_blocked_it() -> None:
    run = Driven(task("a"), task("b", "a"))
    run.start()
    endings = run.plan.ended(0, FAIL, Exited(1))
    assert endings == [Ending(1, Outcome.SKIPPED, Blocked("a"))]


def test_no_more_run_at_once_than_may() -> None:
    run = Driven(*[task(f"t{i}") for i in range(5)], jobs=2)
    assert run.start() == ["t0", "t1"]
    assert run.start() == []
    run.end("t1")
    assert run.start() == ["t2"]


def test_a_pool_holds_back_its_own_and_nobody_else() -> None:
    run = Driven(task("a", pool=Pool("db")), task("b", pool=Pool("db")), task("c"), jobs=2)
    assert run.start() == ["a", "c"]
    run.end("a")
    assert run.start() == ["b"]


def test_a_pool_may_hold_as_many_as_one_of_its_tasks_says() -> None:
    run = Driven(*[task(f"t{i}", pool=Pool("db", 2 if i == 2 else None)) for i in range(3)])
    assert run.start() == ["t0", "t1"]


def test_a_place_for_a_task_that_was_cancelled_while_it_waits_is_for_the_next_of_its_pool() -> None:
    run = Driven(*[task(name, pool=Pool("db")) for name in ("a", "b", "c", "d")])
    assert run.start() == ["a"]
    for name in ("b", "c"):
        run.plan.cancel_task(run.place[name])
    run.end("a")
    assert run.start() == ["d"]


def test_a_task_that_is_cancelled_between_its_pool_and_its_start_holds_up_nobody() -> None:
    run = Driven(*[task(name, pool=Pool("db")) for name in ("a", "b", "c")])
    assert run.start() == ["a"]
    run.end("a")
    run.plan.cancel_task(run.place["b"])
    assert run.start() == ["c"]


def test_the_task_on_the_longest_remaining_path_starts_first() -> None:
    run = Driven(task("x"), task("c", "b"), task("b", "a"), task("a"), jobs=1)
    assert run.start() == ["a"]


def test_known_durations_decide_which_path_is_the_longest() -> None:
    run = Driven(task("b", "a"), task("a"), task("slow"), jobs=1, weights=[1.0, 1.0, 9.0])
    assert run.start() == ["slow"]


def test_a_group_is_done_when_its_deps_are() -> None:
    run = Driven(task("a"), task("all", "a", body="# nothing"), task("b", "all"))
    run.start()
    assert run.end("a") == ["all succeeded"]
    assert run.start() == ["b"]


def test_a_failure_that_is_allowed_stops_nobody() -> None:
    run = Driven(task("a", allow_failure=True), task("b", "a"))
    run.start()
    assert run.end("a", FAIL) == []
    assert run.start() == ["b"]
    run.end("b")
    assert run.plan.ok


def test_a_task_whose_condition_is_not_met_counts_as_done() -> None:
    run = Driven(task("a"), task("b", "a"))
    run.start()
    assert run.plan.ended(0, Outcome.SKIPPED, ConditionNotMet()) == []
    assert run.start() == ["b"]


def test_an_always_task_starts_when_its_deps_have_ended_however() -> None:
    run = Driven(task("a"), task("b", "a"), task("clean", "b", always=True))
    run.start()
    assert run.end("a", FAIL) == ["b skipped"]
    assert run.start() == ["clean"]


def test_who_cleans_up_runs_after_what_started_also_when_it_failed() -> None:
    run = Driven(task("a", finalizers=("z",)), task("z"), targets=["a"])
    assert run.start() == ["a"]
    run.end("a", FAIL)
    assert run.start() == ["z"]


def test_who_cleans_up_does_not_run_after_what_never_started() -> None:
    run = Driven(task("x"), task("a", "x", finalizers=("z",)), task("z"), targets=["a"])
    run.start()
    assert run.end("x", FAIL) == ["a skipped", "z skipped"]
    assert run.plan.left == 0


def test_what_cleans_up_before_who_is_named_for_it_runs_too() -> None:
    look = task("look", "a", always=True)
    run = Driven(task("a", finalizers=("z",)), look, task("z", "look"), targets=["a"])
    assert run.start() == ["a"]
    assert run.end("a", FAIL) == []
    assert run.start() == ["look"]
    run.end("look")
    assert run.start() == ["z"]


def test_who_cleans_up_and_was_asked_for_runs_in_any_case() -> None:
    run = Driven(task("x"), task("a", "x", finalizers=("z",)), task("z"))
    run.start()
    run.end("x", FAIL)
    assert run.start() == ["z"]


def test_the_first_failure_cancels_the_rest_when_that_is_wanted() -> None:
    run = Driven(task("a"), task("b"), task("c", "b"), jobs=2, fail_fast=True)
    run.start()
    assert run.end("a", FAIL) == ["c cancelled"]
    assert run.plan.stoppable() == [1]


def test_after_a_cancel_only_what_cleans_up_after_something_started_still_starts() -> None:
    run = Driven(
        task("a"),
        task("b", "a"),
        task("clean", "b", always=True),
        task("clean-b", "b", "a", always=True),
        jobs=1,
    )
    run.start()
    assert run.cancel() == ["b cancelled", "clean cancelled"]
    assert run.start() == []
    run.end("a", Outcome.CANCELLED)
    assert run.start() == ["clean-b"]


def test_what_cleans_up_after_what_cleans_up_starts_too() -> None:
    run = Driven(task("a"), task("c1", "a", always=True), task("c2", "c1", always=True))
    run.start()
    assert run.cancel() == []
    run.end("a", Outcome.CANCELLED)
    assert run.start() == ["c1"]
    run.end("c1")
    assert run.start() == ["c2"]


def test_a_second_cancel_stops_also_what_cleans_up() -> None:
    run = Driven(task("a"), task("clean", "a", always=True))
    run.start()
    run.cancel()
    run.end("a", Outcome.CANCELLED)
    run.start()
    assert run.plan.cancel_rest() == []
    assert run.plan.stoppable(cleanup=True) == [1]


def test_what_needs_a_cancelled_task_is_cancelled() -> None:
    run = Driven(task("a"), task("b", "a"), task("c"))
    run.start()
    assert run.end("a", Outcome.CANCELLED) == ["b cancelled"]
    assert run.end("c") == []
    assert not run.plan.ok


def test_a_held_task_gives_its_place_to_another() -> None:
    run = Driven(task("a"), task("b"), jobs=1)
    assert run.start() == ["a"]
    run.plan.hold(0)
    assert run.start() == ["b"]
    run.plan.release(0)
    run.end("b")
    assert run.start() == ["a"]


@given(dags(), st.data())
def test_whatever_happens_every_task_ends_once_and_none_starts_too_early(
    tasks: list[Task], data: st.DataObject
) -> None:
    closure = resolve(graph(*tasks))
    jobs = data.draw(st.integers(0, 3), label="jobs")
    fail_fast = data.draw(st.booleans(), label="fail fast")
    plan = Plan(closure, jobs=jobs, fail_fast=fail_fast)
    ended: dict[int, Outcome] = {}
    running: list[int] = []

    def note(endings: list[Ending]) -> None:
        for ending in endings:
            assert ending.task not in ended
            ended[ending.task] = ending.outcome

    note(plan.begin())
    while plan.left:
        for i in plan.ready():
            assert all(k in ended for k in (*closure.needs[i], *closure.after[i]))
            good = (OK, Outcome.UP_TO_DATE)
            fine = [
                ended[k] in good or (closure.tasks[k].allow_failure and ended[k] is FAIL)
                for k in closure.needs[i]
            ]
            assert all(fine) or plan.cleans_up(i)
            plan.begun(i)
            running.append(i)
        assert not jobs or len(running) <= jobs
        assert running, "nothing runs and something is left"
        if data.draw(st.integers(0, 9), label="cancel") == 0:
            note(plan.cancel())
        i = running.pop(data.draw(st.integers(0, len(running) - 1), label="which"))
        outcome = data.draw(st.sampled_from([OK, OK, FAIL]), label="outcome")
        ended[i] = outcome
        note(plan.ended(i, outcome, Exited(1) if outcome is FAIL else None))
    assert set(ended) == set(range(len(closure.tasks)))
    assert plan.ready() == []


def test_a_cancelled_run_says_interrupted() -> None:
    run = Driven(task("a"), task("b", "a"))
    run.start()
    assert run.plan.cancel() == [Ending(1, Outcome.CANCELLED, Interrupted())]
