"""The looks of a task's state, in one place for pictures, widgets and records.

Colours are those of Okabe and Ito, which people with any kind of colour blindness tell apart, each
with a light tint. A state has a symbol and a kind of border besides its colour. Text is dark on an
opaque tint, and lines are of a middle grey: both can be read on a white and on a dark page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

TEXT = "#1f2328"
SOFT = "#57606a"  # for what is small and less important, on a tint
LINE = "#7a8490"  # 3:1 at least against white and against JupyterLab's dark page
TINT = "#f4f6f8"
LOOPED = "#d55e00"
ABSENT = "#d55e00"
ABSENT_TINT = "#fff6ef"
FONT = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Look:
    """How a state looks.

    Attributes:
        symbol: A character; empty where there is nothing to say.
        colour: Of the border and of the badge.
        tint: Of the box.
        ink: Of the symbol, on `colour`.
        dashes: Of the border, as `stroke-dasharray`; empty is a whole line.
    """

    symbol: str
    colour: str
    tint: str
    ink: str = "#ffffff"
    dashes: str = ""


LOOKS = {
    "waiting": Look("", LINE, "#f4f6f8", dashes="2 3"),
    "asking": Look("?", "#f0e442", "#fdfbd8", ink=TEXT),
    "running": Look("▶", "#0072b2", "#d9ebf7"),
    "retrying": Look("↻", "#e69f00", "#fdf0d2", ink=TEXT),
    "succeeded": Look("✓", "#00795a", "#d6f0e6"),
    "up-to-date": Look("●", "#56b4e9", "#e6f4fc", ink=TEXT),
    "failed": Look("✗", "#c04d00", "#fbe0cc"),
    "skipped": Look("⊘", "#656d76", "#e9ecef", dashes="6 4"),
    "cancelled": Look("⊘", "#a34b7e", "#f6e3ee", dashes="2 3"),
}
"""The states of a task, and how each looks."""


def look_of(mark: str) -> Look:
    """Return how a state looks, by its name in `LOOKS` or as `TaskView.mark` has it."""
    return LOOKS[mark.replace(" ", "-")]


_STYLE = f"""
.spry-graph text{{font-family:{FONT};fill:{TEXT}}}
.spry-graph .spry-box,.spry-graph .spry-under{{fill:{TINT};stroke:{LINE};stroke-width:1.2}}
.spry-graph .spry-name{{font-size:14px;text-anchor:middle}}
.spry-graph .spry-notes{{font-size:10.5px;text-anchor:middle;fill:{SOFT}}}
.spry-graph .spry-line{{fill:none;stroke:{LINE};stroke-width:1.4}}
.spry-graph .spry-head{{fill:{LINE};stroke:none}}
.spry-graph .spry-after .spry-line{{stroke-dasharray:5 4}}
.spry-graph .spry-implied{{opacity:.4}}
.spry-graph .spry-looped .spry-line{{stroke:{LOOPED};stroke-width:2.4;stroke-dasharray:8 3}}
.spry-graph .spry-looped .spry-head{{fill:{LOOPED}}}
.spry-graph .spry-label rect{{fill:#fbe0cc;stroke:{LOOPED}}}
.spry-graph .spry-label text,.spry-graph .spry-symbol{{font-size:11px;text-anchor:middle}}
.spry-graph .spry-missing .spry-box{{fill:{ABSENT_TINT};stroke:{ABSENT};stroke-width:1.8;stroke-dasharray:6 4}}
.spry-graph .spry-cluster rect{{fill:{LINE};fill-opacity:.12;stroke:{LINE};stroke-opacity:.7}}
.spry-graph .spry-cluster .spry-tab{{fill:#e4e8ec;fill-opacity:1}}
.spry-graph .spry-cluster text{{font-size:12px;font-weight:600;text-anchor:middle}}
.spry-graph .spry-badge{{display:none}}
.spry-graph .spry-node:focus{{outline:none}}
.spry-graph .spry-node:hover .spry-box{{stroke-width:2.4}}
.spry-graph .spry-node:focus-visible .spry-box{{stroke:#0072b2;stroke-width:3.5;stroke-dasharray:none}}
"""


def style(states: Container[str] = LOOKS) -> str:
    """Return the CSS of a picture; all of it is below the class `spry-graph`.

    A node has one of the classes `spry-waiting`, `spry-succeeded`, …, after the names in `LOOKS`,
    or none for the look of a graph that nobody runs.

    Args:
        states: Those that a node may be in.
    """
    rules = [_rules(state, look) for state, look in LOOKS.items() if state in states]
    return "\n".join([_STYLE.strip("\n"), *rules])


def _rules(state: str, look: Look) -> str:
    node = f".spry-graph .spry-{state}"
    dashes = f";stroke-dasharray:{look.dashes}" if look.dashes else ""
    rules = [f"{node} .spry-box{{fill:{look.tint};stroke:{look.colour};stroke-width:2{dashes}}}"]
    if look.symbol:
        rules += [
            f"{node} .spry-badge{{display:inline}}",
            f"{node} .spry-badge circle{{fill:{look.colour};stroke:{TINT}}}",
            f"{node} .spry-symbol{{fill:{look.ink}}}",
        ]
    return "\n".join(rules)
