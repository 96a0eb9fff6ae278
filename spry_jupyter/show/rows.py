"""The row of every vertex: lines straight where they can be, forks and joins centred."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from spry_jupyter.show.cycles import Edge
    from spry_jupyter.show.layers import Weave
    from spry_jupyter.show.order import Layers

GAP = 2  # a blank row between the tasks of a layer, so that an arrow into their middle fits
ROUNDS = 4
FIRM = 8.0  # how much more a straight line counts than a centred one


def settle(woven: Weave, layers: Layers, one_way: Collection[Edge]) -> list[int]:
    """Choose rows from 0 down, in the order of each layer.

    A vertex wants to be level with its partner, else in the middle of its neighbours: first of
    those to its right, then of those to its left, a few times in turn.
    """
    before, after = woven.neighbours()
    partners = _partners(woven, one_way)
    ahead = dict(partners)
    behind = {there: here for here, there in partners}
    rows = [0] * woven.size
    for layer in layers:
        for place, v in enumerate(layer):
            rows[v] = GAP * place
    for _ in range(ROUNDS):
        for layer in layers[::-1]:
            _place(layer, rows, after, ahead)
        for layer in layers:
            _place(layer, rows, before, behind)
    return _packed(rows, layers)


def _partners(woven: Weave, one_way: Collection[Edge]) -> list[Edge]:
    """Choose the links that should be straight: those that neither fork nor join, then lanes."""
    plain = [link for link in woven.links if link not in one_way]
    before, after = woven.neighbours()
    forks = {v for v in range(woven.size) if sum((v, w) not in one_way for w in after[v]) > 1}
    joins = {v for v in range(woven.size) if sum((u, v) not in one_way for u in before[v]) > 1}
    chosen = [link for link in plain if link[0] not in forks and link[1] not in joins]
    tails = {here for here, _ in chosen}
    heads = {there for _, there in chosen}
    for here, there in woven.links:
        if min(here, there) >= woven.tasks and here not in tails and there not in heads:
            chosen.append((here, there))
            tails.add(here)
            heads.add(there)
    return chosen


def _place(
    layer: Sequence[int], rows: list[int], ways: Sequence[Sequence[int]], partner: dict[int, int]
) -> None:
    """Move the vertices of a layer as near as they can all get to where they want to be."""
    wishes = []
    for place, v in enumerate(layer):
        if v in partner:
            wish, weight = float(rows[partner[v]]), FIRM
        elif ways[v]:
            wish, weight = sum(rows[w] for w in ways[v]) / len(ways[v]), 1.0
        else:
            wish, weight = float(rows[v]), 1 / FIRM
        wishes.append((wish - GAP * place, weight))
    for place, (v, row) in enumerate(zip(layer, _rising(wishes), strict=True)):
        rows[v] = round(row - 0.01) + GAP * place


def _rising(wishes: Iterable[tuple[float, float]]) -> list[float]:
    """Find the never falling values that differ least from (value, weight), in least squares."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in wishes:
        block = (value, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            above, heft, length = blocks.pop()
            total = heft + block[1]
            block = ((above * heft + block[0] * block[1]) / total, total, length + block[2])
        blocks.append(block)
    return [value for value, _, length in blocks for _ in range(length)]


def _packed(rows: Sequence[int], layers: Layers) -> list[int]:
    """Start at row 0, and drop the rows that keep nothing apart."""
    needed = set(rows)
    for layer in layers:
        needed.update(rows[v] + 1 for v in layer[:-1])
    number = {row: i for i, row in enumerate(sorted(needed))}
    return [number[row] for row in rows]
