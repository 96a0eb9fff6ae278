"""What the gate of a run answers, and whether a run has one.

Most runs have none: what a gate looks with, at files and at marks, is then never imported.
"""

from __future__ import annotations

from enum import Enum

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from typing import Any

    from spry_jupyter.run.gate import Gate
    from spry_jupyter.run.request import RunRequest

AGAIN = 0.1  # seconds until it is worth while to ask again for a task that another run works on


class Answer(Enum):
    """What becomes of a task that arrives, or leaves."""

    GO = "it is to run"
    DONE = "it is up to date"
    WAIT = "it is being looked at; `released` or `finished` will be called"
    TAKEN = "another run works on it; ask again"


def gate(request: RunRequest, *rest: Any) -> Gate | None:
    """Return the gate of a run, None if no task of it needs one. Takes what `Gate` takes."""
    if not (request.ties or request.resume or any(task.inputs for task in request.closure.tasks)):
        return None
    from spry_jupyter.run.gate import Gate  # noqa: PLC0415 - other runs start faster without

    return Gate(request, *rest)
