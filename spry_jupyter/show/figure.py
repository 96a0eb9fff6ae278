"""What a picture is made of: nodes with their words, and links. Each format only writes it down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spry_jupyter.show.cycles import looped
from spry_jupyter.show.harmless import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spry_jupyter.model import Task
    from spry_jupyter.show.sketch import Sketch

TASK, GROUP, MISSING, STAGE = "task", "group", "missing", "stage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A box.

    Attributes:
        label: What it is called, in one line; of what is not defined with a `?`.
        kind: `task`, `group` (a task with nothing to run), `missing` (named and not defined) or
            `stage` (many tasks).
        names: Of the tasks that it stands for.
        descr: One line, or empty.
        notes: Its language and flags, a few letters each.
        deps: What it needs, by name.
        missing: How many of the names of a stage are not defined.
    """

    label: str
    kind: str = TASK
    names: tuple[str, ...] = ()
    descr: str = ""
    notes: tuple[str, ...] = ()
    deps: tuple[str, ...] = ()
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow between two nodes, by their positions.

    Attributes:
        tail: What ends first.
        head: What starts then.
        looped: It is part of a cycle.
        after: It is there for `--finally` alone.
    """

    tail: int
    head: int
    looped: bool = False
    after: bool = False


@dataclass(frozen=True, slots=True)
class Cluster:
    """Nodes that are drawn together, by their positions, under a label of one line."""

    label: str
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """All that a picture shows; no link is there twice."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    clusters: tuple[Cluster, ...] = ()


def figure(what: Sketch, cluster: str = "") -> Figure:
    """Return the nodes and links of a graph, each task a node at its position in `what.names`.

    Args:
        what: The graph.
        cluster: `heading` or `tag` puts the tasks of each into a cluster; empty makes none.
    """
    unique = list(dict.fromkeys(what.edges))
    marked = looped(len(what.names), unique)
    links = [
        Link(tail, head, (tail, head) in marked, (tail, head) in what.after)
        for tail, head in unique
    ]
    nodes = [_node(task) for task in what.tasks]
    nodes += [
        Node(label=f"{one_line(what.names[i])}?", kind=MISSING, names=(what.names[i],))
        for i in what.missing
    ]
    return Figure(tuple(nodes), tuple(links), tuple(_clusters(what.tasks, cluster)))


def _clusters(tasks: Sequence[Task], by: str) -> Iterator[Cluster]:
    """Gather tasks by their heading or first tag; who has none stands alone."""
    parts: dict[str, list[int]] = {}
    for i, task in enumerate(tasks):
        match by:
            case "heading":
                label = one_line(task.span.heading) if task.span is not None else ""
            case "tag":
                label = f"@{one_line(task.tags[0])}" if task.tags else ""
            case _:
                return
        if label:
            parts.setdefault(label, []).append(i)
    yield from (Cluster(label, tuple(members)) for label, members in parts.items())


def _node(task: Task) -> Node:
    return Node(
        label=one_line(task.name),
        kind=GROUP if task.is_group else TASK,
        names=(task.name,),
        descr=one_line(task.descr).strip(),
        notes=tuple(map(one_line, notes(task))),
        deps=tuple(map(one_line, task.deps)),
    )


def notes(task: Task) -> list[str]:
    """Say in a few letters each what language a task is in, and what its flags are."""
    limits, pool = task.limits, task.pool
    size = f"={pool.size}" if pool is not None and pool.size else ""
    said = (
        ("" if task.is_group else task.lang),
        (f"retry {limits.retry}" if limits.retry else ""),
        (f"≤ {limits.timeout.text}" if limits.timeout is not None else ""),
        ("asks" if task.confirm is not None else ""),
        ("if" if task.condition else ""),
        ("always" if task.always else ""),
        ("may fail" if task.allow_failure else ""),
        (f"pool {pool.name}{size}" if pool is not None else ""),
        ("cached" if task.outputs else ""),
        (f"→ {task.capture}" if task.capture else ""),
        ("silent" if task.silent else ""),
        *(f"@{tag}" for tag in task.tags),
    )
    return [note for note in said if note]
