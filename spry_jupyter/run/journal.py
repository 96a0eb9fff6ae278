"""What a run tells: its events, with what has to be remembered of each task to tell them."""

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

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable

    from spry_jupyter.plan.plan import Ending
    from spry_jupyter.run.executor import Ended, Swept
    from spry_jupyter.run.request import RunRequest

GRACE = 5.0  # seconds between SIGTERM and SIGKILL


class Journal:
    """The events of one run. Tasks are positions in its closure.

    Attributes:
        events: What happened and has not been taken yet.
        begun: Task to the start of its first attempt, by the clock.
        attempts: Task to the attempts begun.
        sizes: Task to the bytes in its log.
    """

    def __init__(
        self, request: RunRequest, clock: Callable[[], float], log: Callable[[int], str]
    ) -> None:
        """Begin at this moment.

        Args:
            request: The run.
            clock: Seconds, never going back.
            log: Returns the absolute path of a task's log.
        """
        self.events: list[Event] = []
        self.begun: dict[int, float] = {}
        self.attempts: dict[int, int] = {}
        self.sizes: dict[int, int] = {}
        self._request = request
        self._tasks = request.closure.tasks
        self._clock = clock
        self._zero = clock()
        self._log = log

    @property
    def now(self) -> float:
        """Seconds since the run began."""
        return self._clock() - self._zero

    def run_started(self) -> None:
        """Tell that the run begins."""
        names = tuple([task.name for task in self._tasks])
        run, folder = self._request.id, self._request.folder
        self.events.append(RunStarted(at=0.0, run=run, tasks=names, folder=folder))

    def run_ended(self, *, ok: bool, stopped: bool) -> None:
        """Tell that the run is over."""
        self.events.append(RunEnded(at=self.now, ok=ok, stopped=stopped))

    def started(self, task: int, attempt: int, at: float, where: str) -> None:
        """Tell that an attempt runs, since `at` by the clock."""
        at -= self._zero
        name = self._tasks[task].name
        self.events.append(TaskStarted(at=at, name=name, attempt=attempt, where=where))

    def grew(self, task: int, size: int) -> None:
        """Tell that a task's log has grown."""
        self.events.append(TaskLogged(at=self.now, name=self._tasks[task].name, size=size))

    def asking(self, task: int) -> None:
        """Tell that a task waits for somebody to confirm it."""
        what = self._tasks[task]
        text = what.confirm or f'Run "{what.name}"?'
        self.events.append(TaskAsking(at=self.now, name=what.name, text=text))

    def retrying(self, task: int, reason: Reason, retry: int, delay: float) -> None:
        """Tell that an attempt failed and another follows."""
        what = self._tasks[task]
        self.events.append(
            TaskRetrying(
                at=self.now,
                name=what.name,
                reason=reason,
                retry=retry,
                of=what.limits.retry,
                delay=delay,
            )
        )

    def ended(self, ending: Ending, captured: str = "") -> None:
        """Tell that a task has ended.

        Args:
            ending: How.
            captured: The file with what it captured, or empty.
        """
        task = ending.task
        what = self._tasks[task]
        size = self.sizes.get(task, 0)
        now = self._clock()
        self.events.append(
            TaskEnded(
                at=now - self._zero,
                name=what.name,
                outcome=ending.outcome,
                reason=ending.reason,
                duration=now - self.begun[task] if task in self.begun else 0.0,
                attempts=self.attempts.get(task, 0),
                log=self._log(task) if size else "",
                size=size,
                captured=captured,
                waived=what.allow_failure and ending.outcome is Outcome.FAILED,
            )
        )

    def warn(self, text: str) -> None:
        """Tell the user something; a sentence without a full stop."""
        self.events.append(Warned(at=self.now, text=text))

    def attempt_ended(self, task: int, report: Ended) -> None:
        """Take in how large a task's log is now, and tell of troubles besides how it ended."""
        # An attempt that said nothing does not know what the one before it, or the condition, said.
        self.sizes[task] = max(report.size, self.sizes.get(task, 0))
        name = self._tasks[task].name
        if report.cut:
            self.warn(f'The log of "{name}" is not whole: {report.cut}')
        if report.forced:
            self.warn(f'"{name}" did not end when it was asked to: it was killed after {GRACE:g}s')
        if report.survivors:
            self.warn(f'{report.survivors} of the processes of "{name}" cannot be killed')

    def swept(self, report: Swept, attempt_of: dict[int, int]) -> None:
        """Tell what tasks, or nobody knows which, had left in the background.

        Args:
            report: What was found.
            attempt_of: Attempt to task.
        """
        for attempt, count in report.left:
            who = "A task"
            if attempt is not None:
                who = f'"{self._tasks[attempt_of[attempt]].name}"'
            things = "1 process" if count == 1 else f"{count} processes"
            were = "it was" if count == 1 else "they were"
            self.warn(f"{who} left {things} running; {were} ended with the run")
