"""What a task reads by needing others: the files that they say they write."""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.plan.graph import Graph


def read_from(graph: Graph, task: int) -> list[int]:
    """Return the tasks whose files count among the inputs of a task, in definition order.

    They are its deps that have outputs, or capture into a file. A group has what its own deps have.

    Args:
        graph: One without cycles below the task; other positions are of no account.
        task: Position.
    """
    found: set[int] = set()
    seen: set[int] = set()
    stack = list(graph.needs[task])
    while stack:
        k = stack.pop()
        if k in seen:
            continue
        seen.add(k)
        if graph.tasks[k].outputs or "/" in graph.tasks[k].capture:
            found.add(k)
        if graph.tasks[k].is_group:
            stack += graph.needs[k]
    return sorted(found)


def behind_groups(closure: Closure, task: int) -> list[int]:
    """Return what a task of a closure needs to have run: a group stands for its own deps."""
    found: dict[int, None] = {}
    stack = list(closure.needs[task])
    while stack:
        k = stack.pop()
        if k not in found:
            found[k] = None
            if closure.tasks[k].is_group:
                stack += closure.needs[k]
    return [k for k in sorted(found) if not closure.tasks[k].is_group]
