"""A graph as JSON, for other programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from spry_jupyter.show.cycles import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spry_jupyter.model import Task
    from spry_jupyter.show.cycles import Edge


def graph_json(tasks: Sequence[Task], names: Sequence[str], edges: Sequence[Edge]) -> str:
    """Write a graph as a JSON object, with a line for each task, edge and cycle.

    Its `tasks` have `name`, `descr`, `lang`, `deps` (as written) and `missing`: true for what is
    named and not defined, which comes last. Its `edges` are pairs, what ends first before what
    starts then. Its `cycles` are those that errors tell of, in the direction of the deps.

    Args:
        tasks: Those that are defined.
        names: Of the tasks, then of those that are not defined.
        edges: (dep, dependent), as places in `names`.

    Returns:
        The text, without a newline at its end.
    """
    nodes = [_node(task.name, task.descr, task.lang, task.deps) for task in tasks]
    nodes += [_node(name, "", "", (), missing=True) for name in names[len(tasks) :]]
    unique = dict.fromkeys(edges)
    cycles = cut(len(names), unique).cycles
    parts: dict[str, list[Any]] = {
        "tasks": nodes,
        "edges": [[names[dep], names[task]] for dep, task in unique],
        "cycles": [[names[task] for task in cycle] for cycle in cycles],
    }
    body = ",\n".join(f'  "{key}": {_list(values)}' for key, values in parts.items())
    return f"{{\n{body}\n}}"


def _node(
    name: str, descr: str, lang: str, deps: Iterable[str], *, missing: bool = False
) -> dict[str, Any]:
    return {"name": name, "descr": descr, "lang": lang, "deps": list(deps), "missing": missing}


def _list(values: Iterable[Any]) -> str:
    rows = ",\n".join(f"    {json.dumps(value, ensure_ascii=False)}" for value in values)
    return f"[\n{rows}\n  ]" if rows else "[]"
