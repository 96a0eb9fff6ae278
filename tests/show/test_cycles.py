"""Cycles are cut in few places, and told as errors tell them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.model import Task
from spry_jupyter.plan.graph import Graph
from spry_jupyter.show.ascii import draw
from spry_jupyter.show.cycles import cut, looped

COUNT = 7
EDGES = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), max_size=20)


def reached(start: int, edges: list[tuple[int, int]]) -> set[int]:
    """All tasks that `start` leads to, itself only by way of a cycle."""
    found: set[int] = set()
    todo = [start]
    while todo:
        here = todo.pop()
        ahead = {there for at, there in edges if at == here} - found
        found |= ahead
        todo += ahead
    return found


@given(EDGES)
def test_what_is_left_has_no_cycle_and_what_is_told_is_what_was_there(
    edges: list[tuple[int, int]],
) -> None:
    found = cut(COUNT, edges)
    told = {(need, task) for cycle in found.cycles for task, need in pairwise(cycle)}
    assert all(task not in reached(task, list(found.edges)) for task in range(COUNT))
    assert {*found.edges, *told} == set(edges)
    assert not found.more


@given(EDGES)
def test_a_drawing_tells_of_the_cycles_that_errors_tell_of(edges: list[tuple[int, int]]) -> None:
    edges = list(dict.fromkeys(edges))
    deps = [tuple(f"t{a}" for a, b in edges if b == task) for task in range(COUNT)]
    tasks = [Task(name=f"t{i}", deps=deps[i]) for i in range(COUNT)]
    lines = draw([task.name for task in tasks], edges).split("\n")
    told = [line.removeprefix("cycle: ") for line in lines if line.startswith("cycle: ")]
    assert told == [" → ".join(cycle) for cycle in Graph.of(tasks).cycles()]


@given(EDGES)
def test_an_edge_is_looped_where_its_end_leads_back_to_its_start(
    edges: list[tuple[int, int]],
) -> None:
    assert looped(COUNT, edges) == {(a, b) for a, b in edges if a in {b, *reached(b, edges)}}


def test_of_very_many_cycles_a_hundred_are_told_and_that_there_are_more() -> None:
    everything = [(a, b) for a in range(30) for b in range(30) if a != b]
    lines = draw([f"t{i}" for i in range(30)], everything).split("\n")
    assert sum(line.startswith("cycle: ") for line in lines) == 100
    assert lines[-1] == "… and more cycles"
