"""The state of a run, folded from its events.

Plain classes: the standard library's dataclasses would be a tenth of what a run imports.
"""

from __future__ import annotations

from spry_jupyter.model import (
    Event,
    Outcome,
    Reason,
    RunEnded,
    RunStarted,
    TaskAsking,
    TaskEnded,
    TaskLogged,
    TaskRetrying,
    TaskStarted,
    Warned,
)

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterable

WAITING, ASKING, RUNNING, RETRYING, ENDED = "waiting", "asking", "running", "retrying", "ended"


class Attempt:
    """One attempt of a task.

    Attributes:
        start: When its process started, seconds from the start of the run.
        end: When it ended; None while it runs.
        reason: Why it did not succeed, once that is known.
        where: The worker that ran it; empty is this machine.
    """

    __slots__ = ("end", "reason", "start", "where")

    def __init__(self, start: float, where: str = "") -> None:
        """Begin at `start`."""
        self.start = start
        self.end: float | None = None
        self.reason: Reason | None = None
        self.where = where


class TaskView:
    """How one task is doing.

    Attributes:
        name: The task.
        state: `waiting`, `asking`, `running`, `retrying` or `ended`.
        since: When its first attempt started, seconds from the start of the run; None before.
        attempt: Which attempt it is at, from 1; 0 before the first.
        ended: The event of its end.
        size: Bytes in its log as last heard.
        tries: Its attempts, in order; the first starts at `since`.
    """

    __slots__ = ("attempt", "ended", "name", "since", "size", "state", "tries")

    def __init__(self, name: str) -> None:
        """Begin with a task that waits."""
        self.name = name
        self.state = WAITING
        self.since: float | None = None
        self.attempt = 0
        self.ended: TaskEnded | None = None
        self.size = 0
        self.tries: list[Attempt] = []

    @property
    def mark(self) -> str:
        """What colours it: how it ended (`failed`), or the state it is in (`running`)."""
        return self.ended.outcome.value if self.ended is not None else self.state

    @property
    def where(self) -> str:
        """The worker that its last attempt ran on; empty is this machine."""
        return self.tries[-1].where if self.tries else ""

    @property
    def outcome(self) -> Outcome | None:
        """How it ended, None before that."""
        return self.ended.outcome if self.ended is not None else None

    @property
    def reason(self) -> Reason | None:
        """Why, where there is more to say."""
        return self.ended.reason if self.ended is not None else None


class RunView:
    """How a run is doing. `apply` is the only thing that changes it.

    Attributes:
        run: The run's name.
        folder: Of its logs.
        tasks: By name, in the order of the plan.
        warnings: Sentences, in order.
        end: The event of its end.
        at: Seconds from its start, as of the last event.
    """

    __slots__ = ("at", "end", "folder", "run", "tasks", "warnings")

    def __init__(
        self, *, run: str = "", folder: str = "", tasks: dict[str, TaskView] | None = None
    ) -> None:
        """Begin with what is known of a run before anything has been heard of it."""
        self.run = run
        self.folder = folder
        self.tasks = tasks if tasks is not None else {}
        self.warnings: list[str] = []
        self.end: RunEnded | None = None
        self.at = 0.0

    def apply(self, event: Event) -> None:
        """Take in an event."""
        self.at = max(self.at, event.at)
        match event:
            case RunStarted():
                self.run, self.folder = event.run, event.folder
                self.tasks = {name: self._task(name) for name in event.tasks}
            case Warned():
                self.warnings.append(event.text)
            case RunEnded():
                self.end = event
            case _:
                self._apply_to(self._task(event.name), event)

    def outcomes(self) -> dict[Outcome, int]:
        """Return how many tasks have ended how."""
        counts = dict.fromkeys(Outcome, 0)
        for task in self.tasks.values():
            if task.ended is not None:
                counts[task.ended.outcome] += 1
        return counts

    def failed(self) -> list[TaskView]:
        """Return the tasks whose failure counts, in the order of the plan."""
        return [
            task
            for task in self.tasks.values()
            if task.ended is not None
            and task.ended.outcome is Outcome.FAILED
            and not task.ended.waived
        ]

    def ended_in_order(self) -> Iterable[TaskEnded]:
        """Return the ends of tasks in the order they came."""
        ends = [task.ended for task in self.tasks.values() if task.ended is not None]
        return sorted(ends, key=lambda event: event.at)

    def _task(self, name: str) -> TaskView:
        return self.tasks.setdefault(name, TaskView(name))

    def _apply_to(
        self,
        task: TaskView,
        event: TaskStarted | TaskLogged | TaskRetrying | TaskAsking | TaskEnded,
    ) -> None:
        match event:
            case TaskStarted():
                task.state, task.attempt = RUNNING, event.attempt
                task.tries.append(Attempt(event.at, where=event.where))
                if task.since is None:
                    task.since = event.at
            case TaskLogged():
                task.size = event.size
            case TaskRetrying():
                task.state = RETRYING
                _end_attempt(task, event.at, event.reason)
            case TaskAsking():
                task.state = ASKING
            case TaskEnded():
                task.state, task.ended, task.size = ENDED, event, event.size
                _end_attempt(task, event.at, event.reason)


def _end_attempt(task: TaskView, at: float, reason: Reason | None) -> None:
    """Close the attempt that runs, if one does."""
    if task.tries and task.tries[-1].end is None:
        task.tries[-1].end, task.tries[-1].reason = at, reason
