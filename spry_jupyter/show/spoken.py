"""What a picture says to those who do not see it, and what its nodes say on hover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.show.figure import GROUP, MISSING, STAGE
from spry_jupyter.show.harmless import one_line
from spry_jupyter.show.listing import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.show.figure import Figure, Node

_MOST = 12  # names in a row; more help nobody


def node_label(node: Node) -> str:
    """Return a node as one sentence without an end: name, language, what it needs."""
    parts = [node.label]
    match node.kind:
        case "missing":
            parts = [node.label.removesuffix("?"), "not defined"]
        case "group":
            parts.append("group")
    parts += [node.descr] if node.descr else []
    parts += node.notes
    if node.deps:
        parts.append(f"needs {_row(node.deps)}")
    return ", ".join(parts)


def node_tip(node: Node) -> str:
    """Return what is shown on hover: the description first, in a few lines."""
    lines = [node.label]
    if node.kind == MISSING:
        lines = [node.label.removesuffix("?"), "not defined"]
    if node.descr:
        lines.insert(0, node.descr)
    if node.notes:
        lines.append(" · ".join(node.notes))
    if node.kind == GROUP:
        lines.append("group: runs nothing itself")
    if node.kind == STAGE:
        lines.append(_row(node.names))
    if node.deps:
        lines.append(f"needs {_row(node.deps)}")
    return "\n".join(lines)


def picture_label(what: Figure) -> str:
    """Return what the whole picture is, in a line."""
    count = sum(len(node.names) - node.missing for node in what.nodes if node.kind != MISSING)
    parts = [f"Graph of {counted(count, 'task')}"]
    stages = sum(node.kind == STAGE for node in what.nodes)
    if stages:
        parts.append(f"in {counted(stages, 'stage')}")
    return " ".join(parts)


def picture_text(what: Figure) -> str:
    """Return how the picture is read, and what is wrong with the graph."""
    parts = ["What is needed is on the left of what needs it."]
    missing = [node.label.removesuffix("?") for node in what.nodes if node.kind == MISSING]
    if missing:
        parts.append(f"Not defined: {_row(missing)}.")
    looped = dict.fromkeys(
        what.nodes[end].label
        for link in what.links
        if link.looped
        for end in (link.tail, link.head)
    )
    if looped:
        parts.append(f"In a cycle: {_row(list(looped))}.")
    return " ".join(parts)


def _row(names: Sequence[str]) -> str:
    first = ", ".join(map(one_line, names[:_MOST]))
    if len(names) <= _MOST:
        return first
    return f"{first} and {len(names) - _MOST} more"
