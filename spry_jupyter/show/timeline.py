"""When each task of a run ran, and the chain of tasks that the run's length comes from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spry_jupyter.model import ConditionNotMet, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.show.view import RunView, TaskView

_DONE_AT_ONCE = (Outcome.SUCCEEDED, Outcome.UP_TO_DATE)  # by groups, and by what is up to date


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One task on the time line. Moments are seconds from the start of the run.

    Attributes:
        name: The task.
        start: Of its first attempt, or of its `--if` condition.
        end: Its end; while it runs, now.
        tries: (start, end) of each attempt; in between it waited for the next.
        mark: How it ended, or the state it is in, as `TaskView.mark`.
        waived: It failed and that counts for nothing.
        critical: The run's length comes from it and others like it.
    """

    name: str
    start: float
    end: float
    tries: tuple[tuple[float, float], ...]
    mark: str
    waived: bool = False
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """A run in time.

    Attributes:
        bars: Of the tasks that took time, by their start.
        length: Seconds from the start of the run to its end, or to now.
        critical: Names of the tasks that its length comes from, in the order they ran.
    """

    bars: tuple[Bar, ...]
    length: float
    critical: tuple[str, ...]


def timeline(view: RunView, closure: Closure, *, jobs: int = 0) -> Timeline:
    """Return a run in time.

    Args:
        view: The run, over or not.
        closure: What it is about.
        jobs: Tasks at once; 0 is no limit.
    """
    path = critical_path(view, closure, jobs=jobs)
    critical = set(path)
    spans = [(task, _span(task, view.at)) for task in view.tasks.values()]
    bars = [
        Bar(
            name=task.name,
            start=span[0],
            end=span[1],
            tries=tuple(_tries(task, span[1])),
            mark=task.mark,
            waived=task.ended is not None and task.ended.waived,
            critical=task.name in critical,
        )
        for task, span in spans
        if span is not None and (task.tries or span[0] < span[1])
    ]
    bars.sort(key=lambda bar: (bar.start, bar.end))
    return Timeline(tuple(bars), view.at, path)


def critical_path(view: RunView, closure: Closure, *, jobs: int = 0) -> tuple[str, ...]:
    """Return the tasks that a run's length comes from, in the order they ran.

    The last of them ended last. The one before each is the one that let it start: the dep that
    ended last, or, where all jobs or all places of its pool were taken then, the task whose end
    made room. While the run lasts, what runs is taken to end now.

    Args:
        view: The run, over or not.
        closure: What it is about.
        jobs: Tasks at once; 0 is no limit.
    """
    chain = _Chain(view, closure, jobs)
    path: list[int] = []
    at = chain.last()
    while at is not None:
        path.append(at)
        at = chain.before(at)
    while path and not chain.took_time(path[-1]):  # what was up to date held up nothing
        path.pop()
    return tuple(closure.tasks[i].name for i in reversed(path) if chain.took_part(i))


class _Chain:
    """Finds for each task the one that let it start. Tasks are positions in the closure."""

    def __init__(self, view: RunView, closure: Closure, jobs: int) -> None:
        self._closure = closure
        self._jobs = jobs
        self._spans: dict[int, tuple[float, float]] = {}
        self._skipped: set[int] = set()  # those through which others waited all the same
        self._worked: list[int] = []  # those that had a process, by their end
        for i, task in enumerate(closure.tasks):
            known = view.tasks.get(task.name)
            if known is None:
                continue
            span = _span(known, view.at)
            if span is not None:
                self._spans[i] = span
                if known.tries:
                    self._worked.append(i)
            elif known.ended is not None:
                self._spans[i] = (known.ended.at, known.ended.at)
                self._skipped.add(i)
        self._sizes: dict[str, int] = {}
        for pool in [task.pool for task in closure.tasks if task.pool is not None]:
            self._sizes[pool.name] = max(self._sizes.get(pool.name, 1), pool.size or 1)
        self._worked.sort(key=self._end)
        self._ends = [self._end(i) for i in self._worked]

    def _end(self, i: int) -> float:
        return self._spans[i][1]

    def took_part(self, i: int) -> bool:
        """Whether it ran, or was done without that."""
        return i not in self._skipped

    def took_time(self, i: int) -> bool:
        """Whether it did more than to be there."""
        start, end = self._spans[i]
        return start < end

    def last(self) -> int | None:
        """Return what ended last; of several the one that started last, a group after its deps."""
        took_part = [i for i in self._spans if self.took_part(i)]
        latest = max(took_part, key=lambda i: (self._end(i), self._spans[i][0]), default=None)
        if latest is None:
            return None
        return self._of_its_kind(latest)

    def _of_its_kind(self, latest: int) -> int:
        """Return, of those that ended in the same moment, one that no other of them waits for."""
        same = self._spans[latest]
        tied = {i for i, span in self._spans.items() if span == same and self.took_part(i)}
        awaited = {k for i in tied for k in self._deps(i)}
        return next(iter(sorted(tied - awaited)), latest)

    def _deps(self, i: int) -> Sequence[int]:
        return (*self._closure.needs[i], *self._closure.after[i])

    def before(self, i: int) -> int | None:
        """Return what let a task start; None if nothing held it up."""
        start = self._spans[i][0]
        deps = [k for k in self._deps(i) if k in self._spans and self._end(k) <= start]
        dep = max(deps, key=lambda k: (self._end(k), self._spans[k][0]), default=None)
        made_room = self._made_room(i, 0.0 if dep is None else self._end(dep), start)
        return dep if made_room is None else made_room

    def _made_room(self, i: int, ready: float, start: float) -> int | None:
        """Return the task whose end let `i` start, if it had to wait for room since `ready`."""
        if not self._jobs and self._closure.tasks[i].pool is None:
            return None
        first, behind = bisect_right(self._ends, ready), bisect_right(self._ends, start)
        for place in reversed(range(first, behind)):
            k = self._worked[place]
            if k != i and self._spans[k][0] < start and self._was_full(i, k, place):
                return k
        return None

    def _was_full(self, i: int, k: int, place: int) -> bool:
        """Whether, just before `k` ended, no other task could start that is like `i`."""
        end = self._end(k)
        running = [n for n in self._worked[place:] if self._spans[n][0] < end and n != i]
        pool = self._closure.tasks[i].pool
        if self._jobs and len(running) >= self._jobs:
            return True
        if pool is None:
            return False
        return len([n for n in running if self._in_pool(n, pool.name)]) >= self._sizes[pool.name]

    def _in_pool(self, i: int, name: str) -> bool:
        pool = self._closure.tasks[i].pool
        return pool is not None and pool.name == name


def _span(task: TaskView, now: float) -> tuple[float, float] | None:
    """Return when a task started and ended; None if it neither ran nor was done without that."""
    ended = task.ended
    if ended is None:
        return (task.since, max(now, task.since)) if task.since is not None else None
    if task.since is None and not _was_done(task):
        return None
    start = ended.at - ended.duration
    if task.since is not None:
        start = min(start, task.since)
    return max(0.0, start), ended.at


def _was_done(task: TaskView) -> bool:
    """Whether a task that had no process is done all the same, or its condition was asked."""
    ended = task.ended
    if ended is None:
        return False
    return ended.outcome in _DONE_AT_ONCE or ended.reason == ConditionNotMet() or ended.duration > 0


def _tries(task: TaskView, end: float) -> list[tuple[float, float]]:
    return [(t.start, max(t.start, end if t.end is None else t.end)) for t in task.tries]
