"""One run while it lasts: its plan, its attempts, its deadlines and retries.

It is told what the executor reports and what the user asks for, and answers with events. It knows
no process and reads the clock it is given.
"""

from __future__ import annotations

from heapq import heappop, heappush

from spry_jupyter.model import (
    ConditionNotMet,
    Exited,
    Incomplete,
    Interrupted,
    NotStarted,
    Outcome,
    Reason,
    TimedOut,
)
from spry_jupyter.plan.plan import Ending, Plan
from spry_jupyter.run.answers import AGAIN, Answer, gate
from spry_jupyter.run.engine import LOCAL
from spry_jupyter.run.executor import Ended, Swept
from spry_jupyter.run.journal import GRACE, Journal
from spry_jupyter.run.workshop import Workshop

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from spry_jupyter.record.memory import Memory
    from spry_jupyter.run.executor import Executor
    from spry_jupyter.run.gate import Gate
    from spry_jupyter.run.reader import Reader
    from spry_jupyter.run.request import RunRequest


_MOST_DOUBLINGS = 60  # of the pause before a retry; a number can hold only so much


class Try:
    """An attempt that runs, or the question whether to begin one."""

    __slots__ = ("asked", "asks", "cause", "number", "task")

    def __init__(self, task: int, number: int, *, asks: bool) -> None:
        self.task = task
        self.number = number
        self.asks = asks  # it is the task's `--if` condition
        self.asked = False  # the user has asked for its end, maybe while it was ending already
        self.cause: Reason | None = None  # why we end it: the first reason is the one


class ActiveRun:
    """A run in the making.

    Attributes:
        request: What it is about.
        journal: What happened.
        ended: It is over, and nothing of it is left.
        sweeping: Its tasks are over; what they have left is being ended.
        stopped: Somebody has asked for that.
        gate: What stands before and behind the attempts; None if no task needs one.
    """

    def __init__(
        self,
        request: RunRequest,
        *,
        executor: Executor,
        clock: Callable[[], float],
        numbers: Iterator[int],
        prefix: bytes,
        memory: Memory,
        scripts: str,
        reader: Reader,
        alone: Callable[[], bool],
    ) -> None:
        """Take up a request.

        Args:
            request: The run.
            executor: Runs the attempts.
            clock: Seconds, never going back.
            numbers: Where attempts get their numbers.
            prefix: What the mark of the attempts' processes starts with.
            memory: What is known of earlier runs.
            scripts: Absolute folder for script files.
            reader: Reads what is large.
            alone: Whether no other run is going on, so that what belongs to nobody is this run's.
        """
        self.request = request
        self.ended = False
        self.stopped = False
        self._plan = Plan(
            request.closure,
            jobs=request.jobs,
            fail_fast=request.fail_fast,
            weights=memory.weights(),
        )
        self._executor = executor
        self._clock = clock
        self._numbers = numbers
        self._workshop = Workshop(request, prefix, scripts)
        self.journal = Journal(request, clock, self._workshop.log)
        calls = (self._plan.release, self._finish, self.journal.warn)
        self.gate = gate(request, self._workshop.values, memory, reader, prefix.decode(), calls)
        self._tries: dict[int, Try] = {}  # by attempt, those that run
        self._captured: dict[int, str] = {}  # task that is about to succeed to what it captured
        self._confirmed: set[int] = set()
        self._due: list[tuple[float, int, int]] = []  # (when, attempt or -1, task to retry)
        self._attempt_of: dict[int, int] = {}  # attempt to task, all there ever were
        self.sweeping = False
        self._alone = alone
        self._queues = request.executor != LOCAL  # the time in a queue is not the task's

    def begin(self) -> None:
        """Start what waits for nothing."""
        self.journal.run_started()
        self._note(self._plan.begin())
        self.advance()

    def advance(self) -> None:
        """Start what is ready; when there is no more to do, sweep up."""
        while ready := self._plan.ready():
            for task in ready:
                try:
                    self._launch(task)
                except Exception as error:  # noqa: BLE001 - one task's trouble is not the others'
                    self._fail(task, error)
        if not self._plan.left and not self.sweeping:
            self.sweeping = True
            self._executor.sweep(id(self), self._attempt_of, GRACE, strays=self._alone())

    def owns(self, attempt: int) -> bool:
        """Whether an attempt is one of this run's."""
        return attempt in self._tries

    # -- what the clock brings ---------------------------------------------------------------

    @property
    def next_due(self) -> float | None:
        """When `tick` has something to do, by the clock; None if nothing is due ever."""
        return self._due[0][0] if self._due else None

    def tick(self) -> None:
        """Do what has come due: end what took too long, try again what has waited."""
        now = self._clock()
        while self._due and self._due[0][0] <= now:
            _, attempt, task = heappop(self._due)
            if attempt < 0:
                self._plan.release(task)
            elif attempt in self._tries and self._tries[attempt].cause is None:
                limit = self.request.closure.tasks[task].limits.timeout
                assert limit is not None
                self._end_try(attempt, TimedOut(limit))
        self.advance()

    # -- what the user asks for --------------------------------------------------------------

    def cancel(self) -> None:
        """Stop: at first what does not clean up; when asked again, that too and at once."""
        again = self.stopped
        self.stopped = True
        if self.gate is not None:
            self.gate.hurry()
        self._note(self._plan.cancel_rest() if again else self._plan.cancel())
        self._stop(self._plan.stoppable(cleanup=again), again=again)
        self.advance()

    def cancel_task(self, name: str) -> None:
        """Stop one task; what needs it does not run."""
        for task, what in enumerate(self.request.closure.tasks):
            if what.name == name:
                self._note(self._plan.cancel_task(task))
                self._stop([task])
        self.advance()

    def confirm(self, name: str, *, yes: bool) -> None:
        """Answer a question that `TaskAsking` asked."""
        for task, what in enumerate(self.request.closure.tasks):
            if what.name == name and task not in self._confirmed:
                self._confirmed.add(task)
                if yes:
                    self._plan.release(task)
                else:
                    self._note(self._plan.cancel_task(task))
        self.advance()

    # -- what the executor reports -----------------------------------------------------------

    def started(self, attempt: int, at: float, where: str = "") -> None:
        """Note that an attempt's process runs, since `at` by the clock, and where."""
        this = self._tries[attempt]
        if self._queues:
            self._time(this, attempt, at)
        if this.number <= 1:
            self.journal.begun[this.task] = at
        if not this.asks:
            self._plan.begun(this.task)
            self.journal.started(this.task, this.number, at, where)

    def grew(self, attempt: int, size: int) -> None:
        """Note that an attempt's log has grown."""
        self.journal.grew(self._tries[attempt].task, size)

    def finished(self, report: Ended) -> None:
        """Note how an attempt ended, and do what follows."""
        this = self._tries.pop(report.id)
        self.journal.attempt_ended(this.task, report)
        try:
            self._follow(this, report)
        except Exception as error:  # noqa: BLE001 - as in `advance`
            self._fail(this.task, error)

    def _follow(self, this: Try, report: Ended) -> None:
        """Do what an attempt's ending leads to."""
        task = this.task
        reason = this.cause if this.cause is not None else report.reason
        if isinstance(reason, NotStarted):
            reason = NotStarted(self._workshop.hidden(reason.why))
        if isinstance(reason, Exited) and not reason.code:
            self._begin(task) if this.asks else self._succeed(task, report.uncaptured)
        elif isinstance(reason, Interrupted):
            self._close(task, Outcome.CANCELLED, reason)
        elif this.asks and isinstance(reason, Exited):
            self._close(task, Outcome.SKIPPED, ConditionNotMet())
        elif this.asked or not self._retry(task, this.number, reason):
            self._close(task, Outcome.FAILED, reason)

    def swept(self, report: Swept) -> None:
        """Note that nothing of this run is left."""
        self.journal.swept(report, self._attempt_of)
        if self.gate is not None:
            self.gate.close()
        self.journal.run_ended(ok=self._plan.ok, stopped=self.stopped)
        self.ended = True

    # -- attempts ----------------------------------------------------------------------------

    def _launch(self, task: int) -> None:
        """Do for a task whatever comes first: ask, look whether it is done, its condition, it."""
        what = self.request.closure.tasks[task]
        asks = what.confirm is not None and not self.request.confirmed
        if self.gate is not None and self._waits(self.gate, task):
            return
        if asks and task not in self._confirmed:
            self.journal.asking(task)
            self._plan.hold(task)
        elif what.condition and task not in self.journal.begun:
            self._begin(task, asks=True)
        else:
            self._begin(task)

    def _waits(self, gate: Gate, task: int) -> bool:
        """Whether a task is not to run, not yet or not at all."""
        answer = gate.arrive(task)
        if answer is Answer.DONE:
            self._take_as_done(gate, task)
        elif answer is not Answer.GO:
            self._plan.hold(task)
            if answer is Answer.TAKEN:
                heappush(self._due, (self._clock() + AGAIN, -1, task))
        return answer is not Answer.GO

    def _begin(self, task: int, *, asks: bool = False) -> None:
        """Hand an attempt, or the condition for it, to the executor."""
        what = self.request.closure.tasks[task]
        if what.is_group and not asks:
            self._close(task, Outcome.SUCCEEDED)
            return
        number = next(self._numbers)
        attempts, sizes = self.journal.attempts, self.journal.sizes
        if not asks:
            attempts[task] = attempts.get(task, 0) + 1
        self.journal.begun.setdefault(task, self._clock())
        this = self._tries[number] = Try(task, attempts.get(task, 0), asks=asks)
        self._attempt_of[number] = task
        try:
            if self.gate is not None and not asks:
                self.gate.begin(task, this.number)
            attempt = self._workshop.attempt(task, number, asks=asks)
        except Exception as error:  # noqa: BLE001 - as in `advance`
            self.finished(Ended(number, NotStarted(str(error)), sizes.get(task, 0)))
            return
        if not self._queues:
            self._time(this, number, self._clock())
        self._executor.start(attempt)

    def _time(self, this: Try, number: int, since: float) -> None:
        """Let an attempt's time run."""
        limit = self.request.closure.tasks[this.task].limits.timeout
        if limit is not None:
            heappush(self._due, (since + limit.seconds, number, this.task))

    def _retry(self, task: int, number: int, reason: Reason) -> bool:
        """Plan another attempt, if there is one to be had."""
        limits = self.request.closure.tasks[task].limits
        if number > limits.retry or number == 0 or isinstance(reason, NotStarted):
            return False
        if self._plan.draining and not self._plan.cleans_up(task):
            return False
        delay = limits.retry_delay.seconds * 2.0 ** min(number - 1, _MOST_DOUBLINGS)
        self.journal.retrying(task, reason, number, delay)
        self._plan.hold(task)
        heappush(self._due, (self._clock() + delay, -1, task))
        return True

    # -- endings -----------------------------------------------------------------------------

    def _succeed(self, task: int, uncaptured: str = "") -> None:
        """Put the captured value in its place; the task has succeeded if that works."""
        what = self.request.closure.tasks[task]
        if what.capture and not uncaptured:
            try:
                self._captured[task] = self._workshop.publish(task)
            except OSError as error:
                uncaptured = error.strerror or str(error)
        fault: str | None = f"its output cannot be kept in {what.capture}: {uncaptured}"
        if not uncaptured:
            fault = self.gate.leave(task, self._captured.get(task, "")) if self.gate else ""
        if fault is not None:
            self._finish(task, fault)

    def _finish(self, task: int, fault: str) -> None:
        """End a task whose attempt was fine, if what it has left behind is, too."""
        captured = self._captured.pop(task, "")
        if not fault:
            self._close(task, Outcome.SUCCEEDED, captured=captured)
        elif not self._retry(task, self.journal.attempts[task], Incomplete(fault)):
            self._close(task, Outcome.FAILED, Incomplete(fault))

    def _take_as_done(self, gate: Gate, task: int) -> None:
        try:
            captured = gate.captured(task, self._workshop.spool(task))
            if captured:
                self._workshop.keep(task, captured)
        except OSError as error:
            what = self.request.closure.tasks[task]
            why = f"its output cannot be kept in {what.capture}: {error.strerror or error}"
            self._close(task, Outcome.FAILED, NotStarted(why))
            return
        self._close(task, Outcome.UP_TO_DATE, captured=captured)

    def _close(
        self, task: int, outcome: Outcome, reason: Reason | None = None, captured: str = ""
    ) -> None:
        """End a task that runs, and what follows from it."""
        endings = self._plan.ended(task, outcome, reason)
        self._tell(Ending(task, outcome, reason), captured)
        self._note(endings)
        if self._plan.draining:
            self._stop(self._plan.stoppable())

    def _fail(self, task: int, error: Exception) -> None:
        """End a task about which something went wrong that nobody has thought of."""
        for attempt, this in list(self._tries.items()):
            if this.task == task:
                del self._tries[attempt]
                self._executor.stop(attempt, GRACE)
        if self._plan.outcomes[task] is None:
            why = self._workshop.hidden(str(error) or type(error).__name__)
            self._close(task, Outcome.FAILED, NotStarted(why))

    def _note(self, endings: Iterable[Ending]) -> None:
        for ending in endings:
            self._tell(ending)

    def _tell(self, ending: Ending, captured: str = "") -> None:
        if self.gate is not None:
            try:
                self.gate.ended(ending.task, ending.outcome, ending.reason)
            except Exception as error:  # noqa: BLE001 - it has ended all the same
                name = self.request.closure.tasks[ending.task].name
                self.journal.warn(
                    f'How "{name}" ended cannot be noted: {self._workshop.hidden(str(error))}'
                )
        self.journal.ended(ending, captured)

    def _stop(self, tasks: Iterable[int], *, again: bool = False) -> None:
        """End the attempts of these tasks; those that were asked before only when asked again."""
        chosen = set(tasks)
        for attempt, this in list(self._tries.items()):
            if this.task in chosen:
                asked = this.asked
                if again or not asked:
                    this.asked = True
                    self._end_try(attempt, Interrupted(), grace=0.0 if asked else GRACE)

    def _end_try(self, attempt: int, cause: Reason, grace: float = GRACE) -> None:
        this = self._tries[attempt]
        this.cause = this.cause or cause
        self._executor.stop(attempt, grace)
