"""Graphs as text: beautiful where they are small, true always."""

from __future__ import annotations

import random
import re
from itertools import pairwise

import pytest
from drawings import read_lanes, read_layers
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from spry_jupyter.show.ascii import draw

Graph = tuple[list[str], list[tuple[int, int]]]


def graph(*tasks: str) -> Graph:
    """Tasks as `name: dep dep`."""
    parts = [task.partition(":") for task in tasks]
    names = [name for name, _, _ in parts]
    edges = [(names.index(dep), i) for i, (_, _, deps) in enumerate(parts) for dep in deps.split()]
    return names, edges


def facts(names: list[str], edges: list[tuple[int, int]]) -> tuple[list[str], list]:
    """What a reader has to find."""
    return sorted(names), sorted((names[dep], names[task]) for dep, task in edges)


def lines(text: str) -> str:
    """A picture, without the margin it has in the source."""
    rows = text.strip("\n").rstrip(" ").rstrip("\n").split("\n")
    margin = min(len(row) - len(row.lstrip()) for row in rows if row)
    return "\n".join(row[margin:] for row in rows)


FULL_STACK = graph(
    "check-tools",
    "db-start:check-tools",
    "db-migrate:db-start",
    "db-seed:db-migrate",
    "backend-install:check-tools",
    "backend-build:backend-install",
    "backend-test:backend-build db-seed",
    "frontend-install:check-tools",
    "frontend-build:frontend-install",
    "frontend-test:frontend-build",
    "integration-test:backend-test frontend-test db-seed",
    "deploy-backend:integration-test",
    "deploy-frontend:integration-test",
    "deploy-complete:deploy-backend deploy-frontend",
    "cleanup:deploy-complete",
)

NAMES = st.lists(
    st.text("abc-_.:/é日本語ก็", min_size=1, max_size=9).filter(lambda name: name[0].isalpha()),
    min_size=1,
    max_size=12,
    unique=True,
)


@st.composite
def acyclic(draw_: st.DrawFn) -> Graph:
    """Any acyclic graph of up to twelve tasks, defined in any order."""
    names = draw_(NAMES)
    order = draw_(st.permutations(range(len(names))))
    pairs = [(a, b) for place, a in enumerate(order) for b in order[place + 1 :]]
    edges = draw_(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return names, edges


def sparse(count: int, edges: int, *, near: int, seed: int) -> Graph:
    """Tasks that need some of the tasks not far before them."""
    rng = random.Random(seed)
    found: set[tuple[int, int]] = set()
    while len(found) < edges:
        dep = rng.randrange(count - 1)
        found.add((dep, rng.randrange(dep + 1, min(count, dep + 1 + near))))
    return [f"task-{i}" for i in range(count)], sorted(found)


PICTURES = {
    "two that meet": (
        graph("setup-db", "fetch-api", "process-data:setup-db fetch-api", "deploy:process-data"),
        """
        setup-db ──────┐
                       ├──→ process-data ──→ deploy
        fetch-api ─────┘
        """,
    ),
    "a chain": (
        graph("install-deps", "build:install-deps", "test:build", "deploy:test"),
        """
        install-deps ──→ build ──→ test ──→ deploy
        """,
    ),
    "three that meet": (
        graph(
            "setup-database",
            "fetch-users",
            "fetch-products",
            "import-data:setup-database fetch-users fetch-products",
        ),
        """
        setup-database ─┐
                        │
        fetch-users ────┼──→ import-data
                        │
        fetch-products ─┘
        """,
    ),
    "one that flows into the line of another": (
        graph(
            "install-deps",
            "compile-ts:install-deps",
            "compile-sass:install-deps",
            "run-tests:compile-ts",
            "build-bundle:compile-ts compile-sass",
            "deploy:run-tests build-bundle",
        ),
        """
                       ┌──→ compile-ts ───┬──→ run-tests ─────┐
        install-deps ──┤                  ↓                   ├──→ deploy
                       └──→ compile-sass ─┴──→ build-bundle ──┘
        """,
    ),
    "two chains": (
        graph("build-dev", "build-prod", "deploy-dev:build-dev", "deploy-prod:build-prod"),
        """
        build-dev ──→ deploy-dev
        build-prod ──→ deploy-prod
        """,
    ),
    "tasks on their own, around a fork": (
        graph("lint", "spell", "a", "b:a", "c:a", "format"),
        """
        lint
        spell

            ┌──→ b
        a ──┤
            └──→ c

        format
        """,
    ),
    "names of two cells a letter": (
        graph("準備", "テスト:準備", "ビルド:準備", "公開:テスト ビルド"),
        """
               ┌──→ テスト ─────┐
        準備 ──┤                ├──→ 公開
               └──→ ビルド ─────┘
        """,
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_small_graphs_look_as_one_would_draw_them_by_hand(name: str) -> None:
    (names, edges), picture = PICTURES[name]
    assert draw(names, edges) == lines(picture)


def test_the_full_stack_graph_has_no_detour_and_no_crossing() -> None:
    text = draw(*FULL_STACK)
    assert read_layers(text) == facts(*FULL_STACK)
    assert len(text.split("\n")) == 5
    assert not re.search("─│+─", text)
    assert "backend-build ─" in text.split("\n")[0]
    assert text.split("\n")[2].startswith("check-tools ──┼──→ db-start ─")


@given(acyclic())
@settings(max_examples=300, deadline=None)
def test_a_drawing_in_layers_reads_back_to_exactly_the_graph(given_graph: Graph) -> None:
    names, edges = given_graph
    assert read_layers(draw(names, edges)) == facts(names, edges)


@pytest.mark.parametrize(
    ("count", "edges", "near"),
    [(60, 80, 60), (60, 120, 12), (60, 240, 60), (40, 200, 40), (22, 231, 22)],
)
def test_larger_and_denser_graphs_in_layers_are_as_true(count: int, edges: int, near: int) -> None:
    names, pairs = sparse(count, edges, near=near, seed=count + edges)
    text = draw(names, pairs)
    assert "●" not in text
    assert read_layers(text) == facts(names, pairs)


@pytest.mark.parametrize("wide", [2, 5, 14, 15])
def test_wide_layers_that_all_need_each_other_share_one_riser(wide: int) -> None:
    names = [f"{side}{i}" for side in "ab" for i in range(wide)]
    edges = [(i, wide + j) for i in range(wide) for j in range(wide)]
    text = draw(names, edges)
    assert read_layers(text) == facts(names, edges)
    assert text.count("→") == wide
    assert len(text.split("\n")) == 2 * wide - 1


@given(acyclic())
@settings(max_examples=200, deadline=None)
def test_one_line_a_task_reads_back_to_exactly_the_graph(given_graph: Graph) -> None:
    names, edges = given_graph
    text = draw(names, edges, width=0)
    assert len(text.split("\n")) == len(names)
    assert read_lanes(text) == facts(names, edges)
    extra = [f"more-{i}" for i in range(61)]
    text = draw([*names, *extra], edges)
    assert len(text.split("\n")) == len(names) + 61
    assert read_lanes(text) == facts([*names, *extra], edges)


@pytest.mark.parametrize("edges", [0, 150, 250, 400, 2000])
@pytest.mark.parametrize("near", [3, 12, 200])
def test_two_hundred_tasks_have_a_line_each_and_read_back(edges: int, near: int) -> None:
    names, pairs = sparse(200, min(edges, 190 * near), near=near, seed=near)
    text = draw(names, pairs)
    assert len(text.split("\n")) == 200
    assert read_lanes(text) == facts(names, pairs)


def test_past_the_width_the_full_stack_graph_has_one_line_a_task() -> None:
    assert draw(*FULL_STACK, width=100) == lines("""
        ●      check-tools
        ├─●    db-start
        │ ●    db-migrate
        │ ●    db-seed
        ├─│─●  backend-install
        │ │ ●  backend-build
        │ ├─●  backend-test
        ● │ │  frontend-install
        ● │ │  frontend-build
        ● │ │  frontend-test
        ●─┴─┘  integration-test
        ├─●    deploy-backend
        ● │    deploy-frontend
        ●─┘    deploy-complete
        ○      cleanup
    """)


def test_where_lanes_do_not_fit_either_deps_are_named() -> None:
    names, edges = graph("a", "b", "c:a b", "d:c")
    assert draw(names, edges, width=3) == "a\nb\nc ← a, b\nd ← c"


@given(acyclic(), st.integers(20, 120))
@settings(max_examples=100, deadline=None)
def test_a_picture_is_never_wider_than_asked_for(given_graph: Graph, limit: int) -> None:
    text = draw(*given_graph, width=limit)
    if "←" not in text:
        assert max(map(cell_len, text.split("\n"))) <= limit


def test_a_drawing_that_just_fits_is_drawn_in_layers() -> None:
    names, edges = PICTURES["two that meet"][0]
    snug = max(map(len, draw(names, edges).split("\n")))
    assert "→" in draw(names, edges, width=snug)
    assert "●" in draw(names, edges, width=20)


def test_long_dashes_give_way_before_the_layers_do() -> None:
    names, edges = PICTURES["two that meet"][0]
    assert draw(names, edges, width=42) == lines("""
        setup-db ──┐
                   ├──→ process-data ──→ deploy
        fetch-api ─┘
    """)


def test_what_is_not_defined_has_a_question_mark() -> None:
    assert draw(["deploy", "build"], [(1, 0)], missing=[1]) == "build? ──→ deploy"


def test_a_cycle_is_cut_and_written_below_in_the_direction_of_the_deps() -> None:
    names, edges = graph("task-a:task-b", "task-b:task-a", "task-c:task-a")
    picture, _, below = draw(names, edges).partition("\n\n")
    assert below == "cycle: task-a → task-b → task-a"
    found = read_layers(picture)
    assert found[0] == sorted(names)
    assert ("task-a", "task-c") in found[1]
    assert len(found[1]) == 2


def test_a_task_that_needs_itself_stands_alone_over_its_cycle() -> None:
    assert draw(["again"], [(0, 0)]) == "again\n\ncycle: again → again"


@given(st.integers(1, 9), st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8))))
@settings(max_examples=200, deadline=None)
def test_with_cycles_what_is_drawn_and_what_is_cut_make_the_graph(
    count: int, pairs: set[tuple[int, int]]
) -> None:
    names = [f"t{i}" for i in range(count)]
    edges = sorted((a, b) for a, b in pairs if a < count and b < count)
    rows = draw(names, edges).split("\n")
    below = [row for row in rows if row.startswith("cycle: ")]
    above = "\n".join(row for row in rows if not row.startswith("cycle: ")).strip("\n")
    found, drawn = read_layers(above)
    cut = set()
    for row in below:
        ring = row.removeprefix("cycle: ").split(" → ")
        assert ring[0] == ring[-1]
        cut |= {(dep, task) for task, dep in pairwise(ring)}
    assert found == names
    assert set(drawn) <= set(facts(names, edges)[1]) <= set(drawn) | cut


def test_no_tasks_make_no_drawing() -> None:
    assert draw([], []) == ""


def test_an_edge_given_twice_is_drawn_once() -> None:
    assert draw(["a", "b"], [(0, 1), (0, 1)]) == "a ──→ b"


def test_a_chain_of_ten_thousand_is_drawn_and_its_cycle_found() -> None:
    count = 10_000
    names = [f"t{i}" for i in range(count)]
    ring = [(i, (i + 1) % count) for i in range(count)]
    assert draw(names, ring[:-1]).count("\n") == count - 1
    assert draw(names, ring).split("\n")[-1].startswith("cycle: t0 → t9999 → t9998 →")


def test_the_reader_finds_the_false_edge_in_a_line_without_an_arrow_head() -> None:
    picture = lines("""
        compile-ts ───┬──→ run-tests
                      │
        compile-sass ─┴──→ build-bundle
    """)
    assert ("compile-sass", "run-tests") in read_layers(picture)[1]
    assert ("compile-sass", "run-tests") not in read_layers(picture.replace(" │", " ↓"))[1]


@pytest.mark.parametrize(
    "picture", ["a ──┐ b", "a ─┬─→ b", "a ──→ ", "a ── b", "─→ b", "a ─↓─→ b", "a ─┼─→ b"]
)
def test_the_reader_refuses_loose_ends(picture: str) -> None:
    with pytest.raises((AssertionError, KeyError)):
        read_layers(picture.rstrip(" ") if picture != "a ──→ " else picture[:-1])
