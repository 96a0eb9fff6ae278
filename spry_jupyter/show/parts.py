"""What of a graph hangs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def connected(count: int, groups: Iterable[Sequence[int]]) -> list[list[int]]:
    """Return vertices by the parts that nothing leads out of, in the order of their first ones.

    Args:
        count: Of the vertices, which are numbered from 0.
        groups: Vertices that hang together: the two ends of an edge, or more.
    """
    home = list(range(count))
    for group in groups:
        roots = {_root(home, i) for i in group}
        for root in roots:
            home[root] = min(roots)
    parts: dict[int, list[int]] = {}
    for i in range(count):
        parts.setdefault(_root(home, i), []).append(i)
    return list(parts.values())


def _root(home: list[int], i: int) -> int:
    while home[i] != i:
        home[i] = home[home[i]]
        i = home[i]
    return i
