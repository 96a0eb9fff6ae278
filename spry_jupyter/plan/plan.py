"""What may start now, and what each ending changes.

A plan decides and does nothing: it knows no process, no clock and no thread. Tasks are positions
in its closure. Of the tasks that are ready the one with the longest remaining path comes first,
then the one defined first.
"""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush

from spry_jupyter.model import Blocked, ConditionNotMet, Interrupted, Outcome, Reason
from spry_jupyter.plan.precedence import dependents_of, ranks, topological

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from dataclasses import dataclass

    from spry_jupyter.plan.closure import Closure
else:
    from spry_jupyter.frozen import dataclass

_WAITING, _READY, _HELD, _RUNNING, _ENDED = range(5)
_UNSTARTED = (_WAITING, _READY, _HELD)  # no process of it runs now


@dataclass(frozen=True, slots=True)
class Ending:
    """A task that ended without an attempt: a group, a skipped or a cancelled one."""

    task: int
    outcome: Outcome
    reason: Reason | None = None


class _Pool:
    """How many of a pool run, of how many that may, and which wait for a place."""

    __slots__ = ("running", "size", "waiting")

    def __init__(self) -> None:
        self.size = 1
        self.running = 0
        self.waiting: list[tuple[float, int]] = []


class Plan:
    """The state of one run's tasks."""

    def __init__(
        self,
        closure: Closure,
        *,
        jobs: int = 0,
        fail_fast: bool = False,
        weights: Sequence[float] | None = None,
    ) -> None:
        """Begin with everything waiting; call `begin` next.

        Args:
            closure: What the run is about.
            jobs: Tasks at once; 0 is no limit.
            fail_fast: The first failure stops the rest.
            weights: Expected seconds for each task; None counts tasks.
        """
        count = len(closure.tasks)
        self.closure = closure
        self.jobs = jobs
        self.fail_fast = fail_fast
        self.ok = True
        self.draining = False
        self.outcomes: list[Outcome | None] = [None] * count
        self.started = [False] * count
        self.left = count
        self.running = 0
        self._state = [_WAITING] * count
        self._before = [
            (*needs, *(k for k in after if k not in needs)) if after else needs
            for needs, after in zip(closure.needs, closure.after, strict=True)
        ]
        self._pending = [len(before) for before in self._before]
        self._dependents = dependents_of(self._before)
        self._always = [
            task.always or bool(after)
            for task, after in zip(closure.tasks, closure.after, strict=True)
        ]
        self._instant = [
            task.is_group and not task.condition and task.confirm is None for task in closure.tasks
        ]
        self._order = topological(self._dependents, self._pending)
        self._rank = ranks(self._order, self._dependents, weights)
        self._bad: set[int] = set()  # ended so that their dependents cannot run
        self._heap: list[tuple[float, int]] = []
        self._pools = _pools(closure)

    def begin(self) -> list[Ending]:
        """Make ready what waits for nothing; return the groups that are thereby done."""
        return self._settle(i for i, pending in enumerate(self._pending) if not pending)

    def ready(self) -> list[int]:
        """Take what may start now, in order; it counts as running from here on."""
        taken: list[int] = []
        while self._heap and (not self.jobs or self.running < self.jobs):
            entry = heappop(self._heap)
            task = entry[1]
            pool = self._pool_of(task)
            if self._state[task] != _READY:
                self._next_of(pool)  # a place that was meant for what is cancelled is another's
                continue
            if pool is not None:
                if pool.running >= pool.size:
                    heappush(pool.waiting, entry)
                    continue
                pool.running += 1
            self._state[task] = _RUNNING
            self.running += 1
            taken.append(task)
        return taken

    def begun(self, task: int) -> None:
        """Note that an attempt of the task has been started."""
        self.started[task] = True

    def hold(self, task: int) -> None:
        """Give the place of a running task to others: it waits to be retried or confirmed."""
        self._leave(task)
        self._state[task] = _HELD

    def release(self, task: int) -> None:
        """Make a held task ready again."""
        if self._state[task] == _HELD:
            self._push(task)

    def ended(self, task: int, outcome: Outcome, reason: Reason | None = None) -> list[Ending]:
        """Note how a task that runs or is held has ended.

        Args:
            task: Which.
            outcome: How.
            reason: Why; it tells a task whose condition was not met from a blocked one.

        Returns:
            What ended because of it, in order; not the task itself.
        """
        if self._state[task] == _RUNNING:
            self._leave(task)
        endings = self._settle(self._close(task, outcome, reason))
        if self.fail_fast and not self.ok and not self.draining:
            endings += self.cancel()
        return endings

    def cancel(self) -> list[Ending]:
        """Start nothing more, but what cleans up after what had started.

        Returns:
            What is thereby cancelled. What runs is the caller's to stop, see `stoppable`.
        """
        self.draining = True
        return self._cancel_all_but(self._cleaners())

    def stoppable(self, *, cleanup: bool = False) -> list[int]:
        """Return what runs and has to be stopped; with `cleanup` also what cleans up."""
        return [
            task
            for task, state in enumerate(self._state)
            if state == _RUNNING and (cleanup or not self._always[task])
        ]

    def cancel_rest(self) -> list[Ending]:
        """Cancel also what would still clean up; return what is thereby cancelled."""
        self.draining = True
        return self._cancel_all_but(frozenset())

    def cancel_task(self, task: int) -> list[Ending]:
        """Cancel one task that has not started, and what needs it."""
        if self._state[task] not in _UNSTARTED:
            return []
        return self._end(task, Outcome.CANCELLED, Interrupted())

    def cleans_up(self, task: int) -> bool:
        """Whether the task starts when what it waits for has ended, however that went."""
        return self._always[task]

    # -- how one thing leads to another ------------------------------------------------------

    def _cancel_all_but(self, spared: Collection[int]) -> list[Ending]:
        endings: list[Ending] = []
        for task, state in enumerate(self._state):
            if state in _UNSTARTED and task not in spared:
                endings += self._end(task, Outcome.CANCELLED, Interrupted())
        return endings

    def _cleaners(self) -> set[int]:
        """Return what is to clean up after something that started, or that cleans up itself."""
        cleaners: set[int] = set()
        for task in self._order:
            if not self._always[task] or self._state[task] not in _UNSTARTED:
                continue
            if any(self.started[k] or k in cleaners for k in self._before[task]):
                cleaners.add(task)
        return cleaners

    def _end(self, task: int, outcome: Outcome, reason: Reason | None) -> list[Ending]:
        """End a task that does not run, and all that follows."""
        if self._state[task] == _ENDED:
            return []
        own = Ending(task, outcome, reason)
        return [own, *self._settle(self._close(task, outcome, reason))]

    def _close(self, task: int, outcome: Outcome, reason: Reason | None) -> list[int]:
        """Write down an ending; return the dependents that may now be decided, in order."""
        self._state[task] = _ENDED
        self.outcomes[task] = outcome
        self.left -= 1
        good = (
            outcome in (Outcome.SUCCEEDED, Outcome.UP_TO_DATE)
            or (outcome is Outcome.FAILED and self.closure.tasks[task].allow_failure)
            or isinstance(reason, ConditionNotMet)
        )
        if not good:
            self.ok = False
            self._bad.add(task)
        due: list[int] = []
        for k in self._dependents[task]:
            self._pending[k] -= 1
            if self._state[k] != _WAITING:
                continue
            if not self._pending[k] or (not good and not self._always[k]):
                due.append(k)
        return due

    def _settle(self, due: Iterable[int]) -> list[Ending]:
        """Decide tasks whose deps have ended, or whose fate is known, and what follows."""
        endings: list[Ending] = []
        queue = deque(due)
        while queue:
            task = queue.popleft()
            if self._state[task] != _WAITING:
                continue
            ending = self._decide(task)
            if ending is None:
                self._push(task)
            else:
                endings.append(ending)
                queue += self._close(task, ending.outcome, ending.reason)
        return endings

    def _decide(self, task: int) -> Ending | None:
        """Return how a waiting task ends right away, or None if it is to run."""
        if not self._always[task]:
            ending = self._blocked(task, self.closure.needs[task])
            if ending is not None:
                return ending
        elif self._cleans_for_others(task) and not self._named_by_started(task):
            return self._blocked(task, self.closure.after[task]) or Ending(
                task, Outcome.SKIPPED, ConditionNotMet()
            )
        if self.draining and not self._may_clean_up(task):
            return Ending(task, Outcome.CANCELLED, Interrupted())
        if self._instant[task]:
            self.started[task] = any(self.started[k] for k in self._before[task])
            return Ending(task, Outcome.SUCCEEDED)
        return None

    def _blocked(self, task: int, needs: Sequence[int]) -> Ending | None:
        """Return the ending that the first bad ending among these leads to."""
        for k in needs:
            if k in self._bad:
                if self.outcomes[k] is not Outcome.CANCELLED:
                    return Ending(task, Outcome.SKIPPED, Blocked(self.closure.tasks[k].name))
                if self.draining:
                    return Ending(task, Outcome.CANCELLED, Interrupted())
                return Ending(task, Outcome.CANCELLED, Blocked(self.closure.tasks[k].name))
        return None

    def _cleans_for_others(self, task: int) -> bool:
        """Whether it is there only because others name it; not if it is a dep of one that is."""
        return bool(self.closure.after[task]) and not self.closure.wanted[task]

    def _named_by_started(self, task: int) -> bool:
        return any(self.started[k] for k in self.closure.after[task])

    def _may_clean_up(self, task: int) -> bool:
        return self._always[task] and any(self.started[k] for k in self._before[task])

    # -- places ------------------------------------------------------------------------------

    def _push(self, task: int) -> None:
        self._state[task] = _READY
        heappush(self._heap, (self._rank[task], task))

    def _leave(self, task: int) -> None:
        """Free the place of a running task, and let the next of its pool have it."""
        self.running -= 1
        pool = self._pool_of(task)
        if pool is not None:
            pool.running -= 1
            self._next_of(pool)

    def _next_of(self, pool: _Pool | None) -> None:
        """Let who waits for a place of a pool try for it."""
        if pool is not None and pool.waiting:
            heappush(self._heap, heappop(pool.waiting))

    def _pool_of(self, task: int) -> _Pool | None:
        pool = self.closure.tasks[task].pool
        return self._pools[pool.name] if pool is not None else None


def _pools(closure: Closure) -> dict[str, _Pool]:
    pools: dict[str, _Pool] = {}
    for task in closure.tasks:
        if task.pool is not None:
            pool = pools.setdefault(task.pool.name, _Pool())
            if task.pool.size is not None:
                pool.size = task.pool.size
    return pools
