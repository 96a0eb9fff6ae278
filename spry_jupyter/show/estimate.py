"""How long a run has still to go, judged by how long its tasks took before."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.show.view import RunView

_KNOWN = 0.5  # share of the tasks to go that must have a past, or any guess is a lie
_LATE = 1.5  # of its past; a task that takes longer than that may take any time
_ALWAYS = 2.0  # seconds that it may be late whatever its past


def seconds_left(
    view: RunView, closure: Closure, past: Mapping[str, float], now: float, *, jobs: int = 0
) -> float | None:
    """Return the seconds until the end if every task takes as long as it last did.

    Args:
        view: The run.
        closure: What it is about.
        past: Seconds that tasks took before, by name.
        now: Seconds from the start of the run.
        jobs: Tasks at once; 0 is no limit.

    Returns:
        None if too little is known of what is still to do, or a task takes far longer than before.
    """
    togo = {
        i: task
        for i, task in enumerate(closure.tasks)
        if task.name not in view.tasks or view.tasks[task.name].ended is None
    }
    works = [task.name for task in togo.values() if not task.is_group]
    known = [past[name] for name in works if name in past]
    if not works:
        return 0.0
    if len(known) < _KNOWN * len(works):
        return None
    usual = median(known)
    starts = {name: view.tasks[name].since for name in works if name in view.tasks}
    spent = {name: now - since for name, since in starts.items() if since is not None}
    if any(took > past.get(name, took) * _LATE + _ALWAYS for name, took in spent.items()):
        return None
    costs = {}
    for i, task in togo.items():
        cost = 0.0 if task.is_group else past.get(task.name, usual)
        costs[i] = max(0.0, cost - spent.get(task.name, 0.0))
    running = [i for i, task in togo.items() if task.name in spent]
    return _length(closure, costs, running, jobs or len(costs))


def _length(
    closure: Closure, costs: Mapping[int, float], running: Iterable[int], jobs: int
) -> float:
    """Return how long it takes to do tasks in the order of the plan, so many at once."""
    before = {i: {k for k in (*closure.needs[i], *closure.after[i]) if k in costs} for i in costs}
    behind: dict[int, list[int]] = {i: [] for i in costs}
    for i, needed in before.items():
        for k in needed:
            behind[k].append(i)
    going: list[tuple[float, int]] = []
    for i in running:
        heappush(going, (costs[i], i))
    begun = set(running)
    ready = deque(i for i in costs if not before[i] and i not in begun)
    clock = 0.0
    while going or ready:
        while ready and len(going) < jobs:
            i = ready.popleft()
            heappush(going, (clock + costs[i], i))
        clock, ended = heappop(going)
        for i in behind[ended]:
            before[i].discard(ended)
            if not before[i] and i not in begun:
                begun.add(i)
                ready.append(i)
    return clock
