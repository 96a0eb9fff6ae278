"""The time line of a run as a picture: a bar for each task, and the critical path marked.

It is an SVG without script, links and fonts of its own, for an `<img>`. Bars have the colours of
their tasks' states; lines and text are of a middle grey, to be read on a light page and a dark one.
"""

from __future__ import annotations

from html import escape
from itertools import pairwise
from math import floor, log10
from typing import TYPE_CHECKING

from spry_jupyter.show.fonts import width
from spry_jupyter.show.harmless import one_line
from spry_jupyter.show.lines import timing_text
from spry_jupyter.show.palette import FONT, LINE, look_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.show.timeline import Bar, Timeline

MOST = 40  # bars: those of the critical path, failures, then the longest
_WIDE = 860.0
_ROW, _TOP, _BOTTOM = 22.0, 26.0, 26.0
_LONGEST = 28  # characters of a name that are shown
_GAP = 10.0
_TEXT = "#737a83"  # 4.3:1 against white and against JupyterLab's dark page, the most for both
_CRITICAL = "#c0398a"
_SIZE = 12.0
_BOLD = 1.3  # how much wider bold letters of the widest usual font are than those that are measured

_STYLE = f"""text{{font-family:{FONT};font-size:{_SIZE:g}px;fill:{_TEXT}}}
.name{{text-anchor:end}}
.tick{{font-size:10.5px;text-anchor:middle}}
.bold{{font-weight:600}}
.grid{{stroke:{LINE};stroke-opacity:.3}}
.pause{{stroke:{LINE};stroke-dasharray:2 3}}
.critical{{fill:{_CRITICAL};stroke:none}}
.way{{fill:none;stroke:{_CRITICAL};stroke-width:1.4;stroke-opacity:.75}}
"""


def gantt(line: Timeline, *, most: int = MOST) -> str | None:
    """Return the picture of a run in time; None if nothing took any.

    Args:
        line: The run.
        most: Bars to draw at most.
    """
    if not line.bars or line.length <= 0:
        return None
    return _Picture(line, chosen(line.bars, most)).svg()


def chosen(bars: Sequence[Bar], most: int) -> list[Bar]:
    """Return the bars that matter most, in the order they came."""
    if len(bars) <= most:
        return list(bars)
    rank = sorted(
        range(len(bars)),
        key=lambda i: (
            not bars[i].critical,
            bars[i].mark != "failed",
            bars[i].start - bars[i].end,
        ),
    )
    return [bars[i] for i in sorted(rank[:most])]


class _Picture:
    def __init__(self, line: Timeline, bars: list[Bar]) -> None:
        self._line = line
        self._bars = bars
        self._labels = [_short(bar.name) for bar in bars]
        self._left = max(width(label, _SIZE) for label in self._labels) * _BOLD + 2 * _GAP
        self._room = _WIDE - self._left - 64.0  # what is behind a bar says how long it took
        self._high = _TOP + _ROW * len(bars) + _BOTTOM

    def svg(self) -> str:
        """Return all of it."""
        parts = [*self._grid(), *self._way()]
        for row in range(len(self._bars)):
            parts += self._row(row)
        parts.append(self._legend())
        size = f'width="{_n(_WIDE)}" height="{_n(self._high)}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
            f'viewBox="0 0 {_n(_WIDE)} {_n(self._high)}" role="img" '
            f'aria-label="Time line of {len(self._bars)} tasks">\n'
            f"<style>{_STYLE}</style>\n" + "\n".join(parts) + "\n</svg>"
        )

    def _x(self, at: float) -> float:
        return self._left + self._room * min(1.0, at / self._line.length)

    def _grid(self) -> list[str]:
        found = []
        for at in ticks(self._line.length):
            x = _n(self._x(at))
            found.append(
                f'<path class="grid" d="M{x},{_n(_TOP - 6)}V{_n(self._high - _BOTTOM + 2)}"/>'
                f'<text class="tick" x="{x}" y="{_n(_TOP - 11)}">{tick_text(at)}</text>'
            )
        return found

    def _way(self) -> list[str]:
        """Return the lines from each task of the critical path to the next."""
        rows = {bar.name: row for row, bar in enumerate(self._bars)}
        path = [name for name in self._line.critical if name in rows]
        found = []
        for one, other in pairwise(path):
            here, there = self._bars[rows[one]], self._bars[rows[other]]
            x1, x2 = self._x(here.end), self._x(there.start)
            y1, y2 = self._middle(rows[one]), self._middle(rows[other])
            found.append(f'<path class="way" d="M{_n(x1)},{_n(y1)}L{_n(x1)},{_n(y2)}H{_n(x2)}"/>')
        return found

    def _middle(self, row: int) -> float:
        return _TOP + _ROW * row + _ROW / 2

    def _row(self, row: int) -> list[str]:
        bar, label, y = self._bars[row], self._labels[row], self._middle(row)
        look = look_of(bar.mark)
        bold = " bold" if bar.critical else ""
        tip = f"{bar.name}: {bar.mark}, {timing_text(bar.end - bar.start)}"
        name = f'<text class="name{bold}" x="{_n(self._left - _GAP)}" y="{_n(y + 4)}">'
        found = [
            f"<g><title>{escape(one_line(tip))}</title>",
            f"{name}{escape(label)}</text>",
            f'<path class="pause" d="M{_n(self._x(bar.start))},{_n(y)}H{_n(self._x(bar.end))}"/>',
        ]
        for start, end in bar.tries or ((bar.start, bar.end),):
            x, wide = self._x(start), max(2.5, self._x(end) - self._x(start))
            failed = (start, end) != (bar.tries or ((start, end),))[-1]
            shown = look_of("failed") if failed else look
            found.append(
                f'<rect x="{_n(x)}" y="{_n(y - 7)}" width="{_n(wide)}" height="14" rx="3" '
                f'fill="{shown.colour}"/>'
            )
            if bar.critical:
                found.append(
                    f'<rect class="critical" x="{_n(x)}" y="{_n(y + 7.5)}" width="{_n(wide)}" '
                    f'height="2.5"/>'
                )
        found.append(
            f'<text class="{bold.strip()}" x="{_n(self._end(bar) + 6)}" y="{_n(y + 4)}">'
            f"{timing_text(bar.end - bar.start)}</text></g>"
        )
        return found

    def _end(self, bar: Bar) -> float:
        return max(self._x(bar.end), self._x(bar.start) + 2.5)

    def _legend(self) -> str:
        y = self._high - 7
        more = len(self._line.bars) - len(self._bars)
        said = f"and {more} more tasks, not drawn" if more else ""
        mark = (
            f'<rect class="critical" x="{_n(self._left)}" y="{_n(y - 5)}" width="18" height="2.5"/>'
            f'<text x="{_n(self._left + 24)}" y="{_n(y)}">critical path</text>'
        )
        return f'{mark}<text x="{_n(self._left + 130)}" y="{_n(y)}">{said}</text>'


def _short(name: str) -> str:
    text = one_line(name)
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[: half - 1]}…{text[-half:]}"


_STEPS = (1, 2, 5, 10)
_OF_MINUTES = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
_AT_MOST = 9  # ticks


def ticks(length: float) -> list[float]:
    """Return round moments from 0 to `length` seconds, nine at most."""
    least = length / (_AT_MOST - 1)
    tenth = 10.0 ** floor(log10(least)) if least > 0 else 1.0
    candidates = [step * tenth for step in _STEPS]
    if candidates[-1] > 30:  # noqa: PLR2004 - seconds, from where on people count in minutes
        candidates += [float(seconds) for seconds in _OF_MINUTES]
    days = 86400.0 * max(1, round(least / 86400 + 0.5))
    step = min([*(c for c in candidates if c >= least and _is_round(c)), days])
    return [step * i for i in range(int(length / step + 1e-9) + 1)]


def _is_round(seconds: float) -> bool:
    return seconds < 60 or seconds in _OF_MINUTES  # noqa: PLR2004 - a minute


def tick_text(seconds: float) -> str:
    """Return a round moment: `0`, `250ms`, `1.5s`, `2m`, `1h30m`."""
    if seconds == 0:
        return "0"
    if seconds < 1:
        return f"{seconds * 1000:.3g}ms"
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.3g}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (rest, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
