"""A graph in the language of Mermaid, which many Markdown viewers draw."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from spry_jupyter.show.cycles import looped
from spry_jupyter.show.harmless import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spry_jupyter.model import Task
    from spry_jupyter.show.cycles import Edge

MISSING = "stroke:#b00020,color:#b00020,stroke-dasharray:5 4"
LOOPED = "stroke:#b00020,color:#b00020,stroke-width:2px"

# A name with single `-`, `_` and the like between its letters is no Markdown and holds no entity;
# but `www.` would begin a link, and `fa:fa-car` be an icon.
_TAME = re.compile(r"(?!.*(www\.|:fa-))[^\W_]+([-_.:/][^\W_]+)*", re.IGNORECASE)


def mermaid(tasks: Sequence[Task], names: Sequence[str], edges: Sequence[Edge]) -> str:
    """Write a graph as a Mermaid flowchart, from left to right.

    Nodes are called `n0`, `n1`, …; what the user wrote stands in labels and tooltips alone. Tasks
    that are not defined are dashed and have a `?`; the edges of cycles are red and say so.

    Args:
        tasks: Those that are defined.
        names: Of the tasks, then of those that are not defined.
        edges: (dep, dependent), as places in `names`.

    Returns:
        The source, without a newline at its end.
    """
    unique = list(dict.fromkeys(edges))
    marked = looped(len(names), unique)
    lines = ["flowchart LR", *_nodes(tasks, names)]
    for edge in unique:
        arrow = "-->|cycle|" if edge in marked else "-->"
        lines.append(f"    n{edge[0]} {arrow} n{edge[1]}")
    lines += [
        f'    click n{i} callback "{_text(task.descr)}"'  # the only way to a tooltip
        for i, task in enumerate(tasks)
        if task.descr.strip()
    ]
    if len(names) > len(tasks):
        lines.append(f"    classDef missing {MISSING}")
    red = [str(place) for place, edge in enumerate(unique) if edge in marked]
    if red:
        lines.append(f"    linkStyle {','.join(red)} {LOOPED}")
    return "\n".join(lines)


def _nodes(tasks: Sequence[Task], names: Sequence[str]) -> Iterator[str]:
    for i, name in enumerate(names):
        if i < len(tasks):
            yield f'    n{i}["{_text(name)}"]'
        else:
            yield f'    n{i}["{_text(f"{name}?")}"]:::missing'


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
