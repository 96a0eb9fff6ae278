"""A graph as text. Every drawing says exactly what the graph is.

In layers, from left to right, for graphs that are small enough:

                   ┌──→ compile-ts ───┬──→ run-tests ─────┐
    install-deps ──┤                  ↓                   ├──→ deploy
                   └──→ compile-sass ─┴──→ build-bundle ──┘

- A line that begins right of a name comes from that task (`name ──`); one that ends in `──→ name`
  leads to that task.
- An arm of a character meets the opposite arm of its neighbour. All lines that meet are one net,
  whatever the direction, and a net leads from each of its tasks on the left to each on the right.
- An arrow head that points at a line, not at a name, is one-way: what its own line carries flows
  into the other, and nothing flows back. So `compile-ts` above leads to both tasks on its right,
  and `compile-sass` to `build-bundle` alone.
- Where lines cross, the upright one goes through and the level one is interrupted and goes on
  behind it: `──│──`. `┼` is never a crossing.

Larger graphs have one line a task, see `lanes`. A task that is not defined is drawn as `name?`. An
edge that closes a cycle is left out, and the cycle written below, each task before what it needs:
`cycle: a → b → a`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.show.canvas import cells
from spry_jupyter.show.cycles import cut
from spry_jupyter.show.lanes import lanes
from spry_jupyter.show.layered import layered
from spry_jupyter.show.parts import connected

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from spry_jupyter.show.cycles import Edge

LARGEST = 60  # tasks in a drawing in layers
THICKEST = 240  # edges in one


def draw(
    names: Sequence[str],
    edges: Sequence[Edge],
    *,
    width: int | None = None,
    missing: Collection[int] = (),
) -> str:
    """Draw a graph that may have cycles and tasks that are not defined.

    Args:
        names: One of each task, in the order of definition; without spaces.
        edges: (dep, dependent), as places in `names`.
        width: How many cells a line may have; None is no limit. Where even one line a task does
            not fit, lines are as long as they have to be.
        missing: The places of the tasks that are not defined.

    Returns:
        The lines, without spaces at their ends and without a newline at the end.
    """
    graph = cut(len(names), edges)
    labels = [f"{name}?" if i in missing else name for i, name in enumerate(names)]
    lines = _acyclic(labels, graph.edges, width) if labels else []
    if graph.cycles:
        lines.append("")
    lines += [f"cycle: {' → '.join(names[task] for task in cycle)}" for cycle in graph.cycles]
    if graph.more:
        lines.append("… and more cycles")
    return "\n".join(lines)


def _acyclic(labels: Sequence[str], edges: Sequence[Edge], width: int | None) -> list[str]:
    if len(labels) <= LARGEST and len(edges) <= THICKEST:
        lines = _stacked(labels, edges, width)
        if width is None or max(map(cells, lines)) <= width:
            return lines
    return lanes(labels, edges, width)


def _stacked(labels: Sequence[str], edges: Sequence[Edge], width: int | None) -> list[str]:
    """Draw the parts that are not connected below each other."""
    lines: list[str] = []
    height = 1
    for part in connected(len(labels), edges):
        place = {task: i for i, task in enumerate(part)}
        inner = [(place[dep], place[task]) for dep, task in edges if dep in place]
        block = layered([labels[task] for task in part], inner, width)
        if lines and max(height, len(block)) > 1:
            lines.append("")
        lines += block
        height = len(block)
    return lines
