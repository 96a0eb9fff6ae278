"""The order in which one worker would run a closure, and why each task is in it."""

from __future__ import annotations

from spry_jupyter.model import Outcome
from spry_jupyter.plan.plan import Plan

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from spry_jupyter.plan.closure import Closure


def execution_order(closure: Closure) -> list[int]:
    """Return the positions of all tasks as they would run one by one, were all to succeed."""
    plan = Plan(closure, jobs=1)
    order = [ending.task for ending in plan.begin()]
    while ready := plan.ready():
        for task in ready:
            plan.begun(task)
            order.append(task)
            order += [ending.task for ending in plan.ended(task, Outcome.SUCCEEDED)]
    return order


def why_each(closure: Closure) -> list[str]:
    """Return for each task, in a few words, why it is part of the run."""
    needed: list[list[str]] = [[] for _ in closure.tasks]
    for i, task in enumerate(closure.tasks):
        for k in closure.needs[i]:
            needed[k].append(task.name)
    return [_why(closure, i, names) for i, names in enumerate(needed)]


_SHOWN = 3  # names in one reason


def _why(closure: Closure, task: int, needed: list[str]) -> str:
    if needed:
        return f"needed by {_listed(needed)}"
    if closure.after[task]:
        return f"cleans up after {_listed([closure.tasks[k].name for k in closure.after[task]])}"
    return "asked for" if task in closure.targets else "not asked for"


def _listed(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
