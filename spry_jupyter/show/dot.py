"""A graph in the language of Graphviz."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import graphviz

from spry_jupyter.show.cycles import looped
from spry_jupyter.show.harmless import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.model import Task
    from spry_jupyter.show.cycles import Edge

# Colours have six digits: some readers of DOT know neither names nor the short form.
NODE = {"shape": "box", "style": "rounded,filled", "fontname": "sans-serif"}
NODE |= {"color": "#5b6770", "fillcolor": "#f4f6f8", "fontcolor": "#1f2328"}
EDGE = {"color": "#5b6770"}
MISSING = {"style": "rounded,dashed", "color": "#b00020", "fontcolor": "#b00020"}
LOOPED = {"color": "#b00020", "fontcolor": "#b00020", "fontname": "sans-serif"}
LOOPED |= {"label": "cycle", "penwidth": "2"}

_ENTITY = re.compile(r"&(?=#?\w+;)")  # Graphviz would show the character that it stands for


def dot(tasks: Sequence[Task], names: Sequence[str], edges: Sequence[Edge]) -> str:
    """Write a graph as DOT, from left to right.

    Nodes are called `n0`, `n1`, …; what the user wrote stands in labels and tooltips alone. Tasks
    that are not defined are dashed and have a `?`; the edges of cycles are red and say so.

    Args:
        tasks: Those that are defined.
        names: Of the tasks, then of those that are not defined.
        edges: (dep, dependent), as places in `names`.

    Returns:
        The source, without a newline at its end.
    """
    graph = graphviz.Digraph(graph_attr={"rankdir": "LR"}, node_attr=NODE, edge_attr=EDGE)
    for i, name in enumerate(names):
        if i >= len(tasks):
            graph.node(f"n{i}", _text(f"{name}?"), tooltip="not defined", **MISSING)
        elif tasks[i].descr:
            graph.node(f"n{i}", _text(name), tooltip=_tip(tasks[i].descr))
        else:
            graph.node(f"n{i}", _text(name))
    unique = list(dict.fromkeys(edges))
    marked = looped(len(names), unique)
    for edge in unique:
        graph.edge(f"n{edge[0]}", f"n{edge[1]}", **(LOOPED if edge in marked else {}))
    return str(graph.source).rstrip("\n")


def _text(text: str) -> str:
    """Write a label so that Graphviz shows it as it is, be it HTML, escapes or entities.

    What comes back has a type of its own, by which the package tells it from HTML: keep that.
    """
    safe: str = graphviz.escape(_ENTITY.sub("&amp;", one_line(text)))
    return safe


def _tip(text: str) -> str:
    """Write a tooltip likewise: Graphviz undoes the escapes of tooltips twice."""
    return _text(text.replace("\\", r"\\"))
