"""Shapes of task graphs, the same for every tool."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LAYERS = 20


@dataclass(frozen=True, slots=True)
class Job:
    """One task: a shell command that runs after the jobs named by `deps`."""

    name: str
    deps: tuple[str, ...] = ()
    command: str = "true"


@dataclass(frozen=True, slots=True)
class Graph:
    """Jobs in an order in which every dep comes first."""

    jobs: tuple[Job, ...]

    @property
    def sinks(self) -> tuple[str, ...]:
        """The jobs that no other needs; running these runs everything."""
        needed = {dep for job in self.jobs for dep in job.deps}
        return tuple(job.name for job in self.jobs if job.name not in needed)

    @property
    def deps(self) -> int:
        """How many deps all jobs have together."""
        return sum(len(job.deps) for job in self.jobs)

    def with_commands(self, command: Callable[[Job], str]) -> Graph:
        """The same graph whose jobs do something else."""
        return Graph(tuple(replace(job, command=command(job)) for job in self.jobs))


def wide(count: int, command: str = "true") -> Graph:
    """Jobs that need nothing."""
    return Graph(tuple(Job(f"t{i}", (), command) for i in range(count)))


def chain(count: int) -> Graph:
    """Each job needs the one before it."""
    return Graph(tuple(Job(f"t{i}", (f"t{i - 1}",) if i else ()) for i in range(count)))


def layered(count: int, deps: int) -> Graph:
    """Jobs in layers; each needs one of the layer before, and others of any earlier one.

    There are `deps` deps, or fewer where so small a graph has no room for them.
    """
    rng = random.Random(7)
    layers = min(LAYERS, count)
    start = [-(-layer * count // layers) for layer in range(layers)]
    layer_of = [i * layers // count for i in range(count)]
    needs = [
        {rng.randrange(start[layer - 1], start[layer])} if layer else set[int]()
        for layer in layer_of
    ]
    room = sum(start[layer] for layer in layer_of)
    left = min(deps, room) - sum(map(len, needs))
    while left > 0:
        job = rng.randrange(start[1], count)
        before = len(needs[job])
        needs[job].add(rng.randrange(start[layer_of[job]]))
        left -= len(needs[job]) - before
    return Graph(
        tuple(Job(f"t{i}", tuple(f"t{dep}" for dep in sorted(needs[i]))) for i in range(count))
    )


def fault_of(graph: Graph, ran: list[str]) -> str:
    """What is wrong with the order in which jobs ran; empty if nothing is."""
    position = {name: i for i, name in enumerate(ran)}
    if len(position) < len(ran):
        return "a task ran twice"
    missing = [job.name for job in graph.jobs if job.name not in position]
    if missing:
        return f"{len(missing)} tasks did not run, {missing[0]} among them"
    for job in graph.jobs:
        for dep in job.deps:
            if position[dep] > position[job.name]:
                return f"{job.name} ran before {dep}"
    return ""
