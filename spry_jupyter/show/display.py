"""A graph as a notebook shows it: by its types, of which each front end takes what it can."""

from __future__ import annotations

import base64
import html
import itertools
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spry_jupyter.show.ascii import draw
from spry_jupyter.show.figure import MISSING, STAGE
from spry_jupyter.show.pictures import INLINE, WIDGET, picture
from spry_jupyter.show.sketch import sketch
from spry_jupyter.show.spoken import picture_label, picture_text
from spry_jupyter.show.svg import draw_figure, figure_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.plan.graph import Graph
    from spry_jupyter.show.figure import Figure, Node

_SMALLEST = 0.6  # of its size, to which a wide picture is scaled before it has to be scrolled
_HIGHEST = 2000  # pixels of a picture that is not scrolled in its cell
_SIDES = ("width", "height")
_SHARPNESS = 2  # pixels of a PNG to one of the page
_LARGEST_STILL = 1_000_000  # characters of a picture that is stored twice
_STYLE = (
    ".spry-picture .spry-live[hidden]{display:block!important}"
    ".spry-picture .spry-live svg{display:block;max-width:100%;height:auto}"
    ".spry-picture .spry-still{display:none}"
)
_pictures = itertools.count(1)
_KEPT = 20  # widgets that a page can still open
_widgets: deque[Any] = deque()


@dataclass(frozen=True, slots=True)
class Display:
    """What to hand to a front end.

    Attributes:
        data: What to show, by type; always with `text/plain`.
        metadata: How, by type.
    """

    data: dict[str, Any]
    metadata: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What is shown where there are no pictures."""
        return str(self.data["text/plain"])

    @property
    def is_picture(self) -> bool:
        """Whether there is more than text."""
        return len(self.data) > 1


def display_of(
    graph: Graph,
    targets: Sequence[str],
    form: str,
    *,
    width: int | None = None,
    cluster: str | None = None,
) -> Display:
    """Return what to display of a graph.

    Args:
        graph: It may have missing deps and cycles; they are marked.
        targets: Names and `@TAG`s; none is the whole graph.
        form: One of `pictures.DISPLAYED`. `inline`, `widget`, `svg` and `png` have a picture beside
            the ASCII drawing, the others are text alone.
        width: Columns there are for text.
        cluster: One of `pictures.CLUSTERS`, or none.

    Raises:
        GraphFaults: If a target is not there.
        RequestError: If a picture was asked for by its format and there is nothing to draw it.
    """
    if form not in {WIDGET, INLINE, "svg", "png"}:
        text = picture(graph, targets, form, width=width, cluster=cluster)
        return Display({"text/plain": str(text)})
    what = figure_of(graph, targets, cluster or "")
    text = _as_text(what, width)
    if form in {WIDGET, INLINE}:
        data = {"text/plain": text, "text/html": as_html(what, text)}
        return Display(data | (_as_widget(graph, targets, cluster) if form == WIDGET else {}))
    drawn = picture(graph, targets, form, cluster=cluster)
    if isinstance(drawn, bytes):
        data = {"text/plain": text, "image/png": base64.b64encode(drawn).decode("ascii")}
        return Display(data, {"image/png": {"width": round(_png_width(drawn) / _SHARPNESS)}})
    return Display({"text/plain": text, "image/svg+xml": drawn})


def _as_widget(graph: Graph, targets: Sequence[str], cluster: str | None) -> dict[str, Any]:
    """Open a widget; return what displays it, where the front end has widgets."""
    from spry_jupyter.show.widget import graph_widget  # noqa: PLC0415 - imports anywidget

    opened = graph_widget(sketch(graph, targets), cluster or "")
    _widgets.append(opened)
    while len(_widgets) > _KEPT:
        _widgets.popleft().close()
    view = {"version_major": 2, "version_minor": 0, "model_id": opened.model_id}
    return {"application/vnd.jupyter.widget-view+json": view}


def _png_width(data: bytes) -> int:
    """Read the width, in pixels, from where every PNG has it."""
    return int.from_bytes(data[16:20], "big")


def as_html(what: Figure, text: str) -> str:
    """Return a figure as HTML that shows a picture whether or not the notebook is trusted.

    In a trusted one that is an inline SVG, with tooltips and nodes that the keyboard reaches. An
    untrusted one strips it with its style, and shows the picture as an image, which is hidden
    otherwise; the texts that are left of the SVG stay hidden.

    Args:
        what: The figure.
        text: The same as ASCII art, shown where nothing can lay it out.
    """
    svg = draw_figure(what, prefix=f"spry{next(_pictures)}-")
    alt = html.escape(f"{picture_label(what)}. {picture_text(what)}")
    lines = f"<pre>{html.escape(text)}</pre>"
    if svg is None:
        return f'<div class="spry-picture" role="figure" aria-label="{alt}">{lines}</div>'
    still = f'<div class="spry-still">{lines}</div>'
    if len(svg) <= _LARGEST_STILL:
        data = base64.b64encode(svg.encode()).decode("ascii")
        still = f'<img class="spry-still" alt="{alt}" src="data:image/svg+xml;base64,{data}">'
    wide, high = (float(svg.partition(f' {side}="')[2].partition('"')[0]) for side in _SIDES)
    within = "overflow:auto;max-height:90vh" if high > _HIGHEST else "overflow-x:auto"
    return (
        f'<div class="spry-picture" style="{within}"><style>{_STYLE}</style>'
        f'<div class="spry-live" hidden="hidden" style="min-width:{round(wide * _SMALLEST)}px">'
        f"{svg}</div>{still}</div>"
    )


def _as_text(what: Figure, width: int | None) -> str:
    labels = [_one_word(node) for node in what.nodes]
    edges = [(link.tail, link.head) for link in what.links]
    return draw(labels, edges, width=width)


def _one_word(node: Node) -> str:
    """Return a node's name as a drawing of text has it: without spaces."""
    if node.kind == STAGE:
        return f"{node.label}({node.notes[0]})".replace(" ", "-")
    return f"{node.names[0]}?" if node.kind == MISSING else node.names[0]
