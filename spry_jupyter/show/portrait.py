"""The picture of a graph that a front end colours: the SVG, and which node of it is which task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.show.collapse import collapsed
from spry_jupyter.show.figure import figure
from spry_jupyter.show.svg import draw_figure

if TYPE_CHECKING:
    from spry_jupyter.show.sketch import Sketch

LARGEST = 300  # nodes, past which a page that recolours them is no longer fluid


def portrait(what: Sketch, *, cluster: str = "", prefix: str = "") -> dict[str, object]:
    """Draw a graph for a front end; where there are too many tasks, stages of them.

    Args:
        what: The graph.
        cluster: `heading` or `tag` to draw the tasks of each in a frame; empty is none.
        prefix: Of all ids, so that two pictures on one page do not clash.

    Returns:
        `svg`, and `nodes`: the id of each task's node by the task's position, a missing task's
        too. Of a graph that cannot be laid out, an empty `svg`.
    """
    drawn = collapsed(figure(what, cluster), largest=LARGEST)
    svg = draw_figure(drawn, prefix=prefix, live=True)
    home = {name: f"{prefix}n{i}" for i, node in enumerate(drawn.nodes) for name in node.names}
    return {"svg": svg or "", "nodes": [home[name] for name in what.names] if svg else []}
