"""A figure in the language of Graphviz."""

from __future__ import annotations

import html
import itertools
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import graphviz

from spry_jupyter.show import palette
from spry_jupyter.show.figure import GROUP, MISSING, STAGE
from spry_jupyter.show.parts import connected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.show.figure import Figure, Node

Look = Mapping[str, str]  # attributes of Graphviz

# Colours have six digits: some readers of DOT know neither names nor the short form.
GRAPH: Look = {
    "rankdir": "LR",
    "ranksep": "0.36",
    "nodesep": "0.22",
    "fontname": "Helvetica",
    "fontsize": "12",
    "color": palette.LINE,
}
NODE: Look = {
    "shape": "box",
    "style": "rounded,filled",
    "fontname": "Helvetica",
    "color": palette.LINE,
    "fillcolor": palette.TINT,
    "fontcolor": palette.TEXT,
}
EDGE: Look = {"color": palette.LINE, "arrowsize": "0.8"}
AFTER: Look = {"style": "dashed"}
LOOPED: Look = {
    "color": palette.LOOPED,
    "fontcolor": palette.LOOPED,
    "fontname": "Helvetica",
    "label": "cycle",
    "penwidth": "2",
    "fontsize": "11",
}
WIDER: Look = {**LOOPED, "fontsize": "16"}  # there will be a box around the word
EMPTY: Look = {"shape": "box", "label": "", "fixedsize": "true"}
PRINTED: Look = {"dpi": "144", "pad": "0.12"}  # for a picture of pixels: sharp on most screens
NOTHING: Look = {}
KINDS: Mapping[str, Look] = {
    MISSING: {
        "style": "rounded,filled,dashed",
        "color": palette.ABSENT,
        "fillcolor": palette.ABSENT_TINT,
    },
    GROUP: {"shape": "oval"},
    STAGE: {"peripheries": "2"},
}

_ENTITY = re.compile(r"&(?=#?\w+;)")  # Graphviz would show the character that it stands for
_POINTS = 72  # to an inch
_FEW, _MANY, _TANGLED = 150, 1300, 700  # links
_SPARSE = 1.3  # links to a node
_LONGEST_ROW = 8  # of nodes that have no links


def dot(what: Figure) -> str:
    """Write a figure as DOT, from left to right.

    Nodes are called `n0`, `n1`, …; what the user wrote stands in labels and tooltips alone. Tasks
    that are not defined are dashed and have a `?`; the edges of cycles are red and say so.

    Returns:
        The source, without a newline at its end.
    """
    return _source(what, [_look(node) for node in what.nodes])


def dot_to_print(what: Figure) -> str:
    """Write a figure likewise, for a picture of pixels: sharp, and with small notes."""
    nodes = [_look(node) | {"label": _rich(node)} for node in what.nodes]
    return _source(what, nodes, page=PRINTED, rows=_rows(what))


def dot_to_place(what: Figure, sizes: Sequence[tuple[float, float]]) -> str:
    """Write a figure likewise, for a layout that somebody else draws.

    Args:
        what: The figure.
        sizes: Width and height of each node in points; there are no labels in them.

    Returns:
        The source. It may have edges that the figure has not, which are not to be seen.
    """
    nodes = [
        {"width": f"{width / _POINTS:.4f}", "height": f"{height / _POINTS:.4f}"}
        for width, height in sizes
    ]
    return _source(what, nodes, boxes=EMPTY, looped=WIDER, rows=_rows(what))


def _source(
    what: Figure,
    nodes: Sequence[Look],
    *,
    page: Look = NOTHING,
    boxes: Look = NODE,
    looped: Look = LOOPED,
    rows: Sequence[Sequence[int]] | None = None,
) -> str:
    whole = {**GRAPH, **_effort(what), **page}
    graph = graphviz.Digraph(graph_attr=whole, node_attr=boxes, edge_attr=EDGE)
    # What is told first comes lowest: rows and parts from below, each in the order of its reading.
    parts = [] if rows is None else [*reversed(rows), *reversed(_parts(what))]
    for i in dict.fromkeys([*itertools.chain.from_iterable(parts), *range(len(nodes))]):
        graph.node(f"n{i}", **nodes[i])
    for number, cluster in enumerate(what.clusters):
        with graph.subgraph(name=f"cluster_{number}") as inner:
            inner.attr(label=_text(cluster.label), style="rounded")
            for i in cluster.members:
                inner.node(f"n{i}")
    for link in what.links:
        stroke = {**(AFTER if link.after else {}), **(looped if link.looped else {})}
        graph.edge(f"n{link.tail}", f"n{link.head}", **stroke)
    for left, right in itertools.chain.from_iterable(map(itertools.pairwise, rows or ())):
        graph.edge(f"n{left}", f"n{right}", style="invis")
    return str(graph.source).rstrip("\n")


def _rows(what: Figure) -> list[list[int]]:
    """Return the nodes without links in rows; else they would be one high column."""
    linked = {end for link in what.links for end in (link.tail, link.head)}
    linked.update(i for cluster in what.clusters for i in cluster.members)
    alone = [i for i in range(len(what.nodes)) if i not in linked]
    length = min(max(1, math.isqrt(len(alone))), _LONGEST_ROW)
    return [alone[at : at + length] for at in range(0, len(alone), length)]


def _parts(what: Figure) -> list[list[int]]:
    """Return the nodes by the parts that neither a link nor a frame leads out of."""
    groups = [(link.tail, link.head) for link in what.links]
    return connected(len(what.nodes), [*groups, *(cluster.members for cluster in what.clusters)])


def is_dense(what: Figure) -> bool:
    """Whether a figure is a tangle however long one looks for the best layout, which can be long."""
    links = len(what.links)
    return links > _MANY or (links > _FEW and links > _SPARSE * len(what.nodes))


def _effort(what: Figure) -> dict[str, str]:
    """Say how hard to look for the best layout."""
    if not is_dense(what):
        return {}
    effort = {"nslimit": "0.1", "nslimit1": "0.1", "mclimit": "0.01"}
    return effort | ({"splines": "line"} if len(what.links) > _TANGLED else {})


def _look(node: Node) -> dict[str, str]:
    label = _text(node.label)
    if node.notes:
        label = graphviz.nohtml(rf"{label}\n{_text(' · '.join(node.notes))}")
    tip = "not defined" if node.kind == MISSING else node.descr
    return {"label": label, **({"tooltip": _tip(tip)} if tip else {}), **KINDS.get(node.kind, {})}


def _rich(node: Node) -> str:
    """Write a label in Graphviz's HTML, which knows nothing of what it does not list."""
    notes = ("not defined",) if node.kind == MISSING else node.notes
    label, small = _markup(node.label), _markup(" · ".join(notes))
    if not small:
        return f"<{label}>"
    line = '<BR ALIGN="CENTER"/>'  # also behind the last, or engines differ on where that goes
    font = f'<FONT POINT-SIZE="10.5" COLOR="{palette.SOFT}">{small}</FONT>'
    return f"<{label}{line}{font}{line}>"


def _markup(text: str) -> str:
    # A backslash with a letter behind it means something there too, unless it is a text of its own.
    return html.escape(text).replace("\\", "<FONT>\\</FONT>")


def _text(text: str) -> str:
    """Write a label so that Graphviz shows it as it is, be it HTML, escapes or entities.

    What comes back has a type of its own, by which the package tells it from HTML: keep that.
    """
    safe: str = graphviz.escape(_ENTITY.sub("&amp;", text))
    return safe


def _tip(text: str) -> str:
    """Write a tooltip likewise: Graphviz undoes the escapes of tooltips twice."""
    return _text(text.replace("\\", r"\\"))
