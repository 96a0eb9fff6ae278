"""A graph drawn from left to right in layers. The rules of its lines are those of `ascii`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spry_jupyter.show.canvas import Canvas, cells
from spry_jupyter.show.layers import weave
from spry_jupyter.show.nets import one_way
from spry_jupyter.show.order import arrange
from spry_jupyter.show.routes import route
from spry_jupyter.show.rows import settle
from spry_jupyter.show.strokes import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.show.cycles import Edge
    from spry_jupyter.show.layers import Weave
    from spry_jupyter.show.strokes import Route

ARROW = 5  # cells from a riser to the name on its right: `├──→ name`


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """All that is decided of a drawing but its columns.

    Attributes:
        names: What stands for each task.
        woven: Its layers.
        rows: The row of each vertex.
        routes: The lines after each layer but the last.
        height: All rows, in order.
    """

    names: Sequence[str]
    woven: Weave
    rows: Sequence[int]
    routes: Sequence[Route]
    height: Sequence[float]


def layered(names: Sequence[str], edges: Sequence[Edge], width: int | None = None) -> list[str]:
    """Draw a connected acyclic graph, in at most `width` cells if that can be done.

    Args:
        names: One of each task, without spaces.
        edges: (dep, dependent).
        width: In cells; None is no limit.

    Returns:
        The lines, without spaces at their ends.
    """
    plan = _plan(names, edges)
    lines = _draw(plan, tight=False)
    if width is not None and max(map(cells, lines)) > width:
        lines = _draw(plan, tight=True)
    return lines


def _plan(names: Sequence[str], edges: Sequence[Edge]) -> _Plan:
    woven = weave(len(names), edges)
    arrows = one_way(woven, edges)
    layers = arrange(woven)
    rows = settle(woven, layers, arrows)
    height = Rows(1 + max(rows))
    layer_of = {v: number for number, layer in enumerate(layers) for v in layer}
    channels: list[list[Edge]] = [[] for _ in layers[1:]]
    for link in woven.links:
        channels[layer_of[link[0]]].append(link)
    routes = [route(links, rows, arrows, height) for links in channels]
    return _Plan(names=names, woven=woven, rows=rows, routes=routes, height=height.known)


def _draw(plan: _Plan, *, tight: bool) -> list[str]:
    canvas = Canvas()
    at = {row: number for number, row in enumerate(plan.height)}
    start = 0
    for number, layer in enumerate(plan.woven.layers):
        tasks = [v for v in layer if v < plan.woven.tasks]
        for task in tasks:
            canvas.write(at[plan.rows[task]], start, plan.names[task])
        if number == len(plan.routes):
            break
        wide = max(cells(plan.names[task]) for task in tasks)
        borders = {plan.rows[t]: start + cells(plan.names[t]) + 1 for t in tasks}
        borders |= {plan.rows[v]: start for v in layer if v >= plan.woven.tasks}
        channel = plan.routes[number]
        first = start + wide + 1 + (1 if tight else _lead(plan, layer, wide))
        start = first + channel.width - 1 + ARROW if channel.width else start + wide + ARROW
        arrivals = {plan.rows[v]: v < plan.woven.tasks for v in plan.woven.layers[number + 1]}
        _lines(canvas, channel, at, (first, borders), (start, arrivals))
    return canvas.lines()


def _lead(plan: _Plan, layer: Sequence[int], wide: int) -> int:
    """Choose how many dashes the widest name has before the first riser, as is usual by hand."""
    here = set(layer)
    links = [link for link in plan.woven.links if link[0] in here]
    forks = len({source for source, _ in links}) < len(links)
    joins = len({sink for _, sink in links}) < len(links)
    if forks and joins:
        return 1
    return 2 if forks else max(1, min(5, 14 - wide))


def _lines(
    canvas: Canvas,
    channel: Route,
    at: dict[float, int],
    left: tuple[int, dict[int, int]],
    right: tuple[int, dict[int, bool]],
) -> None:
    """Put the lines of a channel on the canvas.

    Args:
        canvas: Takes them.
        channel: The lines.
        at: The line of the text for each row.
        left: The column of the first riser, and of the border on the left by row.
        right: The column of the next layer, and by row whether a task stands there.
    """
    first, borders = left
    end, arrivals = right
    for level in channel.levels:
        row = at[level.row]
        start = borders[int(level.row)] if level.start is None else first + level.start
        if level.end is not None:
            canvas.level(row, start, first + level.end, level.net)
        elif arrivals[int(level.row)]:
            canvas.level(row, start, end - 2, level.net)
            canvas.write(row, end - 2, "→")
        else:
            canvas.level(row, start, end, level.net)
    for upright in channel.uprights:
        canvas.upright(first + upright.column, at[upright.top], at[upright.bottom], upright.net)
    for head in channel.heads:
        canvas.write(at[head.row], first + head.column, head.glyph)
