"""Graphs that are too large to be seen, drawn as stages of many tasks each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.show.figure import MISSING, STAGE, Figure, Link, Node
from spry_jupyter.show.listing import counted
from spry_jupyter.show.steps import steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.show.cycles import Edge

LARGEST = 1500  # nodes of a picture that somebody can still read
THICKEST = 20_000  # links of it
MOST_STAGES = 24


def collapsed(what: Figure, *, largest: int = LARGEST) -> Figure:
    """Return a figure itself, or stages of its nodes if it has more than `largest`.

    The stages are its clusters and the nodes in none of them, or, if that is not few enough or
    there are none, steps: what needs nothing, what needs only that, and so on. Each says how many
    tasks it stands for. An arrow leads from a stage to another if a task of one leads to one of
    the other; between steps, which all follow each other, only from one to the next, and back where
    there is a cycle.
    """
    if len(what.nodes) <= largest and len(what.links) <= THICKEST:
        return what
    loose = len(what.nodes) - sum(len(cluster.members) for cluster in what.clusters)
    if what.clusters and len(what.clusters) + loose <= largest:
        return _by_cluster(what)
    return _by_step(what)


def _by_cluster(what: Figure) -> Figure:
    home = list(range(len(what.nodes)))
    for number, cluster in enumerate(what.clusters):
        for i in cluster.members:
            home[i] = -1 - number
    keys = dict.fromkeys(home)
    parts = [list(what.clusters[-1 - key].members) if key < 0 else [key] for key in keys]
    labels = [what.clusters[-1 - key].label if key < 0 else "" for key in keys]
    return _merged(what, parts, labels)


def _by_step(what: Figure) -> Figure:
    depth = steps(len(what.nodes), [(link.tail, link.head) for link in what.links])
    deepest = max(depth) + 1
    count = min(deepest, MOST_STAGES)
    parts: list[list[int]] = [[] for _ in range(count)]
    for i, step in enumerate(depth):
        parts[step * count // deepest].append(i)
    whole = _merged(what, parts, [f"stage {k + 1}" for k in range(count)])
    links = [link for link in whole.links if link.looped or link.head == link.tail + 1]
    return Figure(whole.nodes, tuple(links))


def _merged(what: Figure, parts: Sequence[Sequence[int]], labels: Sequence[str]) -> Figure:
    home = {i: number for number, part in enumerate(parts) for i in part}
    nodes = tuple(
        _stage([what.nodes[i] for i in part], label)
        for part, label in zip(parts, labels, strict=True)
    )
    links: dict[Edge, Link] = {}
    for link in what.links:
        ends = home[link.tail], home[link.head]
        if ends[0] != ends[1]:
            before = links.get(ends)
            links[ends] = Link(
                *ends,
                looped=link.looped or (before is not None and before.looped),
                after=link.after and (before is None or before.after),
            )
    return Figure(nodes, tuple(links.values()))


def _stage(nodes: Sequence[Node], label: str) -> Node:
    if not label:
        return nodes[0]
    names = tuple(name for node in nodes for name in node.names)
    missing = sum(node.kind == MISSING for node in nodes)
    notes = [counted(len(names) - missing, "task")]
    notes += [f"{missing} not defined"] if missing else []
    return Node(label=label, kind=STAGE, names=names, notes=tuple(notes), missing=missing)
