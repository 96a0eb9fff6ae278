"""Where Graphviz put the parts of a graph, in pixels from the top left corner."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]
_EDGE_OF_PAGE = 10.0  # room for badges and borders


@dataclass(frozen=True, slots=True)
class Route:
    """The way of a link.

    Attributes:
        tail: The node that it comes from.
        head: The node that it leads to.
        curve: Points of a Bézier curve: a start, then three for each piece.
        tip: Where its arrow points.
        label: The middle of its label, if it has one.
    """

    tail: int
    head: int
    curve: tuple[Point, ...]
    tip: Point
    label: Point | None


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle by its top left corner, in which the nodes of a cluster are; its label's middle."""

    x: float
    y: float
    width: float
    height: float
    label: Point


@dataclass(frozen=True, slots=True)
class Places:
    """Where all is.

    Attributes:
        width: Of the page.
        height: Of the page.
        nodes: The middle of each, by its position in the figure.
        routes: In any order.
        frames: By the position of the cluster in the figure.
    """

    width: float
    height: float
    nodes: dict[int, Point]
    routes: tuple[Route, ...]
    frames: dict[int, Frame]


def read_places(layout: bytes) -> Places:
    """Read Graphviz's `json0` of a source that `show.dot` wrote."""
    drawn = json.loads(layout)
    _, low, right, top = (float(number) for number in drawn["bb"].split(","))

    def point(text: str) -> Point:
        x, y = text.split(",")
        return float(x) + _EDGE_OF_PAGE, top - float(y) + _EDGE_OF_PAGE

    objects = drawn.get("objects", [])
    by_id: dict[int, int] = {}
    nodes: dict[int, Point] = {}
    frames: dict[int, Frame] = {}
    for item in objects:
        if "bb" in item:
            frames[int(item["name"].removeprefix("cluster_"))] = _frame(item, point)
        else:
            by_id[item["_gvid"]] = int(item["name"][1:])
            nodes[by_id[item["_gvid"]]] = point(item["pos"])
    routes = tuple(_route(edge, by_id, point) for edge in drawn.get("edges", []))
    margin = 2 * _EDGE_OF_PAGE
    return Places(right + margin, top - low + margin, nodes, routes, frames)


def _frame(item: dict[str, Any], point: Any) -> Frame:
    left, bottom, right, top = item["bb"].split(",")
    x, y = point(f"{left},{top}")
    far, low = point(f"{right},{bottom}")
    return Frame(x, y, far - x, low - y, point(item["lp"]) if "lp" in item else (x, y))


def _route(edge: dict[str, Any], nodes: dict[int, int], point: Any) -> Route:
    """Read an edge: its `pos` is `e,X,Y` for the tip, then the points of the curve."""
    words = edge["pos"].partition(";")[0].split()
    curve = tuple(point(word) for word in words if word[0] not in "es")
    ends = [word for word in words if word[0] == "e"]
    tip = point(ends[0][2:]) if ends else curve[-1]
    label = point(edge["lp"]) if "lp" in edge else None
    return Route(nodes[edge["tail"]], nodes[edge["head"]], curve, tip, label)
