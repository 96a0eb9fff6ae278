"""What of a graph is drawn: all of it, or some targets with all they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spry_jupyter.errors import GraphFaults
from spry_jupyter.plan.closure import select
from spry_jupyter.plan.graph import reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.model import Task
    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.plan.graph import Graph
    from spry_jupyter.show.cycles import Edge


@dataclass(frozen=True, slots=True)
class Sketch:
    """What there is to draw.

    Attributes:
        tasks: Those that are defined, in definition order.
        names: Of the tasks, then of what is named and not defined.
        edges: (what ends first, what starts then), as positions in `names`.
        after: Those of the edges that are there for `--finally` alone.
    """

    tasks: tuple[Task, ...]
    names: tuple[str, ...]
    edges: tuple[Edge, ...]
    after: frozenset[Edge] = frozenset()

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
    after = {
        (place[k], place[i])
        for i in chosen
        for k in graph.after[i]
        if k in place and k not in graph.needs[i]
    }
    tasks = tuple(graph.tasks[i] for i in chosen)
    names = [task.name for task in tasks]
    absent: dict[str, int] = {}
    for i, name in graph.missing:
        if i in place:
            at = absent.setdefault(name, len(names) + len(absent))
            if name in graph.tasks[i].deps:
                edges.append((at, place[i]))
            else:
                edges.append((place[i], at))
                after.add((place[i], at))
    return Sketch(tasks, (*names, *absent), tuple(edges), frozenset(after))


def closure_sketch(closure: Closure) -> Sketch:
    """Return what to draw of what a run is about: its tasks, and what they waited for."""
    edges, after = [], set()
    for i, needs in enumerate(closure.needs):
        only_after = [k for k in closure.after[i] if k not in needs]
        edges += [(k, i) for k in (*needs, *only_after)]
        after |= {(k, i) for k in only_after}
    names = tuple(task.name for task in closure.tasks)
    return Sketch(closure.tasks, names, tuple(edges), frozenset(after))


def _reach(graph: Graph, targets: Sequence[str]) -> list[int]:
    asked, faults = select(graph, targets)
    if faults:
        raise GraphFaults(faults)

    def ways(i: int) -> tuple[int, ...]:
        finalizers = [graph.index[n] for n in graph.tasks[i].finalizers if n in graph.index]
        return (*graph.needs[i], *finalizers)

    return sorted(reach(asked, ways))
