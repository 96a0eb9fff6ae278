"""One task for each value: how families are written out and named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_graphs import graph, task

from spry_jupyter.errors import GraphFaults
from spry_jupyter.plan.closure import resolve

if TYPE_CHECKING:
    from spry_jupyter.plan.graph import Graph

PY = ("PY", ("3.11", "3.12"))
OS = ("OS", ("linux", "mac"))


def names(found: Graph, *targets: str) -> list[str]:
    return [one.name for one in resolve(found, targets or None).tasks]


def test_a_family_is_one_task_for_each_value_with_the_value_as_a_variable() -> None:
    made = graph(task("t", axes=(PY,), env=(("A", "1"),))).tasks
    assert [(one.name, one.env) for one in made] == [
        ("t[3.11]", (("A", "1"), ("PY", "3.11"))),
        ("t[3.12]", (("A", "1"), ("PY", "3.12"))),
    ]


def test_two_variables_are_the_product_in_the_order_written() -> None:
    found = graph(task("t", axes=(PY, OS)))
    assert names(found) == ["t[3.11,linux]", "t[3.11,mac]", "t[3.12,linux]", "t[3.12,mac]"]


def test_a_dependent_on_the_family_needs_all_of_it_and_on_a_member_that_one() -> None:
    found = graph(task("t", axes=(PY,)), task("all", "t", "t[3.11]"), task("one", "t[3.12]"))
    assert found.needs[found.index["all"]] == found.named("t")
    assert names(found, "one") == ["t[3.12]", "one"]


def test_a_value_in_a_dep_pairs_the_members_of_two_families() -> None:
    found = graph(task("b", axes=(PY,)), task("t", "b[${PY}]", axes=(PY,)))
    assert names(found, "t[3.12]") == ["b[3.12]", "t[3.12]"]


def test_values_stand_for_their_variables_in_files_and_descriptions_but_not_in_scripts() -> None:
    made = graph(
        task(
            "t",
            axes=(PY,),
            body="echo ${PY}",
            condition="test ${PY}",
            descr="on ${PY} ${HOME}",
            inputs=("in/${PY}",),
            outputs=("out/${PY}",),
            capture="./${PY}.txt",
            cwd="${PY}",
            dotenv=("${PY}.env",),
        )
    ).tasks[0]
    assert (made.body, made.condition) == ("echo ${PY}", "test ${PY}")
    assert (made.descr, made.cwd, made.capture) == ("on 3.11 ${HOME}", "3.11", "./3.11.txt")
    assert (made.inputs, made.outputs, made.dotenv) == (("in/3.11",), ("out/3.11",), ("3.11.env",))


def test_the_name_of_a_family_and_of_a_member_are_targets() -> None:
    found = graph(task("t", axes=(PY,)))
    assert names(found, "t") == ["t[3.11]", "t[3.12]"]
    assert names(found, "t[3.12]") == ["t[3.12]"]


def test_a_tag_selects_every_member() -> None:
    assert names(graph(task("t", axes=(PY,), tags=("x",))), "@x") == ["t[3.11]", "t[3.12]"]


def test_every_member_of_a_finalizer_cleans_up() -> None:
    found = graph(task("a", finalizers=("t",)), task("t", axes=(PY,)))
    assert found.after == ((), (0,), (0,))
    assert found.missing == ()


@pytest.mark.parametrize("pattern", ["t", r"t\[3\.1[12]\]"])
def test_an_injected_dep_matches_a_family_by_its_name_and_members_by_theirs(pattern: str) -> None:
    found = graph(task("t", axes=(PY,)), task("first", injected_dep=pattern))
    assert found.needs == ((2,), (2,), ())


def test_an_unknown_member_is_reported_with_the_nearest() -> None:
    found = graph(task("t", axes=(PY,)), task("a", "t[3.13]"))
    with pytest.raises(GraphFaults) as caught:
        resolve(found, ["a"])
    assert str(caught.value) == 'Error: Task "t[3.13]" not found (did you mean "t[3.12]"?)'


def test_two_members_that_capture_one_variable_are_an_error() -> None:
    with pytest.raises(GraphFaults, match="capture X"):
        resolve(graph(task("t", axes=(PY,), capture="X")))


@given(st.lists(st.lists(st.integers(0, 9).map(str), min_size=1, unique=True), max_size=3))
def test_a_family_has_as_many_tasks_as_there_are_combinations(values: list[list[str]]) -> None:
    axes = tuple((f"V{i}", tuple(given)) for i, given in enumerate(values))
    made = graph(task("t", axes=axes)).tasks
    expected = 1
    for given_values in values:
        expected *= len(given_values)
    assert len({one.name for one in made}) == len(made) == expected
