"""The graph of tasks: tolerant, so that it can be drawn while it is still wrong.

Tasks are known by their position in definition order. Missing deps and cycles are facts of the
graph here; `plan.closure` turns those that matter into errors.
"""

from __future__ import annotations

import re

from spry_jupyter.plan.families import Families, written_out

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from dataclasses import dataclass

    from spry_jupyter.model import Task
else:
    from spry_jupyter.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Graph:
    """Tasks and what connects them.

    Attributes:
        tasks: In definition order; the last definition of a name stands.
        index: Name to position.
        needs: For each task the positions of its deps, in order, injected ones last.
        after: For each task the positions of the tasks that name it with `--finally`.
        families: The tasks that are one for each value, by the name that they have together.
        missing: (position, name) of each dep or finalizer that is not defined.
    """

    tasks: tuple[Task, ...]
    index: dict[str, int]
    needs: tuple[tuple[int, ...], ...]
    after: tuple[tuple[int, ...], ...]
    families: Families
    missing: tuple[tuple[int, str], ...] = ()

    def __repr__(self) -> str:
        return f"<Graph of {len(self.tasks)} tasks>"

    @classmethod
    def of(cls, tasks: Iterable[Task]) -> Graph:
        """Connect tasks by name, in linear time; injected deps and families are worked in."""
        unique, families = written_out({task.name: task for task in tasks}.values())
        index = {task.name: i for i, task in enumerate(unique)}
        needs: list[tuple[int, ...]] = []
        missing: list[tuple[int, str]] = []
        after: list[list[int]] = [[] for _ in unique]
        for i, task in enumerate(unique):
            needs.append(tuple([index[name] for name in task.deps if name in index]))
            if len(needs[i]) < len(task.deps):
                missing += [(i, name) for name in task.deps if name not in index]
            for name in task.finalizers:
                if name in index:
                    after[index[name]].append(i)
                else:
                    missing.append((i, name))
        _inject(unique, needs, families)
        return cls(unique, index, tuple(needs), tuple(map(tuple, after)), families, tuple(missing))

    def named(self, name: str) -> tuple[int, ...]:
        """Return the positions of the task or the family of this name; empty if there is none."""
        return tuple(
            [self.index[one] for one in self.families.get(name, (name,)) if one in self.index]
        )

    def before(self, i: int) -> tuple[int, ...]:
        """Return all that has to end before task `i` starts: its deps, then who it cleans up for."""
        return self.needs[i] + tuple(k for k in self.after[i] if k not in self.needs[i])

    def edges(self) -> list[tuple[int, int]]:
        """Return (what ends first, what starts then) for every connection, in definition order."""
        return [(k, i) for i in range(len(self.tasks)) for k in self.before(i)]

    def cycles(self) -> list[list[str]]:
        """Return the cycles of the whole graph, see `find_cycles`, as names."""
        found = find_cycles(range(len(self.tasks)), self.before)
        return [[self.tasks[i].name for i in cycle] for cycle in found]


def _inject(tasks: Sequence[Task], needs: list[tuple[int, ...]], families: Families) -> None:
    """Make each injected dep a dep of what its pattern matches and it does not need itself."""
    family_of = {member: family for family, members in families.items() for member in members}
    for i, task in enumerate(tasks):
        if not task.injected_dep:
            continue
        pattern = re.compile(task.injected_dep)
        spared = reach([i], needs.__getitem__)
        for k, other in enumerate(tasks):
            if k in spared or i in needs[k]:
                continue
            if pattern.fullmatch(other.name) or pattern.fullmatch(family_of.get(other.name, "")):
                needs[k] += (i,)


def reach(starts: Iterable[int], ways: Callable[[int], Iterable[int]]) -> set[int]:
    """Return where ways lead from the starts, directly or not, with these.

    Args:
        starts: Positions.
        ways: Where one leads from a position.
    """
    seen = set(starts)
    stack = list(seen)
    while stack:
        for k in ways(stack.pop()):
            if k not in seen:
                seen.add(k)
                stack.append(k)
    return seen


_MOST_CYCLES = 100  # of a graph so wrong that more of them would help nobody


def find_cycles(
    nodes: Iterable[int], before: Callable[[int], Sequence[int]]
) -> list[tuple[int, ...]]:
    """Find a shortest cycle for every edge that closes one, at most 100.

    Args:
        nodes: Where to start, in the order to prefer.
        before: What a node waits for.

    Returns:
        Cycles in the direction of `before`, each starting and ending with its lowest node, none
        twice, sorted.
    """
    cycles: dict[tuple[int, ...], None] = {}
    closing, _ = walk(nodes, before)
    for origin, target in closing:
        path = _shortest_path(target, origin, before)
        low = path.index(min(path))
        cycles[(*path[low:], *path[:low], path[low])] = None
        if len(cycles) == _MOST_CYCLES:
            break
    return sorted(cycles)


def walk(
    nodes: Iterable[int], before: Callable[[int], Sequence[int]]
) -> tuple[list[tuple[int, int]], list[int]]:
    """Walk a graph depth first; there is no recursion, for chains may be 100,000 tasks deep.

    Args:
        nodes: Where to start, in the order to prefer.
        before: What a node waits for.

    Returns:
        The edges (node, what it waits for) that lead back to a node the walk is still within, and
        all nodes in the order in which it was through with them.
    """
    closing: list[tuple[int, int]] = []
    finished: dict[int, None] = {}
    within: set[int] = set()
    for start in nodes:
        if start in finished:
            continue
        within.add(start)
        stack = [(start, iter(before(start)))]
        while stack:
            node, rest = stack[-1]
            for k in rest:
                if k in within:
                    closing.append((node, k))
                elif k not in finished:
                    within.add(k)
                    stack.append((k, iter(before(k))))
                    break
            else:
                stack.pop()
                within.discard(node)
                finished[node] = None
    return closing, list(finished)


def _shortest_path(start: int, end: int, before: Callable[[int], Sequence[int]]) -> tuple[int, ...]:
    """Return the nodes of a shortest path; there has to be one."""
    came: dict[int, int] = {start: start}
    queue = [start]
    for node in queue:
        if node == end:
            break
        for k in before(node):
            if k not in came:
                came[k] = node
                queue.append(k)
    path = [end]
    while path[-1] != start:
        path.append(came[path[-1]])
    return tuple(reversed(path))
