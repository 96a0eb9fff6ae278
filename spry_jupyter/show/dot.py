"""A figure in the language of Graphviz."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import graphviz

from spry_jupyter.show import palette
from spry_jupyter.show.figure import GROUP, MISSING, STAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.show.figure import Figure, Link, Node

# Colours have six digits: some readers of DOT know neither names nor the short form.
GRAPH = {"rankdir": "LR", "fontname": "sans-serif", "fontsize": "12", "color": palette.LINE}
GRAPH |= {"ranksep": "0.45", "nodesep": "0.22"}
NODE = {"shape": "box", "style": "rounded,filled", "fontname": "sans-serif"}
NODE |= {"color": palette.LINE, "fillcolor": palette.TINT, "fontcolor": palette.TEXT}
EDGE = {"color": palette.LINE, "arrowsize": "0.8"}
ABSENT = {"style": "rounded,filled,dashed", "color": palette.ABSENT, "fillcolor": "#fff6ef"}
LOOPED = {"color": palette.LOOPED, "fontcolor": palette.LOOPED, "fontname": "sans-serif"}
LOOPED |= {"label": "cycle", "penwidth": "2", "fontsize": "11"}
AFTER = {"style": "dashed"}
KINDS = {MISSING: ABSENT, GROUP: {"shape": "oval"}, STAGE: {"peripheries": "2"}}

_ENTITY = re.compile(r"&(?=#?\w+;)")  # Graphviz would show the character that it stands for
_POINTS = 72  # to an inch
_FEW, _MANY = 150, 1200  # links


def dot(what: Figure, sizes: Sequence[tuple[float, float]] | None = None) -> str:
    """Write a figure as DOT, from left to right.

    Nodes are called `n0`, `n1`, …; what the user wrote stands in labels and tooltips alone. Tasks
    that are not defined are dashed and have a `?`; the edges of cycles are red and say so.

    Args:
        what: The figure.
        sizes: Width and height of each node in points, for a layout that somebody else draws:
            there are no labels then but those of edges. None lets Graphviz find them.

    Returns:
        The source, without a newline at its end.
    """
    page = GRAPH | _effort(len(what.links))
    graph = graphviz.Digraph(graph_attr=page, node_attr=NODE, edge_attr=EDGE)
    for i, node in enumerate(what.nodes):
        graph.node(f"n{i}", **(_look(node) if sizes is None else _room(*sizes[i])))
    for number, cluster in enumerate(what.clusters):
        with graph.subgraph(name=f"cluster_{number}") as inner:
            inner.attr(label=_text(cluster.label), style="rounded")
            for i in cluster.members:
                inner.node(f"n{i}")
    for link in what.links:
        graph.edge(f"n{link.tail}", f"n{link.head}", **_stroke(link))
    return str(graph.source).rstrip("\n")


def _effort(links: int) -> dict[str, str]:
    """Say how hard to look for the best layout, which takes minutes where much is connected."""
    if links <= _FEW:
        return {}
    if links <= _MANY:
        return {"nslimit": "1", "nslimit1": "1", "mclimit": "0.3"}
    return {"nslimit": "0.1", "nslimit1": "0.1", "mclimit": "0.01", "splines": "line"}


def _look(node: Node) -> dict[str, str]:
    label = _text(node.label)
    if node.notes:
        label = graphviz.nohtml(rf"{label}\n{_text(' · '.join(node.notes))}")
    tip = "not defined" if node.kind == MISSING else node.descr
    return {"label": label, **({"tooltip": _tip(tip)} if tip else {}), **KINDS.get(node.kind, {})}


def _room(width: float, height: float) -> dict[str, str]:
    return {
        "label": "",
        "fixedsize": "true",
        "width": f"{width / _POINTS:.4f}",
        "height": f"{height / _POINTS:.4f}",
    }


def _stroke(link: Link) -> dict[str, str]:
    return (AFTER if link.after else {}) | (LOOPED if link.looped else {})


def _text(text: str) -> str:
    """Write a label so that Graphviz shows it as it is, be it HTML, escapes or entities.

    What comes back has a type of its own, by which the package tells it from HTML: keep that.
    """
    safe: str = graphviz.escape(_ENTITY.sub("&amp;", text))
    return safe


def _tip(text: str) -> str:
    """Write a tooltip likewise: Graphviz undoes the escapes of tooltips twice."""
    return _text(text.replace("\\", r"\\"))
