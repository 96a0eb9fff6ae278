"""What a front end is told of tasks once, before they run: as plain values, for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spry_jupyter.read.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spry_jupyter.model import Task
    from spry_jupyter.show.sketch import Sketch

_LONGEST = 20_000  # characters of one body
_ALL = 400_000  # characters of all bodies
_ENDS = (
    ("needs", "dependents"),
    ("cleans", "cleaned"),
)  # of an edge, seen from its later task first
_WORDS = {"needs": "needs", "cleaned": "cleaned up by"}


def facts(what: Sketch) -> list[dict[str, Any]]:
    """Return what there is to say of each task.

    Args:
        what: The tasks to tell of, which are spoken of by their positions, and what is between them.

    Returns:
        For each `name`, `descr`, `lang`, `body` (of long ones the beginning), `needs` and
        `dependents`, `cleans` (those it cleans up after) and `cleaned` (those that do so for it), as
        positions, and `notes`: (label, text) pairs, in the order to show them.
    """
    room = min(_LONGEST, _ALL // max(1, len(what.tasks)))
    told = [_fact(task, room) for task in what.tasks]
    absent: dict[tuple[int, str], list[str]] = {}
    for first, then in what.edges:
        before, behind = _ENDS[(first, then) in what.after]
        if first in what.missing:
            absent.setdefault((then, before), []).append(what.names[first])
        elif then in what.missing:
            absent.setdefault((first, behind), []).append(what.names[then])
        else:
            told[first][behind].append(then)
            told[then][before].append(first)
    for (task, end), names in absent.items():
        note = (f"{_WORDS[end]}, not defined", well_formed(", ".join(names)))
        told[task]["notes"].insert(0, note)
    return told


def _fact(task: Task, room: int) -> dict[str, Any]:
    return {
        "name": well_formed(task.name),
        "descr": well_formed(task.descr),
        "lang": task.lang,
        "body": "" if task.is_group else well_formed(_beginning(task.body, room)),
        "needs": [],
        "dependents": [],
        "cleans": [],
        "cleaned": [],
        "notes": [(label, well_formed(text)) for label, text in _notes(task) if text],
    }


def well_formed(text: str) -> str:
    """Return a text that every message can hold: no half of a surrogate pair."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _beginning(body: str, room: int) -> str:
    return body if len(body) <= room else f"{body[:room]}\n… {len(body) - room:,} characters more"


def _notes(task: Task) -> Iterable[tuple[str, str]]:
    """Return what its author said of it; of variables the names alone, for values may be secret."""
    limits = task.limits
    names = [*dict.fromkeys([name for name, _ in task.env] + list(task.forward))]
    yield "variables", ", ".join(names)
    yield "secrets", ", ".join(task.secrets)
    yield "variables from", ", ".join(task.dotenv)
    yield "folder", task.cwd
    yield "if", task.condition
    yield "reads", ", ".join(task.inputs)
    yield "writes", ", ".join(task.outputs)
    yield "captures", task.capture
    yield "time limit", limits.timeout.text if limits.timeout is not None else ""
    yield "retries", _retries(limits.retry, format_duration(limits.retry_delay.seconds))
    yield "pool", task.pool.name if task.pool is not None else ""
    yield "needs of a worker", ", ".join(f"{name}={n:g}" for name, n in task.resources)
    yield "tags", ", ".join(task.tags)
    yield "always", "runs whatever came of its deps" if task.always else ""
    yield "failure", "is allowed" if task.allow_failure else ""
    yield "defined", f"at {task.span}" if task.span is not None else ""


def _retries(count: int, delay: str) -> str:
    return f"{count}, the first after {delay}" if count else ""
