"""All runs of one front, over one executor, in one loop."""

from __future__ import annotations

from itertools import count

from spry_jupyter.model import RunEnded, TaskAsking, Warned
from spry_jupyter.record import retention
from spry_jupyter.record.memory import Memory
from spry_jupyter.run.active import ActiveRun
from spry_jupyter.run.calm import Calm
from spry_jupyter.run.executor import Ended, Grew, Report, Started, Swept
from spry_jupyter.run.surroundings import surroundings

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spry_jupyter.model import Event
    from spry_jupyter.run.executor import Executor
    from spry_jupyter.run.journal import Journal
    from spry_jupyter.run.reader import Reader
    from spry_jupyter.run.request import RunRequest
    from spry_jupyter.run.scripts import Scripts

_LAST_STEPS = 20  # of an executor that has ended all there was; it takes two or three
_PRESSING = (RunEnded, TaskAsking)  # what somebody waits for
BATCH_EVERY = 0.1  # seconds between two batches of one run's events


class _Kept:
    """What is kept of a run: its record, a hold on its logs, and an answer if it has nothing to do.

    Attributes:
        delivered: When the last batch of its events went out, by the clock.
    """

    __slots__ = ("_calm", "_held", "_memory", "delivered")

    def __init__(self, run: ActiveRun, memory: Memory) -> None:
        self.delivered = 0.0
        self._memory = memory
        self._held = retention.hold(run.request.folder)
        self._calm = Calm(run.request) if run.request.still and run.gate is not None else None
        if self._calm is not None and run.gate is not None:
            run.gate.notes = self._calm.notes

    def write(self, journal: Journal) -> None:
        """Write a batch of events down before anybody hears of it."""
        self._memory.note(journal.events)
        if self._memory.trouble:
            journal.events.insert(0, Warned(at=journal.now, text=self._memory.trouble))
            self._memory.trouble = ""
        if self._calm is not None:
            self._calm.hear(journal.events)

    def close(self, run: ActiveRun) -> None:
        """Leave all of it as it is at the end; whoever hears of that finds nothing open any more."""
        self._memory.close()
        retention.release(run.request.folder, self._held, sum(run.journal.sizes.values()))
        if self._calm is not None:
            self._calm.leave()


class Conductor:
    """Passes on what happens: the executor's reports to the runs, the runs' events to the front."""

    def __init__(
        self,
        executor: Executor,
        clock: Callable[[], float],
        deliver: Callable[[str, Sequence[Event]], None],
        *,
        prefix: bytes,
        scripts: Scripts,
        reader: Reader,
    ) -> None:
        """Begin without a run.

        Args:
            executor: Runs the attempts.
            clock: Seconds, never going back.
            deliver: Takes a run's name and a batch of its events, in order.
            prefix: What the mark of the attempts' processes starts with.
            scripts: Where script files lie.
            reader: Reads what is large.
        """
        self._scripts = scripts
        self._reader = reader
        self._executor = executor
        self._clock = clock
        self._deliver = deliver
        self._prefix = prefix
        self._numbers = count(1)
        self._runs: dict[str, ActiveRun] = {}
        self._kept: dict[str, _Kept] = {}

    @property
    def active(self) -> bool:
        """Whether there is a run that is not over."""
        return bool(self._runs)

    def open(self, request: RunRequest) -> None:
        """Begin a run."""
        size = sum([len(task.body) + 4096 for task in request.closure.tasks])
        memory = Memory(
            request.store, request.id, request.closure, request.homes, surroundings(request)
        )
        run = ActiveRun(
            request,
            executor=self._executor,
            clock=self._clock,
            numbers=self._numbers,
            prefix=self._prefix,
            memory=memory,
            scripts=self._scripts.folder(request.id, size, request.folder),
            reader=self._reader,
            alone=self._all_sweep,
        )
        self._runs[request.id] = run
        self._kept[request.id] = _Kept(run, memory)
        memory.begin()  # before anything starts: should all be killed, it is known what began
        run.begin()

    def cancel(self, run: str, task: str | None = None) -> None:
        """Stop a run, or one task of it; a run that is over is left alone."""
        active = self._runs.get(run)
        if active is None:
            return
        if task is None:
            active.cancel()
        else:
            active.cancel_task(task)

    def confirm(self, run: str, task: str, *, yes: bool) -> None:
        """Answer a task's question."""
        if run in self._runs:
            self._runs[run].confirm(task, yes=yes)

    def step(self, longest: float) -> None:
        """Wait for something to happen, at most `longest` seconds, and do what follows."""
        for report in self._executor.poll(self._until_due(longest)):
            self._pass_on(report)
        now = self._clock()
        for run in list(self._runs.values()):
            if run.next_due is not None and run.next_due <= now:
                run.tick()
            else:
                run.advance()
        self._deliver_batches()

    def abandon(self, grace: float) -> None:
        """End everything for which nobody is left, and write down that it was ended.

        Args:
            grace: Seconds between SIGTERM and SIGKILL.
        """
        try:
            for run in self._runs.values():
                run.stopped = True  # so that it is asked for the second time: nothing cleans up
                run.cancel()
        finally:
            self._executor.close(grace)
        for _ in range(_LAST_STEPS):
            if not self._runs:
                break
            self.step(0.0)

    def _pass_on(self, report: Report) -> None:
        for run in self._runs.values():
            match report:
                case Swept():
                    if report.token == id(run):
                        run.swept(report)
                        return
                case Started() if run.owns(report.id):
                    run.started(report.id, report.at, report.where)
                    return
                case Grew() if run.owns(report.id):
                    run.grew(report.id, report.size)
                    return
                case Ended() if run.owns(report.id):
                    run.finished(report)
                    return

    def _all_sweep(self) -> bool:
        """Whether no task of any run is left, so that what belongs to nobody can be nobody's."""
        return all(run.sweeping for run in self._runs.values())

    def _until_due(self, longest: float) -> float:
        """Return the seconds until there is something to do that no report will bring."""
        now = self._clock()
        due = now + longest
        for name, run in self._runs.items():
            if run.next_due is not None:
                due = min(due, run.next_due)
            if run.journal.events:
                due = min(due, self._kept[name].delivered + BATCH_EVERY)
        return max(0.0, due - now)

    def _deliver_batches(self) -> None:
        now = self._clock()
        for name, run in list(self._runs.items()):
            kept, journal = self._kept[name], run.journal
            if not journal.events:
                continue
            pressing = isinstance(journal.events[-1], _PRESSING)
            if run.ended:
                self._scripts.drop(name)
            if pressing or now - kept.delivered >= BATCH_EVERY:
                kept.write(journal)
                if run.ended:
                    kept.close(run)
                self._deliver(name, journal.events)
                journal.events = []
                kept.delivered = now
            if run.ended:
                del self._runs[name], self._kept[name]
