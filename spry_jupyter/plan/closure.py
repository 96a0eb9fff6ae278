"""What a run is about: the targets with all they need, free of faults.

`resolve` is strict where `Graph` is tolerant: it reports every fault of the closure at once, and
a plan takes nothing but its result.
"""

from __future__ import annotations

from spry_jupyter.errors import (
    CycleError,
    GraphFaults,
    RequestError,
    SpryError,
    UnknownTask,
    nearest,
)
from spry_jupyter.plan.graph import Graph, find_cycles, reach

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from dataclasses import dataclass

    from spry_jupyter.model import Task
else:
    from spry_jupyter.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Closure:
    """The tasks of one run, by position in definition order.

    Attributes:
        tasks: In definition order.
        needs: For each task the positions of its deps.
        after: For each task the positions of those it cleans up for.
        wanted: Whether a task is there for its own sake, not only to clean up.
        targets: Positions of what was asked for.
        everything: Whether that was every task, and none by its name.
    """

    tasks: tuple[Task, ...]
    needs: tuple[tuple[int, ...], ...]
    after: tuple[tuple[int, ...], ...]
    wanted: tuple[bool, ...]
    targets: frozenset[int]
    everything: bool = False


def resolve(
    graph: Graph, targets: Sequence[str] | None = None, *, only: bool = False, hint: str = ""
) -> Closure:
    """Take the closure of the targets.

    Args:
        graph: All that is defined.
        targets: Names and `@TAG`s; None is every task.
        only: The targets without their deps.
        hint: A way out to show with a task that does not exist.

    Raises:
        GraphFaults: With every fault of the closure: unknown targets and deps, cycles, captures
            and pools that contradict each other.
    """
    asked, faults = select(graph, targets, hint)
    needs = _needs_among(graph, asked) if only else graph.needs
    wanted = reach(asked, needs.__getitem__)
    members, order = _with_finalizers(graph, wanted, () if only else needs)
    if not only:
        faults += _missing(graph, members, hint)
    faults += _cycles(graph, order, needs)
    faults += _contradictions([graph.tasks[i] for i in order])
    if faults:
        raise GraphFaults(faults)
    place = {old: new for new, old in enumerate(order)}
    return Closure(
        tasks=tuple([graph.tasks[i] for i in order]),
        needs=tuple([tuple([place[k] for k in needs[i] if k in place]) for i in order]),
        after=tuple([tuple([place[k] for k in graph.after[i] if k in place]) for i in order]),
        wanted=tuple([i in wanted for i in order]),
        targets=frozenset(place[i] for i in asked),
        everything=targets is None,
    )


def select(
    graph: Graph, targets: Sequence[str] | None, hint: str = ""
) -> tuple[list[int], list[SpryError]]:
    """Return the positions of the targets, in the order asked, and what is not there."""
    if targets is None:
        return list(range(len(graph.tasks))), []
    asked: dict[int, None] = {}
    faults: list[SpryError] = []
    for target in targets:
        if target.startswith("@"):
            found = [i for i, task in enumerate(graph.tasks) if target[1:] in task.tags]
            names: Iterable[str] = {f"@{tag}" for task in graph.tasks for tag in task.tags}
        else:
            found = [*graph.named(target)]
            names = [*graph.families, *graph.index]
        if not found:
            near = nearest(target, names)
            faults.append(UnknownTask(target, near=near, note="" if near else hint))
        asked.update(dict.fromkeys(found))
    return list(asked), faults


def _needs_among(graph: Graph, asked: list[int]) -> tuple[tuple[int, ...], ...]:
    chosen = set(asked)
    return tuple(
        tuple(k for k in needs if k in chosen) if i in chosen else ()
        for i, needs in enumerate(graph.needs)
    )


def _with_finalizers(
    graph: Graph, wanted: set[int], needs: Sequence[Sequence[int]]
) -> tuple[set[int], list[int]]:
    """Add the finalizers of what is there, with their own deps, until nothing is new."""
    members = set(wanted)
    fresh = list(wanted)
    while fresh:
        named = {
            graph.index[name]
            for i in fresh
            for name in graph.tasks[i].finalizers
            if name in graph.index
        }
        added = (reach(named, needs.__getitem__) if needs else named) - members
        members |= added
        fresh = list(added)
    return members, sorted(members)


_MOST_SUGGESTIONS = 20  # each looks through every name of the graph


def _missing(graph: Graph, members: set[int], hint: str) -> list[SpryError]:
    faults: list[SpryError] = []
    for i, name in graph.missing:
        if i in members:
            near = (
                nearest(name, (*graph.families, *graph.index))
                if len(faults) < _MOST_SUGGESTIONS
                else None
            )
            task = graph.tasks[i]
            note = f"\n  {hint}" if hint and not near else ""
            faults.append(
                UnknownTask(name, needed_by=task.name, near=near, span=task.span, note=note)
            )
    return faults


def _cycles(graph: Graph, order: list[int], needs: Sequence[Sequence[int]]) -> list[SpryError]:
    def before(i: int) -> Sequence[int]:
        return (*needs[i], *graph.after[i]) if graph.after[i] else needs[i]

    return [
        CycleError([graph.tasks[i].name for i in cycle], span=graph.tasks[cycle[0]].span)
        for cycle in find_cycles(order, before)
    ]


def _contradictions(tasks: Sequence[Task]) -> list[SpryError]:
    faults: list[SpryError] = []
    captures: dict[str, Task] = {}
    pools: dict[str, Task] = {}
    for task in tasks:
        if task.capture:
            first = captures.setdefault(_captured_as(task), task)
            if first is not task:
                faults.append(
                    RequestError(
                        f'Both "{first.name}" and "{task.name}" capture {task.capture}',
                        span=task.span,
                    )
                )
        if task.pool is not None and task.pool.size is not None:
            first = pools.setdefault(task.pool.name, task)
            if first.pool != task.pool:
                faults.append(
                    RequestError(
                        f'Pool "{task.pool.name}" has another size in "{task.name}" '
                        f'than in "{first.name}"',
                        span=task.span,
                    )
                )
    return faults


def _captured_as(task: Task) -> str:
    """Return what the capture fills: a variable, or a file whose place depends on the task's."""
    if "/" not in task.capture:
        return task.capture
    return f"{task.folder}\0{task.cwd}\0{task.capture}"
