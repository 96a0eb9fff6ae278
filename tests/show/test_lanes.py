"""A graph with one line a task: its order, its rules, and how strictly it is read back."""

from __future__ import annotations

import random
from textwrap import dedent

import pytest
from drawings import ARMS, HEADS, read_lanes, read_layers

from spry_jupyter.show import ascii as show_ascii
from spry_jupyter.show import lanes as show_lanes
from spry_jupyter.show.ascii import draw
from spry_jupyter.show.lanes import MARKS, MOST, lanes

FORKED = ["a", "b", "c", "d", "e", "f"]
FORKS = [(0, 2), (1, 2), (0, 3), (2, 4), (3, 4)]
MIXED = ["install-deps", "compile-ts", "compile-sass", "run-tests", "build-bundle", "deploy"]
MIXES = [(0, 1), (0, 2), (1, 3), (1, 4), (2, 4), (3, 5), (4, 5)]


def facts(names: list[str], edges: list[tuple[int, int]]) -> tuple[list[str], list]:
    """What a reader has to find."""
    return sorted(names), sorted((names[dep], names[task]) for dep, task in edges)


def documented(module: object) -> str:
    """The drawing in the docstring of a module."""
    lines = dedent((module.__doc__ or "").partition("\n")[2]).split("\n")
    return dedent("\n".join(line for line in lines if line.startswith("    ")))


def test_each_task_has_a_line_below_all_that_it_needs() -> None:
    assert lanes(FORKED, FORKS) == ["●    a", "│ ●  b", "├─●  c", "● │  d", "○─┘  e", "○    f"]


def test_the_rules_of_lanes_are_explained_with_a_drawing_that_is_made() -> None:
    drawn = documented(show_lanes)
    _, edges = read_lanes(drawn)
    names = [line.rpartition("  ")[2] for line in drawn.split("\n")]
    places = [(names.index(dep), names.index(task)) for dep, task in edges]
    assert "\n".join(lanes(names, places)) == drawn


def test_the_rules_of_layers_are_explained_with_a_drawing_that_is_made() -> None:
    assert dedent(draw(MIXED, MIXES)) == documented(show_ascii)


@pytest.mark.parametrize("seed", range(3))
def test_two_hundred_tasks_that_need_any_others_read_back_from_their_lanes(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show_lanes, "MOST", 200)
    chance = random.Random(seed)
    edges = {tuple(sorted(chance.sample(range(200), 2))) for _ in range(600)}
    names = [f"task-{i}" for i in range(200)]
    text = "\n".join(lanes(names, sorted(edges)))
    assert "←" not in text
    assert read_lanes(text) == facts(names, sorted(edges))


def test_more_lanes_than_an_eye_can_follow_give_way_to_names() -> None:
    sources = [f"s{i}" for i in range(MOST + 1)]
    edges = [(i, len(sources)) for i in range(len(sources))]
    assert lanes([*sources, "all"], edges) == [*sources, f"all ← {', '.join(sources)}"]
    assert "←" not in "".join(lanes([*sources, "all"], edges[1:]))


def test_no_mark_of_a_lane_can_be_changed_without_the_reader_seeing_it() -> None:
    text = "\n".join(lanes(FORKED, FORKS))
    marks = {*MARKS.values(), *"●○│─"}
    for place, old in enumerate(text):
        for new in marks - {old} if old in marks else ():
            try:
                found = read_lanes(text[:place] + new + text[place + 1 :])
            except (AssertionError, KeyError):
                continue
            assert found != facts(FORKED, FORKS), (place, old, new)


def test_no_stroke_in_layers_can_be_changed_without_the_reader_seeing_it() -> None:
    text = draw(MIXED, MIXES)
    for place, old in enumerate(text):
        # Not into heads: one in the line of a single task leads to the same tasks.
        for new in {*ARMS, " ", "x"} - {old} if old in {*ARMS, *HEADS} else ():
            try:
                found = read_layers(text[:place] + new + text[place + 1 :])
            except (AssertionError, KeyError):
                continue
            assert found != facts(MIXED, MIXES), (place, old, new)


@pytest.mark.parametrize("shape", ["chain", "fan", "near"])
def test_a_hundred_thousand_tasks_are_written_a_line_each(shape: str) -> None:
    count = 100_000
    chance = random.Random(0)
    starts = {"chain": lambda i: i - 1, "fan": lambda _: 0}
    start = starts.get(shape, lambda i: chance.randrange(max(0, i - 1000), i))
    edges = [(start(i), i) for i in range(1, count)]
    names = [f"task-{i}" for i in range(count)]
    assert read_lanes(draw(names, edges, width=100)) == facts(names, edges)
