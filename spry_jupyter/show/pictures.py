"""A graph in each of the formats there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spry_jupyter.errors import GraphFaults
from spry_jupyter.plan.closure import select
from spry_jupyter.show.ascii import draw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.model import Task
    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.plan.graph import Graph

FORMATS = ("ascii", "dot", "mermaid", "json")


@dataclass(frozen=True, slots=True)
class Sketch:
    """What there is to draw.

    Attributes:
        tasks: Those that are defined, in definition order.
        names: Of the tasks, then of what is named and not defined.
        edges: (what ends first, what starts then), as positions in `names`.
    """

    tasks: tuple[Task, ...]
    names: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]

    @property
    def missing(self) -> range:
        """Positions of what is named and not defined."""
        return range(len(self.tasks), len(self.names))


def sketch(graph: Graph, targets: Sequence[str] = ()) -> Sketch:
    """Return what to draw of a graph: all of it, or the targets with all they need.

    Raises:
        GraphFaults: If a target is not there.
    """
    chosen = _reach(graph, targets) if targets else list(range(len(graph.tasks)))
    place = {old: new for new, old in enumerate(chosen)}
    edges = [(place[k], place[i]) for i in chosen for k in graph.before(i) if k in place]
    tasks = tuple(graph.tasks[i] for i in chosen)
    names = [task.name for task in tasks]
    absent: dict[str, int] = {}
    for i, name in graph.missing:
        if i in place:
            at = absent.setdefault(name, len(names) + len(absent))
            is_dep = name in graph.tasks[i].deps
            edges.append((at, place[i]) if is_dep else (place[i], at))
    return Sketch(tasks, (*names, *absent), tuple(edges))


def _reach(graph: Graph, targets: Sequence[str]) -> list[int]:
    asked, faults = select(graph, targets)
    if faults:
        raise GraphFaults(faults)
    seen = set(asked)
    stack = list(asked)
    while stack:
        i = stack.pop()
        finalizers = [graph.index[n] for n in graph.tasks[i].finalizers if n in graph.index]
        for k in (*graph.needs[i], *finalizers):
            if k not in seen:
                seen.add(k)
                stack.append(k)
    return sorted(seen)


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

            return dot(what.tasks, what.names, what.edges)
        case "mermaid":
            from spry_jupyter.show.mermaid import mermaid  # noqa: PLC0415 - few calls need it

            return mermaid(what.tasks, what.names, what.edges)
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
