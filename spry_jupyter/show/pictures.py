"""A graph in each of the formats there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.show.ascii import draw
from spry_jupyter.show.figure import figure
from spry_jupyter.show.sketch import sketch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.plan.graph import Graph

FORMATS = ("ascii", "dot", "mermaid", "json")


def picture(graph: Graph, targets: Sequence[str], form: str, *, width: int | None = None) -> str:
    """Return a graph, or what some targets need of it, in a format.

    Args:
        graph: It may have missing deps and cycles; they are marked.
        targets: Names and `@TAG`s; none is the whole graph.
        form: One of `FORMATS`.
        width: Columns there are; None is as many as it takes.

    Raises:
        GraphFaults: If a target is not there.
    """
    what = sketch(graph, targets)
    match form:
        case "dot":
            from spry_jupyter.show.dot import dot  # noqa: PLC0415 - imports graphviz

            return dot(figure(what))
        case "mermaid":
            from spry_jupyter.show.mermaid import mermaid  # noqa: PLC0415 - few calls need it

            return mermaid(figure(what))
        case "json":
            from spry_jupyter.show.graphjson import graph_json  # noqa: PLC0415 - likewise

            return graph_json(what.tasks, what.names, what.edges)
        case _:
            return draw(what.names, what.edges, width=width, missing=what.missing)


def draw_closure(closure: Closure, *, width: int | None = None) -> str:
    """Return what a run is about as ASCII art."""
    edges = [
        (k, i)
        for i, needs in enumerate(closure.needs)
        for k in (*needs, *(k for k in closure.after[i] if k not in needs))
    ]
    return draw([task.name for task in closure.tasks], edges, width=width)
