"""The order of the vertices within their layers, with few crossings."""

from __future__ import annotations

from bisect import bisect_right, insort
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.show.layers import Weave

SWEEPS = 12

Layers = tuple[tuple[int, ...], ...]
Ways = list[list[int]]


def arrange(woven: Weave) -> Layers:
    """Order each layer by sweeps of barycentres and exchanges; ties stay as defined."""
    before, after = woven.neighbours()
    layers = [list(layer) for layer in woven.layers]
    best = woven.layers
    fewest = crossings(best, after)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        _sweep(layers, before, after, leftwards=bool(sweep % 2))
        _exchange(layers, before, after)
        count = crossings(layers, after)
        if count < fewest:
            best, fewest = tuple(map(tuple, layers)), count
    return best


def crossings(layers: Sequence[Sequence[int]], after: Ways) -> int:
    """Count the pairs of links that cross."""
    total = 0
    for here, there in pairwise(layers):
        place = {v: i for i, v in enumerate(there)}
        seen: list[int] = []
        for v in here:
            ends = [place[w] for w in after[v]]
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _sweep(layers: list[list[int]], before: Ways, after: Ways, *, leftwards: bool) -> None:
    """Order each layer by the mean place of its neighbours in the layer ordered before it."""
    walk = layers[::-1] if leftwards else layers
    ways = after if leftwards else before
    for fixed, layer in pairwise(walk):
        place = {v: i for i, v in enumerate(fixed)}
        weight = {
            v: _mean([place[w] for w in ways[v]], other=i * len(fixed) / len(layer))
            for i, v in enumerate(layer)
        }
        layer.sort(key=weight.__getitem__)


def _mean(values: Sequence[int], *, other: float) -> float:
    return sum(values) / len(values) if values else other


def _exchange(layers: list[list[int]], before: Ways, after: Ways) -> None:
    """Exchange neighbours in a layer as long as that removes crossings."""
    for number, layer in enumerate(layers):
        left = {v: i for i, v in enumerate(layers[number - 1])} if number else {}
        right = {v: i for i, v in enumerate(layers[number + 1])} if layers[number + 1 :] else {}
        ends = {
            v: (sorted(left[w] for w in before[v]), sorted(right[w] for w in after[v]))
            for v in layer
        }
        for _ in layer:
            if not _exchange_once(layer, ends):
                break


def _exchange_once(layer: list[int], ends: dict[int, tuple[list[int], list[int]]]) -> bool:
    changed = False
    for i in range(len(layer) - 1):
        upper, lower = layer[i], layer[i + 1]
        now = sum(_inversions(a, b) for a, b in zip(ends[upper], ends[lower], strict=True))
        then = sum(_inversions(b, a) for a, b in zip(ends[upper], ends[lower], strict=True))
        if then < now:
            layer[i], layer[i + 1] = lower, upper
            changed = True
    return changed


def _inversions(upper: Sequence[int], lower: Sequence[int]) -> int:
    """Count the pairs in which the upper one ends below the lower one; both are sorted."""
    return sum(len(upper) - bisect_right(upper, end) for end in lower)
