"""The lines between two layers: where they turn, fork and join, and where they cross.

The space between two layers is a channel. Lines arrive in rows from its left and leave in rows to
its right; *risers* in columns of their own connect the rows. A riser that ends in another net's
line has an arrow head there. Two different lines may want the same row, one from the left and one
to the right; then the riser of the first has to stand left of the riser of the second. Where such
wishes contradict each other a riser is broken in two, which meet in a row that is free.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from spry_jupyter.show.strokes import Head, Level, Route, Upright
from spry_jupyter.show.tracks import Riser, columns, in_order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from spry_jupyter.show.cycles import Edge
    from spry_jupyter.show.strokes import Rows

PITCH = 2  # from one riser to the next, so that a line between two of them can be seen


@dataclass(slots=True)
class _Net:
    """What touches within the channel: rows to the left, rows to the right, nets it flows into."""

    left: set[float] = field(default_factory=set)
    right: set[float] = field(default_factory=set)
    into: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Channel:
    """The nets of a channel, and whose each row is on either side."""

    nets: Mapping[int, _Net]
    left: Mapping[float, int]
    right: Mapping[float, int]
    rows: Rows

    def joins(self, row: float) -> bool:
        """Tell whether the net on the left of the row flows into the one on its right."""
        here, there = self.left.get(row), self.right.get(row)
        return here is not None and there in self.nets[here].into


def route(
    links: Sequence[Edge], row_of: Sequence[int], one_way: Collection[Edge], rows: Rows
) -> Route:
    """Find the lines for the links of one channel; `rows` may get more rows."""
    channel = _channel(links, row_of, one_way, rows)
    risers = in_order(_risers(channel.nets), channel.left, channel.right, rows)
    placed = list(zip(risers, columns(risers), strict=True))
    placed = [(riser, PITCH * column) for riser, column in placed]
    levels = list(_levels(channel, placed))
    heads = [
        Head(level.row, level.start, "→")
        for level in levels
        if level.start is not None and channel.joins(level.row)
    ]
    uprights: list[Upright] = []
    for riser, column in placed:
        ends = _heads(riser, column, levels, rows)
        heads += ends.values()
        uprights += _uprights(riser, column, ends)
    return Route(
        width=1 + max((column for _, column in placed), default=-1),
        levels=tuple(levels),
        uprights=tuple(uprights),
        heads=tuple(heads),
    )


def _channel(
    links: Sequence[Edge], row_of: Sequence[int], one_way: Collection[Edge], rows: Rows
) -> _Channel:
    """Gather into nets what plain links connect."""
    net = {v: v for link in links for v in link}

    def find(v: int) -> int:
        while net[v] != v:
            v = net[v]
        return v

    for here, there in links:
        if (here, there) not in one_way:
            net[find(there)] = find(here)
    nets: dict[int, _Net] = defaultdict(_Net)
    left, right = {}, {}
    for here, there in links:
        source, sink = find(here), find(there)
        left[float(row_of[here])] = source
        right[float(row_of[there])] = sink
        nets[source].left.add(row_of[here])
        nets[sink].right.add(row_of[there])
        if source != sink and sink not in nets[source].into:
            nets[source].into.append(sink)
    return _Channel(nets, left, right, rows)


def _risers(nets: Mapping[int, _Net]) -> list[Riser]:
    """Give each net the risers that connect its own rows and lead into other nets."""
    risers = []
    for number, net in nets.items():
        trunk = None
        if len(net.left | net.right) > 1:
            trunk = Riser(net=number, left=frozenset(net.left), right=frozenset(net.right))
        ways = [_nearest(net.left, nets[other].right, other) for other in net.into]
        uneven = [way for way in ways if way[0] != way[1]]
        if trunk is not None:
            trunk, uneven = _extended(trunk, uneven)
            risers.append(trunk)
        risers += _branches(number, uneven)
    return risers


def _nearest(
    ours: Iterable[float], theirs: Iterable[float], other: int
) -> tuple[float, float, int]:
    return min(((a, b, other) for a in ours for b in theirs), key=lambda w: (abs(w[0] - w[1]), w))


def _extended(
    trunk: Riser, ways: list[tuple[float, float, int]]
) -> tuple[Riser, list[tuple[float, float, int]]]:
    """Let both ends of a trunk go on to the farthest lines that it leads into."""
    upward = min((way for way in ways if way[1] < trunk.top), key=lambda w: w[1], default=None)
    downward = max((way for way in ways if way[1] > trunk.bottom), key=lambda w: w[1], default=None)
    ends = [way for way in (upward, downward) if way is not None]
    into = {row: other for _, row, other in ends}
    longer = replace(trunk, right=trunk.right | into.keys(), into=into)
    return longer, [way for way in ways if way not in ends]


def _branches(number: int, ways: Iterable[tuple[float, float, int]]) -> list[Riser]:
    """Make risers that fork off a row, each up to one line above it and down to one below."""
    up: dict[float, list[tuple[float, int]]] = defaultdict(list)
    down: dict[float, list[tuple[float, int]]] = defaultdict(list)
    for start, end, other in ways:
        (up if end < start else down)[start].append((end, other))
    risers = []
    for start in sorted({*up, *down}):
        pairs = zip_longest(sorted(up[start]), sorted(down[start], reverse=True))
        for pair in pairs:
            into = dict(end for end in pair if end is not None)
            risers.append(
                Riser(net=number, left=frozenset({start}), right=frozenset(into), into=into)
            )
    return risers


def _levels(channel: _Channel, placed: Sequence[tuple[Riser, int]]) -> Iterable[Level]:
    """Draw each row: from the left to the last riser, from the first riser to the right."""
    last: dict[float, int] = {}
    first: dict[float, int] = {}
    for riser, column in placed:
        for row in riser.left:
            last[row] = max(column, last.get(row, column))
        for row in riser.right:
            first[row] = min(column, first.get(row, column))
    for row in sorted(channel.left.keys() | channel.right.keys() | last.keys()):
        here, there = channel.left.get(row), channel.right.get(row)
        if here is None and there is None:
            net = next(riser.net for riser, _ in placed if row in riser.left)
            yield Level(row, first[row], last[row], net)
        elif here == there:
            yield Level(row, None, None, here or 0)
        else:
            joint = first[row] - 1 if channel.joins(row) else None
            if here is not None:
                yield Level(row, None, last[row] if joint is None else joint, here)
            if there is not None:
                yield Level(row, first[row] if joint is None else joint, None, there)


def _heads(riser: Riser, column: int, levels: Sequence[Level], rows: Rows) -> dict[float, Head]:
    """Put a head near each end of a riser that leads into another net."""
    stops = sorted(riser.left | riser.right)
    ends = ((stops[0], stops[1], "↑"), (stops[-1], stops[-2], "↓"))
    return {
        end: Head(_free(end, inner, column, levels, rows), column, glyph)
        for end, inner, glyph in ends
        if end in riser.into
    }


def _uprights(riser: Riser, column: int, heads: Mapping[float, Head]) -> Iterable[Upright]:
    """Draw a riser, and beyond its heads what belongs to the nets that it leads into."""
    top, bottom = riser.top, riser.bottom
    if top in heads:
        yield Upright(column, top, heads[top].row, riser.into[top])
    if bottom in heads:
        yield Upright(column, heads[bottom].row, bottom, riser.into[bottom])
    top, bottom = (heads[end].row if end in heads else end for end in (top, bottom))
    yield Upright(column, top, bottom, riser.net)


def _free(end: float, inner: float, column: int, levels: Sequence[Level], rows: Rows) -> float:
    """Find the row next to the end of a riser in which no line crosses it, or make one."""
    crossed = {
        level.row
        for level in levels
        if (level.start is None or level.start <= column)
        and (level.end is None or level.end >= column)
    }
    for row in rows.inside(end, inner):
        if row not in crossed:
            return row
    return rows.split(end, inner)
