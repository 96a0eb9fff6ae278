"""A figure in the language of Mermaid, which many Markdown viewers draw."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from spry_jupyter.show import palette
from spry_jupyter.show.figure import MISSING
from spry_jupyter.show.harmless import one_line

if TYPE_CHECKING:
    from spry_jupyter.show.figure import Figure, Link, Node

ABSENT = f"stroke:{palette.ABSENT},stroke-dasharray:5 4"
LOOPED = f"stroke:{palette.LOOPED},stroke-width:2px"

# A name with single `-`, `_` and the like between its letters is no Markdown and holds no entity;
# but `www.` would begin a link, and `fa:fa-car` be an icon.
_TAME = re.compile(r"(?!.*(www\.|:fa-))[^\W_]+([-_.:/][^\W_]+)*", re.IGNORECASE)


def mermaid(what: Figure) -> str:
    """Write a figure as a Mermaid flowchart, from left to right.

    Nodes are called `n0`, `n1`, …; what the user wrote stands in labels and tooltips alone. Tasks
    that are not defined are dashed and have a `?`; the edges of cycles are red and say so.

    Returns:
        The source, without a newline at its end.
    """
    lines = ["flowchart LR", *(f"    {_node(i, node)}" for i, node in enumerate(what.nodes))]
    for number, cluster in enumerate(what.clusters):
        members = [f"        n{i}" for i in cluster.members]
        lines += [f'    subgraph c{number}["{_text(cluster.label)}"]', *members, "    end"]
    lines += [f"    n{link.tail} {_arrow(link)} n{link.head}" for link in what.links]
    lines += [
        f'    click n{i} callback "{_text(node.descr)}"'  # the only way to a tooltip
        for i, node in enumerate(what.nodes)
        if node.descr
    ]
    if any(node.kind == MISSING for node in what.nodes):
        lines.append(f"    classDef missing {ABSENT}")
    red = [str(place) for place, link in enumerate(what.links) if link.looped]
    if red:
        lines.append(f"    linkStyle {','.join(red)} {LOOPED}")
    return "\n".join(lines)


def _node(i: int, node: Node) -> str:
    label = _text(node.label)
    match node.kind:
        case "missing":
            return f'n{i}["{label}"]:::missing'
        case "stage":
            return f'n{i}[["{label}: {_text(", ".join(node.notes))}"]]'
        case _:
            return f'n{i}["{label}"]'


def _arrow(link: Link) -> str:
    arrow = "-.->" if link.after else "-->"
    return f"{arrow}|cycle|" if link.looped else arrow


def _text(text: str) -> str:
    """Write a text so that Mermaid shows it as it is, be it quotes, HTML or Markdown.

    All but letters and digits become entities, unless the text is surely harmless.
    """
    plain = one_line(text)
    if _TAME.fullmatch(plain):
        return plain
    return "".join(
        char if unicodedata.category(char)[0] in "LNM" else f"#{ord(char)};" for char in plain
    )
