"""What the tasks of a run came to, as the user of a run holds it."""

from __future__ import annotations

from spry_jupyter.model import Exited, Outcome
from spry_jupyter.run.rest import complete
from spry_jupyter.show.lines import reason_text
from spry_jupyter.show.plain import read_log

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from typing import Any

    from spry_jupyter.model import Reason
    from spry_jupyter.show.view import TaskView


class TaskResult:
    """How one task of a run is doing, or did.

    Attributes:
        name: The task.
    """

    def __init__(self, view: TaskView) -> None:
        self.name = view.name
        self._view = view

    @property
    def outcome(self) -> Outcome | None:
        """`succeeded`, `up to date`, `failed`, `skipped` or `cancelled`; None before its end."""
        return self._view.outcome

    @property
    def reason(self) -> Reason | None:
        """Why, where there is more to say than the outcome says."""
        return self._view.reason

    @property
    def exit_code(self) -> int | None:
        """The exit code of its last attempt; None if it has none, as when a signal ended it."""
        if self.outcome is Outcome.SUCCEEDED:
            return 0
        return self.reason.code if isinstance(self.reason, Exited) else None

    @property
    def duration(self) -> float:
        """Seconds from the start of its first attempt to its end; 0.0 if it never started."""
        return self._view.ended.duration if self._view.ended is not None else 0.0

    @property
    def attempts(self) -> int:
        """How many attempts were started."""
        return self._view.ended.attempts if self._view.ended is not None else self._view.attempt

    @property
    def where(self) -> str:
        """The worker of a cluster that its last attempt ran on; empty is this machine."""
        return self._view.where

    @property
    def output(self) -> str:
        """Both its streams in order, as text, read from its log."""
        complete(self.log)
        return read_log(self.log)

    @property
    def log(self) -> str:
        """Absolute path of its log; empty if it wrote nothing."""
        return self._view.ended.log if self._view.ended is not None else ""

    def to_dict(self) -> dict[str, Any]:
        """Return what is known of it as plain values."""
        return {
            "name": self.name,
            "outcome": None if self.outcome is None else self.outcome.value,
            "reason": None if self.reason is None else reason_text(self.reason),
            "exit_code": self.exit_code,
            "duration": self.duration,
            "attempts": self.attempts,
            "where": self.where,
            "log": self.log,
        }

    def __repr__(self) -> str:
        state = self.outcome.value if self.outcome is not None else self._view.state
        return f"<TaskResult {self.name}: {state}>"
