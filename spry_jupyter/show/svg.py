"""A graph as SVG: Graphviz says where things are, all else is drawn here.

What a picture is made of, with `P` for the prefix of its ids:

    <svg id="Pgraph" class="spry-graph" role="graphics-document document" aria-label="Graph of …">
      <desc>, <style>
      <g class="cluster spry-cluster">…                         one for each cluster
      <g id="Pn3-n17" class="edge spry-edge from-n3 to-n17">    one for each edge; also spry-looped,
        <path class="spry-line"/><path class="spry-head"/>      spry-after and spry-implied
      <g id="Pn17" class="node spry-node spry-task spry-failed" tabindex="0" role="…" aria-label="…"
         data-label="NAME, what it needs, …" data-state="failed">
        <title>                                                 what is shown on hover
        <rect class="spry-box"/>
        <text class="spry-name">, <text class="spry-notes">…
        <g class="spry-badge"><circle/><text class="spry-symbol">✗</text></g>     with a state, or live

An edge is `spry-implied` in a tangle, where other edges say the same: it is drawn faint and straight.

A node is `spry-task`, `spry-group`, `spry-missing` or `spry-stage`. To show another state, exchange
the class after a state's name (see `palette.LOOKS`), put its symbol into `spry-symbol`, and set
`aria-label` to `data-label`, a comma and the state; the style of the picture does the rest.

Whatever users wrote is text or the value of an attribute, escaped. There is no script, no link and
nothing outside that the picture refers to, so it also works as an `<img>`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from spry_jupyter.show.boxes import box
from spry_jupyter.show.collapse import collapsed
from spry_jupyter.show.figure import GROUP, MISSING, STAGE, Figure, figure
from spry_jupyter.show.fonts import width
from spry_jupyter.show.geometry import Route, read_places
from spry_jupyter.show.layout import lay_out
from spry_jupyter.show.palette import LOOKS, style
from spry_jupyter.show.sketch import sketch
from spry_jupyter.show.spoken import node_label, node_tip, picture_label, picture_text
from spry_jupyter.show.steps import implied

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spry_jupyter.plan.graph import Graph
    from spry_jupyter.show.boxes import Box, Words
    from spry_jupyter.show.figure import Link, Node
    from spry_jupyter.show.geometry import Frame, Places, Point


def figure_of(graph: Graph, targets: Sequence[str] = (), cluster: str = "") -> Figure:
    """Return what a picture of a graph shows: its tasks, or stages where they are too many.

    Raises:
        GraphFaults: If a target is not there.
    """
    what = sketch(graph, targets)
    return collapsed(figure(what, cluster))


def draw_figure(
    what: Figure,
    *,
    marks: Mapping[str, str] | None = None,
    prefix: str = "",
    live: bool = False,
) -> str | None:
    """Draw a figure.

    Args:
        what: The figure.
        marks: A state of `palette.LOOKS` by the name of a task; who has none is drawn neutral.
        prefix: Of all ids, so that two pictures on one page do not clash.
        live: Its nodes are to change their state: it has the style of every state, and a badge in
            every node.

    Returns:
        A whole SVG without prolog, see the top of this module; None where nothing can lay it out.
    """
    from spry_jupyter.show.dot import dot_to_place, is_dense  # noqa: PLC0415 - imports graphviz

    plain = _without_implied(what) if is_dense(what) else what
    laid_out = frozenset(plain.links)
    boxes = [box(node) for node in what.nodes]
    layout = lay_out(dot_to_place(plain, [(each.width, each.height) for each in boxes]), "json0")
    if layout is None:
        return None
    places = read_places(layout)
    links = {(link.tail, link.head): link for link in what.links}
    states = [_state(node, marks or {}) for node in what.nodes]
    css = style() if live else style(set(states))
    parts = [_opening(what, places, prefix), f"<style>{css}</style>"]
    parts += [_frame(places.frames[i], c.label) for i, c in enumerate(what.clusters)]
    parts += [
        _edge(_straight(link, boxes, places.nodes), link, prefix, " spry-implied")
        for link in what.links
        if link not in laid_out
    ]
    parts += [
        _edge(route, links[route.tail, route.head], prefix)
        for route in places.routes
        if (route.tail, route.head) in links
    ]
    parts += [
        _node(f"{prefix}n{i}", node, boxes[i], places.nodes[i], states[i], badge=live)
        for i, node in enumerate(what.nodes)
    ]
    return "\n".join([*parts, "</svg>"])


def _without_implied(what: Figure) -> Figure:
    """Take out the links that others imply: so much less to lay out, and to look at."""
    if any(link.looped for link in what.links):
        return what
    taken = implied(len(what.nodes), [(link.tail, link.head) for link in what.links])
    left = tuple(link for link in what.links if (link.tail, link.head) not in taken)
    return replace(what, links=left)


def _straight(link: Link, boxes: Sequence[Box], nodes: Mapping[int, Point]) -> Route:
    (x, y), (far, low) = nodes[link.tail], nodes[link.head]
    x, far = x + boxes[link.tail].width / 2, far - boxes[link.head].width / 2
    length = max(1.0, math.hypot(far - x, low - y))
    end = (far - 9 * (far - x) / length, low - 9 * (low - y) / length)
    return Route(link.tail, link.head, ((x, y), (x, y), end, end), (far, low), None)


def _state(node: Node, marks: Mapping[str, str]) -> str:
    """Return the state to show: of a stage, that which matters most."""
    states = {marks[name] for name in node.names if name in marks}
    return min(states, key=_MATTERS.index) if states else ""


_MATTERS = ["asking", "failed", "retrying", "running", "cancelled", "skipped", "waiting"]
_MATTERS += ["succeeded", "up-to-date"]


def _opening(what: Figure, places: Places, prefix: str) -> str:
    w, h = _number(places.width), _number(places.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{prefix}graph" class="spry-graph" '
        f'width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="graphics-document document" '
        f'aria-label="{escape(picture_label(what))}">\n'
        f"<desc>{escape(picture_text(what))}</desc>"
    )


def _frame(frame: Frame, label: str) -> str:
    wide = width(label, 12) * 1.08  # it is bold
    x, y = frame.label
    return (
        f'<g class="cluster spry-cluster" role="group" aria-label="{escape(label)}">'
        f'<rect x="{_number(frame.x)}" y="{_number(frame.y)}" width="{_number(frame.width)}" '
        f'height="{_number(frame.height)}" rx="8"/>'
        f'<rect class="spry-tab" x="{_number(x - wide / 2 - 7)}" y="{_number(y - 10)}" '
        f'width="{_number(wide + 14)}" height="19" rx="6"/>'
        f'<text x="{_number(x)}" y="{_number(y + 4)}" textLength="{_number(wide)}" '
        f'lengthAdjust="spacingAndGlyphs">{escape(label)}</text></g>'
    )


def _edge(route: Route, link: Link, prefix: str, also: str = "") -> str:
    (x, y), *rest = route.curve
    curve = f"M{_number(x)},{_number(y)}C" + " ".join(
        f"{_number(px)},{_number(py)}" for px, py in rest
    )
    also += (" spry-looped" if link.looped else "") + (" spry-after" if link.after else "")
    return (
        f'<g id="{prefix}n{link.tail}-n{link.head}" '
        f'class="edge spry-edge{also} from-n{link.tail} to-n{link.head}" aria-hidden="true">'
        f'<path class="spry-line" d="{curve}"/>'
        f'<path class="spry-head" d="{_arrow(route.curve[-1], route.tip)}"/>'
        f"{_looped(route.label) if link.looped and route.label else ''}</g>"
    )


def _arrow(back: Point, tip: Point) -> str:
    dx, dy = (tip[0] - back[0]) * 0.42, (tip[1] - back[1]) * 0.42
    ends = ((back[0] - dy, back[1] + dx), (back[0] + dy, back[1] - dx), tip)
    return "M" + "L".join(f"{_number(x)},{_number(y)}" for x, y in ends) + "Z"


def _looped(at: Point) -> str:
    x, y = _number(at[0]), at[1]
    return (
        f'<g class="spry-label"><rect x="{_number(at[0] - 18)}" y="{_number(y - 8)}" width="36" '
        f'height="16" rx="5"/><text x="{x}" y="{_number(y + 3.5)}">cycle</text></g>'
    )


def _node(name: str, node: Node, box: Box, middle: Point, state: str, *, badge: bool) -> str:
    left, top = middle[0] - box.width / 2, middle[1] - box.height / 2
    label = escape(node_label(node))
    said = f"{label}, {state.replace('-', ' ')}" if state else label
    classes = f"node spry-node spry-{node.kind}" + (f" spry-{state}" if state else "")
    texts = [_words("spry-name", box.name, middle[0], top)]
    texts += [_words("spry-notes", line, middle[0], top) for line in box.notes]
    return (
        f'<g id="{name}" class="{classes}" tabindex="0" role="graphics-symbol img" '
        f'aria-label="{said}" data-label="{label}" data-state="{state}">'
        f"<title>{escape(node_tip(node))}</title>{_shape(node, box, left, top)}{''.join(texts)}"
        f"{_badge(state, left + box.width - 2, top + 2) if badge or state else ''}</g>"
    )


def _badge(state: str, x: float, y: float) -> str:
    return (
        f'<g class="spry-badge"><circle cx="{_number(x)}" cy="{_number(y)}" r="8.5"/>'
        f'<text class="spry-symbol" x="{_number(x)}" y="{_number(y + 4)}">'
        f"{LOOKS[state].symbol if state else ''}</text></g>"
    )


def _shape(node: Node, box: Box, left: float, top: float) -> str:
    radius = _number(box.height / 2) if node.kind == GROUP else "2" if node.kind == MISSING else "7"
    size = f'width="{_number(box.width)}" height="{_number(box.height)}" rx="{radius}"'
    whole = f'<rect class="spry-box" x="{_number(left)}" y="{_number(top)}" {size}/>'
    if node.kind != STAGE:
        return whole
    under = f'<rect class="spry-under" x="{_number(left + 5)}" y="{_number(top + 5)}" {size}/>'
    return under + whole


def _words(kind: str, words: Words, x: float, top: float) -> str:
    return (
        f'<text class="{kind}" x="{_number(x)}" y="{_number(top + words.y)}" '
        f'textLength="{_number(words.width)}" lengthAdjust="spacingAndGlyphs">'
        f"{escape(words.text)}</text>"
    )


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
