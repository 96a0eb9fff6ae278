"""Which of the tasks that are ready comes first: the one with the longest path before it."""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Sequence


def dependents_of(before: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return for each task those that wait for it.

    Args:
        before: For each task what it waits for.
    """
    dependents: list[list[int]] = [[] for _ in before]
    for i, needs in enumerate(before):
        for k in needs:
            dependents[k].append(i)
    return dependents


def topological(dependents: Sequence[Sequence[int]], pending: Sequence[int]) -> list[int]:
    """Return the tasks, each after all that it waits for.

    Args:
        dependents: See `dependents_of`.
        pending: For each task how many it waits for.
    """
    left = list(pending)
    order = [i for i, count in enumerate(left) if not count]
    for i in order:
        for k in dependents[i]:
            left[k] -= 1
            if not left[k]:
                order.append(k)
    return order


def ranks(
    order: Sequence[int], dependents: Sequence[Sequence[int]], weights: Sequence[float] | None
) -> list[float]:
    """Return for each task minus the length of the longest path from its start to an end.

    Args:
        order: See `topological`.
        dependents: See `dependents_of`.
        weights: Expected seconds of each task; None counts tasks.
    """
    rank = [0.0] * len(order)
    for i in reversed(order):
        longest = min([rank[k] for k in dependents[i]], default=0.0)
        rank[i] = longest - (1.0 if weights is None else weights[i])
    return rank
