"""Results as tables in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .race import Result


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; all columns but the first are aligned to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(result: Result, others: dict[str, float], columns: Sequence[str]) -> list[str]:
    walls = [timing.wall for timing in result.timings]
    ratios = [f"{result.wall / others[name]:.2f}" if name in others else "–" for name in columns]
    return [
        result.name,
        f"{result.wall:.3f}",
        f"{min(walls):.3f}..{max(walls):.3f}",
        *ratios,
        f"{result.cpu:.2f}",
        f"{max(timing.others for timing in result.timings):.0%}",
        ", ".join(f"{kind} {peak:.0f}" for kind, peak in result.peaks.items()) or "–",
    ]


def table(title: str, results: Sequence[Result], *, against: Sequence[str]) -> str:
    """A table of a race, the fastest first, with the ratio to each contestant in `against`."""
    good = sorted((result for result in results if not result.fault), key=lambda each: each.wall)
    walls = {result.name: result.wall for result in good}
    head = ["", "median s", "min..max", *(f"× {name}" for name in against), "CPU s", "others"]
    head.append("peak MiB")
    lines = [f"### {title}", "", markdown(head, (_row(each, walls, against) for each in good))]
    for result in results:
        if result.fault:
            lines += ["", f"{result.name} is out: {result.fault.strip()}"]
    return "\n".join([*lines, ""])
