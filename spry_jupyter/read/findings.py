"""What a file was found to hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spry_jupyter.errors import SpryError
    from spry_jupyter.model import Span, Task


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


@dataclass(slots=True)
class Findings:
    """What one file holds, each in the order found.

    Attributes:
        tasks: Those that could be read.
        suspects: For `check --strict`.
        faults: What could not be read; with any, the file is refused.
    """

    tasks: list[Task] = field(default_factory=list)
    suspects: list[Suspect] = field(default_factory=list)
    faults: list[SpryError] = field(default_factory=list)
