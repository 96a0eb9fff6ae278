"""A run as a trace that Perfetto and Chrome's tracing page open: a track for each slot.

The trace event format of Chromium: complete events (`X`) with microseconds, the names of tracks as
metadata (`M`), and an arrow (`s`, `f`) from each task to those that waited for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spry_jupyter.show.lines import outcome_text, reason_text
from spry_jupyter.show.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spry_jupyter.show.reports.facts import RunFacts
    from spry_jupyter.show.timeline import Bar

_PROCESS = 1000  # none of the tracks, or Perfetto would call that the main thread
_COLOURS = {"succeeded": "good", "failed": "terrible", "cancelled": "grey", "skipped": "grey"}
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slice:
    """One attempt on its track; moments in whole microseconds, at least one long."""

    bar: Bar
    number: int
    start: int
    end: int
    slot: int


def as_trace(facts: RunFacts) -> str:
    """Return a run as a trace."""
    line = timeline(facts.view, facts.closure, jobs=facts.jobs)
    slices = in_slots(line.bars)
    records = [
        _named("process_name", 0, f"spry {' '.join(facts.targets[:5])}"),
        *(_named("thread_name", slot, f"slot {slot}") for slot in sorted({s.slot for s in slices})),
        *(_slice(piece, facts) for piece in slices),
        *_arrows(slices, facts),
    ]
    values = {
        "traceEvents": records,
        "displayTimeUnit": "ms",
        "otherData": {
            "run": facts.view.run,
            "started": facts.began.isoformat(),
            "ok": bool(facts.values["ok"]),
            "critical_path": " → ".join(line.critical),
        },
    }
    return json.dumps(values, indent=1) + "\n"


def in_slots(bars: Sequence[Bar]) -> list[Slice]:
    """Give each attempt the first slot that is free when it starts."""
    tries = [(start, end, n, bar) for bar in bars for n, (start, end) in enumerate(_tries(bar), 1)]
    tries.sort(key=lambda attempt: attempt[:3])
    free: list[int] = []  # the moment from which on each slot is free
    found = []
    for start, end, number, bar in tries:
        first, last = _micro(start), max(_micro(end), _micro(start) + 1)
        slot = next((i for i, moment in enumerate(free) if moment <= first), len(free))
        free[slot : slot + 1] = [last]
        found.append(Slice(bar, number, first, last, slot + 1))
    return found


def _tries(bar: Bar) -> tuple[tuple[float, float], ...]:
    return bar.tries or ((bar.start, bar.end),)


def _micro(seconds: float) -> int:
    return round(seconds * 1_000_000)


def _named(what: str, slot: int, name: str) -> Record:
    return {"ph": "M", "name": what, "pid": _PROCESS, "tid": slot, "ts": 0, "args": {"name": name}}


def _slice(piece: Slice, facts: RunFacts) -> Record:
    bar, task = piece.bar, facts.view.tasks[piece.bar.name]
    last = piece.number >= len(bar.tries)
    reason = None if last else task.tries[piece.number - 1].reason
    said = outcome_text(task) if reason is None else reason_text(reason)
    return {
        "ph": "X",
        "name": bar.name,
        "cat": "task,critical" if bar.critical else "task",
        "pid": _PROCESS,
        "tid": piece.slot,
        "ts": piece.start,
        "dur": piece.end - piece.start,
        "cname": _COLOURS.get(bar.mark if last else "failed", "generic_work"),
        "args": {"outcome": said, "attempt": piece.number, "critical": bar.critical},
    }


def _arrows(slices: Sequence[Slice], facts: RunFacts) -> Iterable[Record]:
    """Yield both ends of an arrow for each dep: from the end of its last attempt."""
    last = {piece.bar.name: piece for piece in slices}
    first = {piece.bar.name: piece for piece in reversed(slices)}
    tasks, closure = facts.closure.tasks, facts.closure
    number = 0
    for i, needs in enumerate(closure.needs):
        for k in dict.fromkeys((*needs, *closure.after[i])):
            source, sink = last.get(tasks[k].name), first.get(tasks[i].name)
            if source is not None and sink is not None:
                number += 1
                yield _end_of_arrow("s", number, source.slot, min(source.end - 1, sink.start))
                yield {**_end_of_arrow("f", number, sink.slot, sink.start), "bp": "e"}


def _end_of_arrow(kind: str, number: int, slot: int, at: int) -> Record:
    return {
        "ph": kind,
        "id": number,
        "name": "needs",
        "cat": "deps",
        "pid": _PROCESS,
        "tid": slot,
        "ts": at,
    }
