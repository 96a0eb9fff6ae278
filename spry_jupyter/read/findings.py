"""What a file was found to hold."""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterable
    from dataclasses import dataclass

    from spry_jupyter.errors import SpryError
    from spry_jupyter.model import Span, Task
    from spry_jupyter.read.known import Reading
else:
    from spry_jupyter.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Suspect:
    """Something that looks like a task and is none, or not the one it seems.

    Attributes:
        span: Where it stands.
        sentence: Why, without a full stop.
    """

    span: Span
    sentence: str

    def __str__(self) -> str:
        return f"{self.sentence}\n  at {self.span}"


class Findings:
    """What one file holds, each in the order found.

    Attributes:
        tasks: Those that could be read.
        suspects: For `check --strict`.
        faults: What could not be read; with any, the file is refused.
        reading: What may be remembered of it; None if it was, or is not worth it.
    """

    def __init__(self, *faults: SpryError, tasks: Iterable[Task] = ()) -> None:
        self.tasks = list(tasks)
        self.suspects: list[Suspect] = []
        self.faults = list(faults)
        self.reading: Reading | None = None
