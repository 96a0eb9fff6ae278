"""Large graphs as stages: what a stage and an arrow between two of them say is true of the tasks."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.model import Span, Task
from spry_jupyter.plan.graph import Graph
from spry_jupyter.show.collapse import LARGEST, MOST_STAGES, collapsed
from spry_jupyter.show.figure import STAGE, figure
from spry_jupyter.show.sketch import Sketch, sketch
from spry_jupyter.show.steps import implied, steps
from spry_jupyter.show.svg import draw_figure, figure_of


def tasks_of(edges: set[tuple[int, int]], count: int) -> list[Task]:
    deps: dict[int, list[str]] = {i: [] for i in range(count)}
    for dep, task in sorted(edges):
        deps[task].append(f"t{dep}")
    return [Task(name=f"t{i}", deps=tuple(deps[i]), body="x") for i in range(count)]


@st.composite
def acyclic(draw: st.DrawFn) -> tuple[int, set[tuple[int, int]]]:
    count = draw(st.integers(1, 12))
    order = draw(st.permutations(range(count)))
    pairs = [(order[i], order[k]) for k in range(count) for i in range(k)]
    return count, draw(st.sets(st.sampled_from(pairs))) if pairs else set()


def reached(count: int, edges: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """All (i, k) such that k is behind i, by repeated squaring: slow and plain."""
    found = set(edges)
    while more := {(a, d) for a, b in found for c, d in found if b == c} - found:
        found |= more
    return found


@given(acyclic())
def test_an_edge_is_implied_where_its_ends_are_connected_without_it(
    graph: tuple[int, set[tuple[int, int]]],
) -> None:
    count, edges = graph
    taken = implied(count, sorted(edges))
    assert reached(count, edges - taken) == reached(count, edges)
    for edge in edges - taken:
        assert edge not in reached(count, edges - {edge})


@given(acyclic())
def test_a_step_is_one_more_than_the_last_step_of_what_is_needed(
    graph: tuple[int, set[tuple[int, int]]],
) -> None:
    count, edges = graph
    step = steps(count, sorted(edges))
    for task in range(count):
        assert step[task] == max((step[a] + 1 for a, b in edges if b == task), default=0)


@given(st.integers(1, 12), st.data())
def test_stages_hold_every_task_once_in_an_order_that_can_be_run(
    count: int, data: st.DataObject
) -> None:
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    edges = data.draw(st.sets(pairs))
    whole = figure(sketch(Graph.of(tasks_of(edges, count))))
    drawn = collapsed(whole, largest=0)
    home = {name: i for i, node in enumerate(drawn.nodes) for name in node.names}
    assert sorted(name for node in drawn.nodes for name in node.names) == sorted(home)
    assert home.keys() == {f"t{i}" for i in range(count)}
    for node in drawn.nodes:
        assert node.kind == STAGE
        assert node.notes[0].split()[0] == str(len(node.names))
    for link in whole.links:
        if not link.looped:
            assert home[f"t{link.tail}"] < home[f"t{link.head}"]
    for link in drawn.links:
        ends = [(home[f"t{k.tail}"], home[f"t{k.head}"]) for k in whole.links]
        assert (link.tail, link.head) in ends
    onward = {(link.tail, link.head) for link in drawn.links}
    assert {(i, i + 1) for i in range(len(drawn.nodes) - 1)} <= onward


def test_a_long_chain_has_no_more_stages_than_can_be_seen() -> None:
    what = figure(sketch(Graph.of(tasks_of({(i, i + 1) for i in range(1999)}, 2000))))
    drawn = collapsed(what)
    assert len(drawn.nodes) == MOST_STAGES
    assert sum(len(node.names) for node in drawn.nodes) == 2000


def test_a_picture_shows_tasks_up_to_the_limit_and_stages_past_it() -> None:
    few = Graph.of(tasks_of(set(), LARGEST))
    assert len(figure_of(few).nodes) == LARGEST
    many = Graph.of(tasks_of({(0, LARGEST)}, LARGEST + 1))
    text = draw_figure(figure_of(many), marks={"t7": "failed", "t8": "succeeded"}) or ""
    picture = ET.fromstring(text)
    assert picture.get("aria-label") == f"Graph of {LARGEST + 1} tasks in 2 stages"
    assert f"{LARGEST} tasks" in text
    stage = next(g for g in picture.iter() if g.get("id") == "n0")
    assert stage.get("data-state") == "failed"


@pytest.mark.parametrize("by", ["heading", "tag"])
def test_where_tasks_are_clustered_each_cluster_is_a_stage(by: str) -> None:
    def task(i: int, *deps: str) -> Task:
        part = "Build" if i < 1000 else "Test"
        span = Span(heading=part)
        return Task(name=f"t{i}", deps=deps, body="x", span=span, tags=(part,))

    tasks = [task(i, *(["t0"] if i == 1500 else [])) for i in range(2000)]
    tasks.append(Task(name="alone", deps=("t1", "gone")))
    drawn = collapsed(figure(sketch(Graph.of(tasks)), by))
    said = {node.label.removeprefix("@"): node.notes[:1] for node in drawn.nodes}
    assert said == {"Build": ("1000 tasks",), "Test": ("1000 tasks",), "alone": (), "gone?": ()}
    assert {(link.tail, link.head) for link in drawn.links} == {(0, 1), (0, 2), (3, 2)}


def test_a_stage_counts_what_is_not_defined_apart_and_keeps_its_cycles() -> None:
    names = tuple(f"t{i}" for i in range(2000))
    tasks = tuple(Task(name=name, body="x") for name in names)
    what = Sketch(tasks, (*names, "gone"), ((2000, 5), (5, 6), (6, 5)))
    drawn = collapsed(figure(what))
    assert "1 not defined" in {note for node in drawn.nodes for note in node.notes}
    assert any(link.looped for link in drawn.links)


def test_in_a_tangle_every_edge_is_still_drawn() -> None:
    edges = {(i, k) for k in range(40) for i in range(max(0, k - 6), k)}
    picture = ET.fromstring(draw_figure(figure_of(Graph.of(tasks_of(edges, 40)))) or "")
    drawn = {
        g.get("id"): g.get("class") or ""
        for g in picture.iter()
        if "edge" in (g.get("class") or "").split()
    }
    assert drawn.keys() == {f"n{i}-n{k}" for i, k in edges}
    faint = {name for name, classes in drawn.items() if "spry-implied" in classes}
    assert drawn.keys() - faint == {f"n{i}-n{i + 1}" for i in range(39)}
