"""Graphs in the language of Mermaid: what users write is text there, whatever it says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.model import Task
from spry_jupyter.show import mermaid as language
from spry_jupyter.show.figure import figure
from spry_jupyter.show.sketch import Sketch

HOSTILE = [
    '"]; b["x"]',
    "ends in a backslash\\",
    "two\nlines",
    "<img src=x onerror=alert(1)>",
    '"]\n    click n0 "javascript:alert(1)"',
    "`**bold**`",
    "#quot; #35;",
    "%% a comment",
    "end",
    "subgraph",
    ":::missing",
    "www.example.org",
    "http://example.org",
    "fa:fa-car",
    "style:#fff;",
    "__init__",
]


def mermaid(tasks: list[Task], names: list[str], edges: list[tuple[int, int]]) -> str:
    return language.mermaid(figure(Sketch(tuple(tasks), tuple(names), tuple(edges))))


NODE = re.compile(r'    n(\d+)\["([^"\n]*)"\](:::missing)?')
TIP = re.compile(r'    click n(\d+) callback "([^"\n]*)"')
EDGE = re.compile(r"    n(\d+) (-->|-->\|cycle\|) n(\d+)")
STYLE = re.compile(r"    (classDef missing|linkStyle [\d,]+) [-\w#:, ]+")


def read(text: str) -> dict[str, list[re.Match[str]]]:
    """Sort the lines by what they say; a line that says anything else is an error."""
    first, *lines = text.split("\n")
    assert first == "flowchart LR"
    found: dict[str, list[re.Match[str]]] = {"node": [], "tip": [], "edge": [], "style": []}
    for line in lines:
        kinds = {"node": NODE, "tip": TIP, "edge": EDGE, "style": STYLE}
        kind, match = next(
            (kind, match) for kind, rule in kinds.items() if (match := rule.fullmatch(line))
        )
        found[kind].append(match)
    return found


def shown(text: str) -> str:
    """The text that Mermaid shows for a label, in which only entities may mean something."""
    bare = re.sub(r"#\d+;", "", text)
    assert not re.search(r'[<>"`*#;&%|\\\[\]{}()]|www\.|://|:fa-|__', bare), "not plain text"
    return re.sub(r"#(\d+);", lambda entity: chr(int(entity[1])), text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_one_node_and_its_text(text: str) -> None:
    tasks = [Task(name=text), Task(name="b", deps=(text,))]
    found = read(mermaid(tasks, [text, "b"], [(0, 1)]))
    assert [shown(node[2]) for node in found["node"]] == [text.replace("\n", " "), "b"]
    assert [(edge[1], edge[3]) for edge in found["edge"]] == [("0", "1")]
    assert not found["tip"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_description_is_a_tooltip_and_nothing_else(text: str) -> None:
    found = read(mermaid([Task(name="a", descr=text)], ["a"], []))
    assert [(tip[1], shown(tip[2])) for tip in found["tip"]] == [("0", text.replace("\n", " "))]
    assert len(found["node"]) == 1


@given(st.lists(st.text('ab"\\<>&;#[]{}()\n =-/*`|%:', min_size=1), min_size=1, max_size=4))
def test_any_texts_are_as_many_nodes(names: list[str]) -> None:
    tasks = [Task(name=name, descr=name) for name in names]
    found = read(mermaid(tasks, names, []))
    assert [shown(node[2]) for node in found["node"]] == [n.replace("\n", " ") for n in names]


def test_ordinary_names_stay_readable() -> None:
    assert mermaid(
        [Task(name="build-app"), Task(name="deploy", deps=("build-app",))],
        ["build-app", "deploy"],
        [(0, 1)],
    ).split("\n") == ["flowchart LR", '    n0["build-app"]', '    n1["deploy"]', "    n0 --> n1"]


def test_what_is_not_defined_is_dashed() -> None:
    text = mermaid([Task(name="deploy", deps=("build",))], ["deploy", "build"], [(1, 0)])
    found = read(text)
    assert [bool(node[3]) for node in found["node"]] == [False, True]
    assert shown(found["node"][1][2]) == "build?"
    assert "stroke-dasharray" in found["style"][0][0]


def test_the_edges_of_a_cycle_are_red_and_say_so_and_others_are_not() -> None:
    tasks = [Task(name="a", deps=("b",)), Task(name="b", deps=("a",)), Task(name="c", deps=("a",))]
    found = read(mermaid(tasks, ["a", "b", "c"], [(1, 0), (0, 1), (0, 2)]))
    assert ["cycle" in edge[2] for edge in found["edge"]] == [True, True, False]
    assert found["style"][0][0].startswith("    linkStyle 0,1 stroke:#d55e00")
