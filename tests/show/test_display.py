"""What a notebook is given to show of a graph."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from spry_jupyter.errors import GraphFaults, RequestError
from spry_jupyter.model import Task
from spry_jupyter.plan.graph import Graph
from spry_jupyter.show import display, pictures, svg
from spry_jupyter.show.display import display_of

GRAPH = Graph.of([Task(name="a", body="x"), Task(name="b", deps=("a",), body="x")])
ASCII = "a ──→ b"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svg, "lay_out", lambda *_: None)
    monkeypatch.setattr("spry_jupyter.show.layout.lay_out", lambda *_: None)


class Tags(HTMLParser):
    """The elements of some HTML, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    ("form", "kind"),
    [("inline", "text/html"), ("svg", "image/svg+xml"), ("png", "image/png")],
)
def test_a_picture_has_the_ascii_drawing_beside_it(form: str, kind: str) -> None:
    shown = display_of(GRAPH, [], form)
    assert shown.data.keys() == {"text/plain", kind}
    assert shown.text == ASCII


def test_a_widget_has_the_picture_and_the_ascii_drawing_beside_it() -> None:
    shown = display_of(GRAPH, [], "widget")
    view = shown.data.pop("application/vnd.jupyter.widget-view+json")
    assert view["model_id"]
    assert shown.data.keys() == {"text/plain", "text/html"}
    assert shown.text == ASCII


@pytest.mark.parametrize("form", ["ascii", "dot", "mermaid", "json"])
def test_a_format_of_text_is_text_alone(form: str) -> None:
    shown = display_of(GRAPH, [], form)
    assert shown.data == {"text/plain": pictures.picture(GRAPH, [], form)}
    assert not shown.is_picture


def test_a_png_is_shown_at_half_its_pixels_and_so_is_sharp() -> None:
    shown = display_of(GRAPH, [], "png")
    data = base64.b64decode(shown.data["image/png"])
    assert data.startswith(b"\x89PNG")
    width = int.from_bytes(data[16:20], "big")
    assert abs(shown.metadata["image/png"]["width"] * 2 - width) <= 1


def test_the_html_holds_the_svg_twice_for_trusted_and_for_untrusted_notebooks() -> None:
    page = display_of(GRAPH, [], "inline").data["text/html"]
    inline = ET.fromstring(page[page.index("<svg") : page.index("</svg>") + len("</svg>")])
    still = re.search(r'src="data:image/svg\+xml;base64,([^"]*)"', page)
    assert still is not None
    image = ET.fromstring(base64.b64decode(still[1]).decode())
    assert ET.tostring(inline) == ET.tostring(image)
    tags = Tags(page).found
    assert ("img", "Graph of 2 tasks") in [
        (tag, (attrs.get("alt") or "").partition(".")[0]) for tag, attrs in tags
    ]
    assert [attrs["hidden"] for _, attrs in tags if "hidden" in attrs] == ["hidden"]


def test_two_pictures_of_one_graph_share_no_id() -> None:
    ids = [
        set(re.findall(r' id="([^"]*)"', display_of(GRAPH, [], "inline").data["text/html"]))
        for _ in range(2)
    ]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_a_very_large_picture_is_stored_once_with_the_drawing_for_untrusted_notebooks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(display, "_LARGEST_STILL", 100)
    page = display_of(GRAPH, [], "inline").data["text/html"]
    assert page.count("<svg") == 1
    assert "base64" not in page
    assert f'<div class="spry-still"><pre>{ASCII}</pre></div>' in page


@pytest.mark.usefixtures("no_engine")
def test_without_an_engine_the_default_is_the_drawing_as_html() -> None:
    shown = display_of(GRAPH, [], "inline")
    assert shown.text == ASCII
    assert f"<pre>{ASCII}</pre>" in shown.data["text/html"]
    assert "Graph of 2 tasks" in shown.data["text/html"]


@pytest.mark.usefixtures("no_engine")
@pytest.mark.parametrize("form", ["svg", "png"])
def test_without_an_engine_a_picture_that_was_asked_for_says_what_to_install(form: str) -> None:
    with pytest.raises(RequestError, match=form.upper()) as raised:
        display_of(GRAPH, [], form)
    assert "pip install graphviz-pure" in str(raised.value)


@pytest.mark.parametrize("form", pictures.DISPLAYED)
def test_a_target_that_is_not_there_is_an_error_in_every_format(form: str) -> None:
    with pytest.raises(GraphFaults, match='Task "x" does not exist'):
        display_of(GRAPH, ["x"], form)


@pytest.mark.parametrize("no_engine_too", [False, True])
def test_hostile_texts_are_no_elements_of_the_html(
    monkeypatch: pytest.MonkeyPatch, *, no_engine_too: bool
) -> None:
    if no_engine_too:
        monkeypatch.setattr(svg, "lay_out", lambda *_: None)
    tasks = [Task(name=HOSTILE, descr=HOSTILE, deps=(f"{HOSTILE}2",), tags=(HOSTILE,))]
    page = display_of(Graph.of(tasks), [], "inline", cluster="tag").data["text/html"]
    images = [attrs for tag, attrs in Tags(page).found if tag == "img"]
    assert len(images) == (0 if no_engine_too else 1)
    assert all("onerror" not in attrs for _, attrs in Tags(page).found)
    assert "<img src=x" not in page


def test_what_is_drawn_as_stages_is_so_as_text_too() -> None:
    tasks = [Task(name=f"t{i}", deps=("t0",) if i else (), body="x") for i in range(1600)]
    shown = display_of(Graph.of(tasks), [], "inline")
    assert shown.text == "stage-1(1-task) ──→ stage-2(1599-tasks)"


def test_a_very_high_picture_is_scrolled_in_its_cell_and_another_is_not() -> None:
    hub = [Task(name=f"t{i}", deps=("hub",), body="x") for i in range(60)]
    high = display_of(Graph.of([Task(name="hub"), *hub]), [], "widget").data["text/html"]
    assert "max-height:90vh" in high
    assert "max-height" not in display_of(GRAPH, [], "widget").data["text/html"]
