"""The graph is tolerant: missing deps and cycles are facts of it."""

from __future__ import annotations

from hypothesis import given
from plan_graphs import dags, graph, task


def test_a_dep_that_is_not_defined_is_a_fact_of_the_graph() -> None:
    assert graph(task("a", "b")).missing == ((0, "b"),)


def test_the_last_definition_of_a_name_stands() -> None:
    assert graph(task("a", "b"), task("b"), task("a")).needs == ((), ())


def test_a_cycle_is_written_from_its_first_defined_task_in_the_direction_of_the_deps() -> None:
    found = graph(task("x", "a"), task("b", "c"), task("c", "a"), task("a", "b")).cycles()
    assert found == [["b", "c", "a", "b"]]


def test_a_task_that_needs_itself_is_a_cycle() -> None:
    assert graph(task("a", "a")).cycles() == [["a", "a"]]


def test_cycles_that_share_a_task_are_all_found() -> None:
    found = graph(task("a", "b", "c"), task("b", "a"), task("c", "a")).cycles()
    assert found == [["a", "b", "a"], ["a", "c", "a"]]


@given(dags())
def test_a_graph_whose_deps_point_back_has_no_cycle(tasks: list) -> None:
    assert graph(*tasks).cycles() == []


def test_an_injected_dep_is_needed_by_all_whose_whole_name_matches() -> None:
    found = graph(task("login", injected_dep="deploy-.*"), task("deploy-a"), task("redeploy-b"))
    assert found.needs == ((), (0,), ())


def test_a_task_is_injected_into_nothing_that_it_needs_itself() -> None:
    found = graph(task("net"), task("login", "net", injected_dep=".*"), task("work"))
    assert found.needs == ((), (0,), (1,))


def test_two_tasks_that_are_injected_everywhere_make_no_cycle() -> None:
    found = graph(task("a", injected_dep=".*"), task("b", injected_dep=".*"), task("c"))
    assert found.cycles() == []
    assert found.needs[2] == (0, 1)


def test_who_cleans_up_comes_after_what_it_cleans_up_for() -> None:
    assert graph(task("a", finalizers=("z",)), task("z")).edges() == [(0, 1)]
