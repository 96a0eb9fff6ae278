"""A graph in each of the formats there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.errors import RequestError
from spry_jupyter.show.ascii import draw
from spry_jupyter.show.figure import figure
from spry_jupyter.show.sketch import closure_sketch, sketch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.plan.graph import Graph
    from spry_jupyter.show.figure import Figure

FORMATS = ("ascii", "dot", "svg", "png", "mermaid", "json")
INLINE, WIDGET = "inline", "widget"
DISPLAYED = (INLINE, WIDGET, "svg", "png", "ascii", "dot", "mermaid", "json")
CLUSTERS = ("heading", "tag")
_OF_SUFFIX = {"gv": "dot", "mmd": "mermaid", "dot": "dot", "svg": "svg", "png": "png"}
_OF_SUFFIX |= {"mermaid": "mermaid", "json": "json"}


def format_of(file: str | None) -> str:
    """Return the format that a file's ending asks for: `ascii` where it says nothing."""
    return _OF_SUFFIX.get((file or "").rpartition(".")[2].lower(), "ascii")


def picture(
    graph: Graph,
    targets: Sequence[str],
    form: str,
    *,
    width: int | None = None,
    cluster: str | None = None,
) -> str | bytes:
    """Return a graph, or what some targets need of it, in a format.

    Args:
        graph: It may have missing deps and cycles; they are marked.
        targets: Names and `@TAG`s; none is the whole graph.
        form: One of `FORMATS`.
        width: Columns there are for `ascii`; None is as many as it takes.
        cluster: One of `CLUSTERS`: the tasks of each are drawn together, but as `ascii` and `json`.

    Returns:
        A text without a newline at its end; for `png` the bytes of the file.

    Raises:
        GraphFaults: If a target is not there.
        RequestError: If there is nothing that can draw it.
    """
    what = sketch(graph, targets)
    if form == "ascii":
        return draw(what.names, what.edges, width=width, missing=what.missing)
    if form == "json":
        from spry_jupyter.show.graphjson import graph_json  # noqa: PLC0415 - few calls need it

        return graph_json(what.tasks, what.names, what.edges)
    drawn = _written(figure(what, cluster or ""), form)
    if drawn is None:
        raise RequestError(
            f"Nothing that is installed here can draw a graph as {form.upper()}",
            note="pip install graphviz-pure, or install Graphviz",
        )
    return drawn


def _written(what: Figure, form: str) -> str | bytes | None:
    """Write a figure down in a format; None where that takes an engine and there is none."""
    if form == "mermaid":
        from spry_jupyter.show.mermaid import mermaid  # noqa: PLC0415 - few calls need it

        return mermaid(what)
    from spry_jupyter.show.collapse import collapsed  # noqa: PLC0415 - likewise
    from spry_jupyter.show.dot import dot, dot_to_print  # noqa: PLC0415 - imports graphviz
    from spry_jupyter.show.layout import lay_out  # noqa: PLC0415 - likewise
    from spry_jupyter.show.svg import draw_figure  # noqa: PLC0415 - likewise

    match form:
        case "svg":
            return draw_figure(collapsed(what))
        case "png":
            return lay_out(dot_to_print(collapsed(what)), "png")
        case _:
            return dot(what)


def draw_closure(closure: Closure, *, width: int | None = None) -> str:
    """Return what a run is about as ASCII art."""
    what = closure_sketch(closure)
    return draw(what.names, what.edges, width=width)
