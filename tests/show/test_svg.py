"""The picture of a graph: its parts, what they say, and that what users write is only text there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from spry_jupyter.errors import GraphFaults
from spry_jupyter.model import Duration, Limits, Pool, Span, Task
from spry_jupyter.plan.graph import Graph
from spry_jupyter.show import svg
from spry_jupyter.show.collapse import collapsed
from spry_jupyter.show.figure import MISSING, Cluster, Figure, Node
from spry_jupyter.show.fonts import width
from spry_jupyter.show.palette import LOOKS
from spry_jupyter.show.portrait import portrait
from spry_jupyter.show.sketch import sketch
from spry_jupyter.show.spoken import picture_label
from spry_jupyter.show.svg import draw_figure, figure_of

if TYPE_CHECKING:
    from collections.abc import Sequence

SVG = "{http://www.w3.org/2000/svg}"
RUN = "echo"
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</svg><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "]]> --> &lt;b&gt; &#60; <!-- <![CDATA[",
    "</style></title></desc><script>alert(1)</script>",
    "' onfocus='alert(1)",
    "a\x00b\x1b[31m\ud800\ufffe",
]


def task(name: str, *deps: str, **more: object) -> Task:
    return Task(**{"name": name, "deps": deps, "body": RUN, **more})  # type: ignore[arg-type]


def draw_svg(
    graph: Graph, targets: Sequence[str] = (), *, cluster: str = "", **more: object
) -> str | None:
    return draw_figure(figure_of(graph, targets, cluster), **more)  # type: ignore[arg-type]


def drawn(*tasks: Task, **more: object) -> ET.Element:
    text = draw_svg(Graph.of(tasks), **more)  # type: ignore[arg-type]
    assert text is not None
    return ET.fromstring(text)


def nodes(picture: ET.Element) -> dict[str, ET.Element]:
    """The nodes by their names as they are shown."""
    found = [g for g in picture.iter(f"{SVG}g") if "node" in g.get("class", "").split()]
    return {said(node, "spry-name")[0]: node for node in found}


def edges(picture: ET.Element) -> dict[str, set[str]]:
    """The classes of the edges by their ids."""
    groups = [g for g in picture.iter(f"{SVG}g") if "edge" in g.get("class", "").split()]
    return {g.get("id", ""): set(g.get("class", "").split()) for g in groups}


def said(part: ET.Element, kind: str) -> list[str]:
    return [text.text or "" for text in part.iter(f"{SVG}text") if text.get("class") == kind]


def title(node: ET.Element) -> str:
    return node.findtext(f"{SVG}title") or ""


def test_every_task_is_a_node_and_every_dep_an_edge_that_tells_its_ends() -> None:
    picture = drawn(task("a"), task("b", "a"), task("c", "a", "b"))
    assert [node.get("id") for node in nodes(picture).values()] == ["n0", "n1", "n2"]
    assert list(nodes(picture)) == ["a", "b", "c"]
    assert edges(picture).keys() == {"n0-n1", "n0-n2", "n1-n2"}
    assert {"from-n0", "to-n1", "edge", "spry-edge"} <= edges(picture)["n0-n1"]


def test_what_is_needed_is_on_the_left_of_what_needs_it() -> None:
    found = nodes(drawn(task("c", "b"), task("b", "a"), task("a")))
    left = [float(found[name].find(f"{SVG}rect").get("x")) for name in "abc"]  # type: ignore[union-attr, arg-type]
    assert left == sorted(left)


def test_what_hangs_together_is_drawn_from_the_top_in_the_order_of_its_definition() -> None:
    tasks = [task("a"), task("b"), task("c"), task("d", "a"), task("e", "b"), task("f", "c")]
    found = nodes(drawn(*tasks))
    top = {name: float(found[name].find(f"{SVG}rect").get("y")) for name in "abcdef"}  # type: ignore[union-attr, arg-type]
    assert top["a"] < top["b"] < top["c"]
    assert top["d"] < top["e"] < top["f"]


def test_a_target_draws_what_it_needs_and_nothing_else() -> None:
    graph = Graph.of([task("a"), task("b", "a"), task("c")])
    picture = ET.fromstring(draw_svg(graph, ["b"]) or "")
    assert list(nodes(picture)) == ["a", "b"]
    with pytest.raises(GraphFaults, match='Task "x" does not exist'):
        draw_svg(graph, ["x"])


def test_ids_have_the_prefix_and_are_those_that_are_told() -> None:
    graph = Graph.of([task("a"), task("b", "a", "gone")])
    told = portrait(sketch(graph), prefix="p7-")
    ids = {part.get("id") for part in ET.fromstring(str(told["svg"])).iter() if part.get("id")}
    assert told["nodes"] == ["p7-n0", "p7-n1", "p7-n2"]
    assert ids == {"p7-graph", "p7-n0", "p7-n1", "p7-n2", "p7-n0-n1", "p7-n2-n1"}


def test_the_description_language_and_flags_are_shown_and_said() -> None:
    limits = Limits(retry=3, timeout=Duration(90, "1m30s"))
    node = nodes(
        drawn(
            task("a"),
            task(
                "b",
                "a",
                lang="python",
                descr="Do it",
                limits=limits,
                always=True,
                confirm="",
                allow_failure=True,
                pool=Pool("gpu", 2),
                tags=("night",),
            ),
        )
    )["b"]
    shown = " · ".join(said(node, "spry-notes")).split(" · ")
    assert shown[0] == "python"
    assert {"retry 3", "≤ 1m30s", "asks", "always", "may fail", "pool gpu=2", "@night"} <= set(
        shown
    )
    assert title(node).splitlines()[:2] == ["Do it", "b"]
    assert "needs a" in title(node)
    label = node.get("aria-label") or ""
    assert label.startswith("b, Do it, python, retry 3")
    assert label.endswith("needs a")


def test_every_node_is_reached_by_the_keyboard_and_has_a_role_and_a_text() -> None:
    picture = drawn(task("a"), task("b", "gone"))
    assert picture.get("aria-label") == "Graph of 2 tasks"
    assert "Not defined: gone." in (picture.findtext(f"{SVG}desc") or "")
    for node in nodes(picture).values():
        assert node.get("tabindex") == "0"
        assert node.get("role")
        assert node.get("aria-label")


def test_what_is_not_defined_and_what_is_a_group_look_and_say_so() -> None:
    found = nodes(drawn(task("a", "gone"), task("all", "a", body="")))
    assert "spry-missing" in (found["gone?"].get("class") or "")
    assert said(found["gone?"], "spry-notes") == ["not defined"]
    assert found["gone?"].get("aria-label") == "gone, not defined"
    assert "spry-group" in (found["all"].get("class") or "")
    assert "group" in (found["all"].get("aria-label") or "")


def test_the_edges_of_a_cycle_are_marked_by_a_word_and_others_are_not() -> None:
    picture = drawn(task("a", "b"), task("b", "a"), task("c", "a"))
    marked = {name for name, classes in edges(picture).items() if "spry-looped" in classes}
    assert marked == {"n0-n1", "n1-n0"}
    assert [text.text for text in picture.iter(f"{SVG}text")].count("cycle") == 2
    assert "In a cycle: " in (picture.findtext(f"{SVG}desc") or "")


def test_a_task_that_needs_itself_is_drawn() -> None:
    assert edges(drawn(task("a", "a"))).keys() == {"n0-n0"}


def test_what_runs_after_by_finally_has_another_line() -> None:
    picture = drawn(task("a", finalizers=("clean", "gone")), task("clean"), task("b", "a"))
    after = {name for name, classes in edges(picture).items() if "spry-after" in classes}
    assert after == {"n0-n1", "n0-n3"}
    assert "n0-n2" in edges(picture)


@pytest.mark.parametrize("state", LOOKS)
def test_a_state_has_a_class_a_symbol_and_a_word(state: str) -> None:
    found = nodes(drawn(task("a"), task("b"), marks={"a": state}))
    assert f"spry-{state}" in (found["a"].get("class") or "").split()
    assert said(found["a"], "spry-symbol") == [LOOKS[state].symbol]
    assert found["a"].get("aria-label") == f"a, bash, {state.replace('-', ' ')}"
    assert found["a"].get("data-label") == "a, bash"
    assert said(found["b"], "spry-symbol") == []
    assert found["b"].get("data-state") == ""


def test_a_live_picture_is_ready_for_every_state_and_another_only_for_its_own() -> None:
    live, still = drawn(task("a"), live=True), drawn(task("a"), marks={"a": "failed"})
    assert said(nodes(live)["a"], "spry-symbol") == [""]
    for state in LOOKS:
        assert f".spry-{state} " in (live.findtext(f"{SVG}style") or "")
        assert (f".spry-{state} " in (still.findtext(f"{SVG}style") or "")) == (state == "failed")


def test_the_states_of_the_lines_have_their_symbols_and_no_two_states_look_alike() -> None:
    symbols = {"succeeded": "✓", "failed": "✗", "skipped": "⊘", "up-to-date": "●", "retrying": "↻"}
    assert {state: LOOKS[state].symbol for state in symbols} == symbols
    without_colour = [(look.symbol, look.dashes) for look in LOOKS.values()]
    assert len(set(without_colour)) == len(without_colour)


def brightness(colour: str) -> float:
    """The relative luminance of WCAG."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((brightness(one), brightness(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_texts_and_lines_can_be_read_on_a_white_and_on_a_dark_page() -> None:
    from spry_jupyter.show import palette

    for look in LOOKS.values():
        assert contrast(palette.TEXT, look.tint) >= 7
        assert contrast(palette.SOFT, look.tint) >= 4.5
        if look.symbol:
            assert contrast(look.ink, look.colour) >= 4.5
    for page in ("#ffffff", "#111111"):
        assert contrast(palette.LINE, page) >= 3
        assert contrast(palette.LOOPED, page) >= 3


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("where", ["name", "descr", "lang", "tag", "missing", "heading"])
def test_a_hostile_text_is_only_text(text: str, where: str) -> None:
    plain = "plain"
    hostile = task(
        text if where == "name" else plain,
        *([text] if where == "missing" else []),
        descr=text if where == "descr" else "",
        lang=text if where == "lang" else "bash",
        tags=(text,) if where == "tag" else (),
        span=Span(heading=text if where == "heading" else "h"),
    )
    picture = drawn(hostile, cluster="tag" if where == "tag" else "heading")
    allowed = {"svg", "desc", "style", "g", "path", "title", "rect", "text", "circle"}
    assert {part.tag.removeprefix(SVG) for part in picture.iter()} <= allowed
    known = {"id", "class", "width", "height", "viewBox", "role", "aria-label", "aria-hidden"}
    known |= {"tabindex", "data-label", "data-state", "x", "y", "rx", "d", "cx", "cy", "r"}
    known |= {"textLength", "lengthAdjust"}
    assert {name for part in picture.iter() for name in part.attrib} <= known
    assert "alert(1)" not in (picture.findtext(f"{SVG}style") or "")


def test_nothing_outside_is_referred_to_and_there_is_no_prolog() -> None:
    text = draw_svg(Graph.of([task("a"), task("b", "a")])) or ""
    assert text.startswith("<svg ")
    assert text.count("http") == 1  # the namespace
    for word in ("href", "url(", "@import", "<script", "<!", "<?"):
        assert word not in text


def test_without_an_engine_there_is_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svg, "lay_out", lambda *_: None)
    assert draw_svg(Graph.of([task("a")])) is None


def test_tasks_of_a_heading_or_a_tag_share_a_frame() -> None:
    tasks = (
        task("a", span=Span(heading="Build"), tags=("x", "y")),
        task("b", "a", span=Span(heading="Build")),
        task("c", span=Span(heading="Test"), tags=("x",)),
        task("d"),
    )

    def frames(by: str) -> list[str | None]:
        groups = drawn(*tasks, cluster=by).iter(f"{SVG}g")
        return [g.get("aria-label") for g in groups if "cluster" in g.get("class", "").split()]

    assert frames("heading") == ["Build", "Test"]
    assert frames("tag") == ["@x"]
    assert frames("") == []


def test_a_long_name_is_shortened_in_its_box_and_whole_when_asked_for() -> None:
    name = "x" * 300
    (node,) = nodes(drawn(task(name))).values()
    assert len(said(node, "spry-name")[0]) == 60
    assert name in title(node)
    assert name in (node.get("aria-label") or "")


def test_an_empty_graph_is_an_empty_picture() -> None:
    assert nodes(drawn()) == {}


def test_tasks_without_deps_stand_in_rows_and_have_no_edges() -> None:
    picture = drawn(*(task(f"t{i}") for i in range(100)), task("x"), task("y", "x"))
    assert edges(picture).keys() == {"n100-n101"}
    places = [node.find(f"{SVG}rect") for name, node in nodes(picture).items() if name[0] == "t"]
    assert len({place.get("x") for place in places if place is not None}) == 8
    down = [float(place.get("y") or 0) for place in places if place is not None]
    assert down == sorted(down)
    assert float(picture.get("height") or 0) < 2 * float(picture.get("width") or 0)


@pytest.mark.parametrize("mark", ["\u0e31", "\u0941", "\u200d", "\u20dd"])
def test_a_mark_on_a_letter_takes_no_room(mark: str) -> None:
    assert width(f"x{mark}", 12) == width("x", 12)


def test_what_is_not_defined_is_no_task_of_a_stage() -> None:
    nodes = [Node(label="a", names=("a",)), Node(label="b?", kind=MISSING, names=("b",))]
    clusters = (Cluster("all", (0, 1)),)
    drawn = collapsed(Figure(tuple(nodes), (), clusters), largest=1)
    assert picture_label(drawn) == "Graph of 1 task in 1 stage"
