"""Lists of tasks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from spry_jupyter.show.canvas import cells
from spry_jupyter.show.harmless import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.model import Task


def as_dict(task: Task) -> dict[str, Any]:
    """Return a task as the interface lists it in JSON."""
    listed: dict[str, Any] = {
        "name": task.name,
        "descr": task.descr,
        "lang": task.lang,
        "deps": list(task.deps),
        "file": task.span.file if task.span is not None else "",
        "line": task.span.line if task.span is not None else None,
    }
    if task.axes:
        listed["for"] = {variable: list(values) for variable, values in task.axes}
    if task.span is not None and task.span.cell is not None:
        listed["cell"] = task.span.cell
    return listed


def as_json(tasks: Sequence[Task]) -> str:
    """Return tasks as a JSON list, in definition order."""
    return json.dumps([as_dict(task) for task in tasks], ensure_ascii=False, indent=2)


def as_table(tasks: Sequence[Task]) -> str:
    """Return a line for each task: name, description, deps."""
    if not tasks:
        return "no tasks"
    names = padded([task.name for task in tasks])
    descrs = padded([one_line(task.descr) for task in tasks])
    needs = [f"needs {', '.join(task.deps)}" if task.deps else "" for task in tasks]
    if any(task.axes for task in tasks):
        needs = padded(needs)
    rows = zip(names, descrs, needs, map(_each, tasks), strict=True)
    return "\n".join("  ".join(row).rstrip() for row in rows)


def padded(texts: Sequence[str]) -> list[str]:
    """Return texts with spaces behind them, so that all take the same room on a terminal."""
    widths = [cells(text) for text in texts]
    widest = max(widths, default=0)
    return [text + " " * (widest - width) for text, width in zip(texts, widths, strict=True)]


def registered(task: Task) -> str:
    """Return the line that says a task is known now."""
    needs = f" (needs {', '.join(task.deps)})" if task.deps else ""
    each = _each(task)
    return f"registered {task.name}{needs}{each and f' {each}'}"


def _each(task: Task) -> str:
    """Return what there is one task each for: `for each PY=3.11,3.12`."""
    axes = [f"{variable}={one_line(','.join(values))}" for variable, values in task.axes]
    return f"for each {' '.join(axes)}" if axes else ""


def counted(count: int, thing: str) -> str:
    """Return a number of things: `1 task`, `2 tasks`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
