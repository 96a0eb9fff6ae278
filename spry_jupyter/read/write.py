"""Tasks as text: the canonical line, a Spryfile, a notebook. Reading back gives the same tasks."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from spry_jupyter.model import Limits
from spry_jupyter.read.flags import BY_KEY, Kind
from spry_jupyter.read.info import why_no_task
from spry_jupyter.read.notebook import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spry_jupyter.model import Pool, Task

LOAD_EXTENSION = "%load_ext spry_jupyter"

_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]+")
# What would end the line, here or in IPython, or would not show, goes into attributes as JSON.
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def task_line(task: Task, *, lang: str = "bash") -> str:
    """Write a task's line: its name, its flags in the order of the table, then attributes.

    Args:
        task: The task.
        lang: The language that is meant without `--lang`.
    """
    return " ".join((task.name, *_options(task, lang)))


def write_spryfile(tasks: Iterable[Task]) -> str:
    """Write tasks as a Spryfile; a task with an empty body is an empty fence."""
    return "\n".join(f"{task_fence(task)}\n" for task in tasks)


def write_notebook(tasks: Iterable[Task]) -> str:
    """Write tasks as a notebook, whose first cell loads the extension.

    A task with an empty body is a line magic, because a cell magic needs a body.
    """
    return notebook_text([Cell("code", LOAD_EXTENSION), *map(task_cell, tasks)])


def task_fence(task: Task) -> str:
    """Write a task as a fence, without a line end after it."""
    line = task_line(task, lang=task.lang)
    if not why_no_task(task.lang, line):
        return fenced(task.body, f"{task.lang} {line}")
    # Neither a language of data nor a directive's name may stand first in a task's fence.
    return fenced(task.body, f"bash {' '.join(_options(task, lang=''))} {task.name}")


def task_cell(task: Task) -> Cell:
    """Write a task as a code cell."""
    line = task_line(task)
    if not task.body:
        return Cell("code", f"%spry_task {line}")
    end = "\n" if task.body.endswith("\n") else ""  # reading takes one line end away
    return Cell("code", f"%%spry_task {line}\n{task.body}{end}")


def fenced(text: str, info: str) -> str:
    """Put a text between fences that it does not hold itself, without a line end after them."""
    mark = "~" if "`" in info else "`"
    runs = re.findall(rf"^[ \t]*({mark}{{3,}})", text, re.MULTILINE)
    fence = mark * max([3, *(len(run) + 1 for run in runs)])
    return f"{fence}{info}\n{text}\n{fence}" if text else f"{fence}{info}\n{fence}"


def notebook_text(cells: Sequence[Cell]) -> str:
    """Write cells as a notebook of format 4.5 for the Python kernel, as Jupyter lays it out.

    The format is a few keys of JSON; importing nbformat for them would take over a second.
    """
    notebook = {
        "cells": [_cell(cell, place) for place, cell in enumerate(cells, start=1)],
        "metadata": {"kernelspec": _KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return f"{json.dumps(notebook, ensure_ascii=False, indent=1)}\n"


def _cell(cell: Cell, place: int) -> dict[str, Any]:
    ran: dict[str, Any] = {"execution_count": None, "outputs": []} if cell.kind == "code" else {}
    lines = [line for line in re.split(r"(?<=\n)", cell.source) if line]
    # Ids that count make two writings of the same tasks equal.
    found: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": f"spry-{place}",
        "metadata": {},
        "source": lines,
        **ran,
    }
    return dict(sorted(found.items()))


def _options(task: Task, lang: str) -> Iterator[str]:
    """Write the flags, each with its value, and at last the attributes."""
    attributes: dict[str, str | list[str]] = {}
    for key, texts in _given(task, lang):
        flag = BY_KEY[key]
        if any(map(_UNFIT.search, texts)):
            attributes[key] = texts if flag.repeatable else texts[0]
        elif texts and (flag.kind is Kind.SWITCH or texts == [""]):
            yield f"--{key}"
        else:
            yield from (_flag(key, text) for text in texts)
    if attributes:
        yield json.dumps(attributes)


def _given(task: Task, lang: str) -> Iterator[tuple[str, list[str]]]:
    """Turn the fields that are not as they are by default into texts, as the parser takes them."""
    yield "dep", [*task.deps]
    yield "descr", _one(task.descr)
    yield "lang", _one(task.lang if task.lang != lang else "")
    yield "env", [*(f"{key}={value}" for key, value in task.env), *task.forward]
    yield "secret", [*task.secrets]
    yield "dotenv", [*task.dotenv]
    yield "cwd", _one(task.cwd)
    yield from _limits(task.limits)
    yield "always", _switch(on=task.always)
    yield "finally", [*task.finalizers]
    yield "allow-failure", _switch(on=task.allow_failure)
    yield "if", _one(task.condition)
    yield "input", [*task.inputs]
    yield "output", [*task.outputs]
    yield "capture", _one(task.capture)
    yield "interpolate", _switch(on=task.interpolate)
    yield "pool", _pool(task.pool)
    yield "resource", [f"{name}={_amount(amount)}" for name, amount in task.resources]
    yield "confirm", [] if task.confirm is None else [task.confirm]
    yield "silent", _switch(on=task.silent)
    yield "tag", [*task.tags]
    yield "injected-dep", _one(task.injected_dep)
    yield "for", [f"{variable}={','.join(values)}" for variable, values in task.axes]


def _limits(limits: Limits) -> Iterator[tuple[str, list[str]]]:
    if limits.timeout is not None:
        yield "timeout", [limits.timeout.text]
    if limits.retry:
        yield "retry", [str(limits.retry)]
    if limits.retry_delay != Limits().retry_delay:
        yield "retry-delay", [limits.retry_delay.text]


def _one(text: str) -> list[str]:
    return [text] if text else []


def _switch(*, on: bool) -> list[str]:
    return ["true"] if on else []


def _pool(pool: Pool | None) -> list[str]:
    if pool is None:
        return []
    return [pool.name if pool.size is None else f"{pool.name}={pool.size}"]


def _amount(amount: float) -> str:
    return f"{amount:f}".rstrip("0").rstrip(".")


def _flag(key: str, text: str) -> str:
    if BY_KEY[key].kind is Kind.QUESTION or text.startswith("-"):
        return f"--{key}={_quoted(text)}"
    name, equals, value = text.partition("=")
    if key == "env" and equals:
        return f"--env {name}={_quoted(value) if value else ''}"
    return f"--{key} {_quoted(text)}"


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
