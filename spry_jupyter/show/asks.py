"""What a front end may ask of a run, taken from whatever it sends.

A page can be made to send anything. What is none of these, or of a task that is not of the run,
asks nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeGuard, get_args

Kind = Literal["hello", "watch", "leave", "earlier", "cancel", "rerun"]

_KINDS: dict[object, Kind] = {kind: kind for kind in get_args(Kind)}
_OF_TASK = {"watch", "leave", "earlier", "rerun"}


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that a front end asks.

    Attributes:
        kind: `hello` asks for the whole state, `watch` for a log's end and what comes, `leave` for
            no more of it, `earlier` for what stands before `end`; `cancel` and `rerun` are what
            they say.
        task: Position of the task; None is the whole run.
        end: In bytes of the log.
    """

    kind: Kind
    task: int | None = None
    end: int = 0


def read_ask(content: object, tasks: int) -> Ask | None:
    """Return what is asked; None if that is nothing we know.

    Args:
        content: What came.
        tasks: How many the run has.
    """
    if not isinstance(content, dict):
        return None
    kind = content.get("kind")
    known = _KINDS.get(kind) if isinstance(kind, str) else None
    task, end = content.get("task"), content.get("end", 0)
    if known is None or not _is_count(end):
        return None
    if task is None:
        return None if known in _OF_TASK else Ask(known)
    return Ask(known, task, end) if _is_count(task) and task < tasks else None


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63
