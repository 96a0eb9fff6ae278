"""What a run is about: the targets with all they need, or every fault of that at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from plan_graphs import dags, graph, task

from spry_jupyter.errors import GraphFaults
from spry_jupyter.model import Pool, Span
from spry_jupyter.plan.closure import resolve
from spry_jupyter.plan.order import execution_order, why_each


def names(closure: object) -> list[str]:
    return [t.name for t in closure.tasks]  # type: ignore[attr-defined]


def faults(*tasks: object, targets: list[str] | None = None) -> str:
    with pytest.raises(GraphFaults) as caught:
        resolve(graph(*tasks), targets)  # type: ignore[arg-type]
    return str(caught.value)


def test_a_target_brings_all_it_needs_and_nothing_else() -> None:
    found = resolve(graph(task("a"), task("b", "a"), task("c", "b"), task("x")), ["b"])
    assert names(found) == ["a", "b"]
    assert found.targets == {1}


def test_a_tag_stands_for_every_task_that_has_it() -> None:
    found = resolve(graph(task("a", tags=("n",)), task("b"), task("c", "b", tags=("n",))), ["@n"])
    assert names(found) == ["a", "b", "c"]


def test_only_leaves_the_deps_out_but_keeps_the_order_among_the_targets() -> None:
    found = resolve(graph(task("a"), task("b", "a"), task("c", "b", "gone")), ["c", "b"], only=True)
    assert names(found) == ["b", "c"]
    assert found.needs == ((), (0,))


def test_who_cleans_up_comes_with_its_own_deps_though_nobody_asked_for_it() -> None:
    found = resolve(
        graph(task("a", finalizers=("z",)), task("y"), task("z", "y"), task("x")), ["a"]
    )
    assert names(found) == ["a", "y", "z"]
    assert found.wanted == (True, False, False)


def test_a_circular_dependency_is_named_to_the_letter() -> None:
    said = faults(task("task-a", "task-b"), task("task-b", "task-a"))
    assert said == "Error: Circular dependency detected: task-a → task-b → task-a"


def test_a_missing_dep_is_named_to_the_letter() -> None:
    said = faults(task("deploy", "build"))
    assert said == 'Error: Task "build" referenced by "deploy" does not exist'


def test_a_typo_in_a_dep_is_answered_with_the_near_name() -> None:
    said = faults(task("build-app"), task("deploy", "biuld-app"))
    assert said == 'Error: Task "biuld-app" not found (did you mean "build-app"?)'


def test_a_typo_in_a_target_is_answered_with_the_near_name() -> None:
    said = faults(task("build-app"), targets=["biuld-app"])
    assert said == 'Error: Task "biuld-app" not found (did you mean "build-app"?)'


def test_a_target_that_is_like_nothing_does_not_exist() -> None:
    assert faults(task("a"), targets=["xyzzy"]) == 'Error: Task "xyzzy" does not exist'


def test_a_fault_says_its_place_in_a_second_line() -> None:
    said = faults(task("deploy", "build", span=Span(file="Spryfile.md", line=12)))
    assert said.splitlines()[1] == "  at Spryfile.md:12"


def test_a_fault_in_a_notebook_says_its_cell() -> None:
    said = faults(task("deploy", "build", span=Span(file="runbook.ipynb", line=1, cell=4)))
    assert said.splitlines()[1] == "  at runbook.ipynb, cell 4"


def test_all_faults_of_the_closure_are_reported() -> None:
    said = faults(
        task("a", "b"), task("b", "a", "gone"), task("c", "lost"), targets=["a", "no", "c"]
    )
    assert len(said.splitlines()) == 4


def test_a_fault_elsewhere_does_not_stop_an_unrelated_target() -> None:
    tasks = graph(task("a"), task("b", "gone"), task("c", "d"), task("d", "c"))
    assert names(resolve(tasks, ["a"])) == ["a"]


def test_two_captures_of_one_name_are_a_fault() -> None:
    said = faults(task("a", capture="v"), task("b", capture="v"))
    assert said == 'Error: Both "a" and "b" capture v'


def test_two_captures_into_files_of_one_name_in_two_folders_are_none() -> None:
    tasks = graph(task("a", capture="./v", cwd="x"), task("b", capture="./v", cwd="y"))
    assert len(resolve(tasks).tasks) == 2


def test_a_pool_of_two_sizes_is_a_fault() -> None:
    said = faults(task("a", pool=Pool("db", 1)), task("b", pool=Pool("db", 2)))
    assert said == 'Error: Pool "db" has another size in "b" than in "a"'


def test_a_chain_of_100_000_tasks_is_no_matter_of_recursion() -> None:
    chain = [task(f"t{i}", *([f"t{i - 1}"] if i else [])) for i in range(100_000)]
    assert len(execution_order(resolve(graph(*chain), ["t99999"]))) == 100_000


@given(dags())
def test_in_the_execution_order_everything_comes_after_what_it_waits_for(tasks: list) -> None:
    closure = resolve(graph(*tasks))
    place = {task: i for i, task in enumerate(execution_order(closure))}
    assert len(place) == len(closure.tasks)
    for i in range(len(closure.tasks)):
        for k in (*closure.needs[i], *closure.after[i]):
            assert place[k] < place[i]


def test_the_longest_remaining_path_comes_first() -> None:
    closure = resolve(graph(task("short"), task("c", "b"), task("b", "a"), task("a")))
    order = [closure.tasks[i].name for i in execution_order(closure)]
    assert order == ["a", "b", "short", "c"]


def test_each_task_says_why_it_is_there() -> None:
    closure = resolve(graph(task("a", finalizers=("z",)), task("b", "a"), task("z")), ["b"])
    assert why_each(closure) == ["needed by b", "asked for", "cleans up after a"]
