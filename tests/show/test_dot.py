"""Graphs in the language of Graphviz: what users write is text there, whatever it says."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.model import Task
from spry_jupyter.show import dot as language
from spry_jupyter.show import harmless
from spry_jupyter.show.figure import figure
from spry_jupyter.show.layout import lay_out
from spry_jupyter.show.sketch import Sketch

HOSTILE = [
    '"]; b [URL="javascript:alert(1)"]',
    "ends in a backslash\\",
    "two\nlines\r\nand a third",
    "<img src=x onerror=alert(1)>",
    "<b>bold</b>",
    "\\N \\G \\l \\\" '",
    "&lt;script&gt; &#34;",
    "/* a */ // b # c",
    "n0 -> n1",
]


def dot(tasks: list[Task], names: list[str], edges: list[tuple[int, int]]) -> str:
    return language.dot(figure(Sketch(tuple(tasks), tuple(names), tuple(edges))))


TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([\w.]+|#[0-9a-f]+)|(->|[\[\]{}=]))', re.DOTALL)


@dataclass
class Source:
    """A strict reader of the part of DOT that is written: no ports, no HTML, no subgraphs."""

    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    settings: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Source:
        tokens: list[tuple[str, bool]] = []
        at = 0
        while at < len(text):
            match = TOKEN.match(text, at)
            assert match, f"no DOT: {text[at : at + 40]!r}"
            quoted, word, mark = match.groups()
            tokens.append((next(t for t in (quoted, word, mark) if t is not None), mark is None))
            at = match.end()
        assert [text for text, _ in tokens[:2]] == ["digraph", "{"]
        assert tokens[-1] == ("}", False)
        source = cls()
        source.statements(tokens[2:-1])
        return source

    def statements(self, tokens: list[tuple[str, bool]]) -> None:
        while tokens:
            first, is_word = tokens.pop(0)
            assert is_word
            second = None
            if tokens and tokens[0] == ("->", False):
                tokens.pop(0)
                second = tokens.pop(0)[0]
            pairs = self.pairs(tokens)
            if second is not None:
                self.edges.append((first, second, pairs))
            elif first in {"graph", "node", "edge"}:
                self.settings[first] = pairs
            else:
                assert first not in self.nodes
                self.nodes[first] = pairs

    def pairs(self, tokens: list[tuple[str, bool]]) -> dict[str, str]:
        found: dict[str, str] = {}
        if tokens and tokens[0] == ("[", False):
            tokens.pop(0)
            while tokens[0] != ("]", False):
                key, equals, value = tokens.pop(0), tokens.pop(0), tokens.pop(0)
                assert equals == ("=", False)
                assert value[1]
                found[key[0]] = value[0]
            tokens.pop(0)
        return found


def shown(label: str) -> str:
    """The text that Graphviz shows for a quoted label."""
    return html.unescape(undone(label.replace('\\"', '"')))


def tip(tooltip: str) -> str:
    """The text that Graphviz shows for a quoted tooltip, whose escapes it undoes twice."""
    return html.unescape(undone(undone(tooltip.replace('\\"', '"'))))


def undone(text: str) -> str:
    """A text without its escapes; only backslashes may have one."""
    assert not re.search(r"(?<!\\)(?:\\\\)*\\(?!\\)", text), "an escape with a meaning"
    return text.replace("\\\\", "\\")


def one_line(text: str) -> str:
    return "".join(char if ord(char) >= 32 else " " for char in text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_one_node_and_its_text(text: str) -> None:
    source = Source.read(
        dot([Task(name=text), Task(name="b", deps=(text,))], [text, "b"], [(0, 1)])
    )
    assert list(source.nodes) == ["n0", "n1"]
    assert shown(source.nodes["n0"]["label"]) == one_line(text)
    assert source.nodes["n0"].keys() == {"label", "shape"}
    assert source.edges == [("n0", "n1", {})]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_description_is_a_tooltip_and_nothing_else(text: str) -> None:
    source = Source.read(dot([Task(name="a", descr=text)], ["a"], []))
    assert source.nodes.keys() == {"n0"}
    assert source.nodes["n0"].keys() == {"label", "tooltip", "shape"}
    assert tip(source.nodes["n0"]["tooltip"]) == one_line(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_that_is_not_defined_is_one_node_too(text: str) -> None:
    source = Source.read(dot([Task(name="a", deps=(text,))], ["a", text], [(1, 0)]))
    assert source.nodes.keys() == {"n0", "n1"}
    assert shown(source.nodes["n1"]["label"]) == f"{one_line(text)}?"


@given(st.lists(st.text('ab"\\<>&;#[]{}\n =-/*N', min_size=1), min_size=1, max_size=4))
def test_any_texts_are_as_many_nodes(names: list[str]) -> None:
    tasks = [Task(name=name, descr=name) for name in names]
    source = Source.read(dot(tasks, names, [(0, len(names) - 1)]))
    assert [shown(node["label"]) for node in source.nodes.values()] == list(map(one_line, names))
    assert len(source.edges) == 1


def test_the_graph_runs_from_left_to_right_in_colours_of_six_digits() -> None:
    text = dot([Task(name="a"), Task(name="b", deps=("a",))], ["a", "b"], [(0, 1)])
    assert Source.read(text).settings["graph"]["rankdir"] == "LR"
    colours = re.findall(r'color="?([^"\s\]]+)', text)
    assert colours
    assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in colours)


def test_what_is_not_defined_is_dashed() -> None:
    source = Source.read(dot([Task(name="deploy", deps=("build",))], ["deploy", "build"], [(1, 0)]))
    assert source.nodes["n1"]["label"] == "build?"
    assert "dashed" in source.nodes["n1"]["style"]
    assert "style" not in source.nodes["n0"]


def test_the_edges_of_a_cycle_are_red_and_say_so_and_others_are_not() -> None:
    tasks = [Task(name="a", deps=("b",)), Task(name="b", deps=("a",)), Task(name="c", deps=("a",))]
    source = Source.read(dot(tasks, ["a", "b", "c"], [(1, 0), (0, 1), (0, 2)]))
    marked = {(a, b): pairs.get("label") for a, b, pairs in source.edges}
    assert marked == {("n1", "n0"): "cycle", ("n0", "n1"): "cycle", ("n0", "n2"): None}
    assert all(pairs["color"] == "#d55e00" for _, _, pairs in source.edges if pairs)


PROGRAM = shutil.which("dot") or shutil.which("graphviz-pure")


@pytest.mark.skipif(PROGRAM is None, reason="no program here lays out DOT")
@pytest.mark.parametrize("text", HOSTILE)
def test_graphviz_itself_finds_no_more_nodes_and_no_link(text: str) -> None:
    source = dot([Task(name=text, descr=text), Task(name="b")], [text, "b", text], [(0, 1), (2, 1)])
    command = [str(PROGRAM), "-Tjson"]
    done = subprocess.run(command, input=source.encode(), capture_output=True, check=True)
    drawing = json.loads(done.stdout)
    assert [node["name"] for node in drawing["objects"]] == ["n0", "n1", "n2"]
    assert len(drawing["edges"]) == 2
    assert not any("URL" in node or "href" in node for node in drawing["objects"])


@pytest.mark.parametrize("text", [*HOSTILE, "\x00\x1b[31m\ufffe", " two  spaces ", "名前"])
def test_a_picture_of_pixels_shows_hostile_texts_as_they_are(text: str) -> None:
    task = Task(name=text, body="x", lang=text, deps=(text + "2",))
    what = figure(Sketch((task,), (text, text + "2"), ((1, 0),)))
    source = language.dot_to_print(what)
    drawn = lay_out(source, "svg")
    assert drawn is not None
    assert (lay_out(source, "png") or b"").startswith(b"\x89PNG")
    root = ET.fromstring(drawn)
    shown = ["".join(part.itertext()) for part in root.iter("{http://www.w3.org/2000/svg}text")]
    said = (text, text, f"{text}2?", "not defined")
    assert "".join("".join(shown).split()) == "".join(harmless.one_line("".join(said)).split())
