"""Earlier runs as text: a table of runs, one of tasks, one of a single task's runs."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from spry_jupyter.model import Outcome
from spry_jupyter.show.lines import MARKS, reason_text, timing_text
from spry_jupyter.show.listing import counted, padded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.record.history import Habit, PastRun, PastTask

_LATELY = 10  # runs that a task's row of marks shows
_SAME = 0.05  # a change of time that is none


def history_text(runs: Sequence[PastRun], habits: Sequence[Habit]) -> str:
    """Return the newest runs, and below them how each task has been doing."""
    if not runs:
        return "no runs yet"
    heads = ["when", "result", "took", "tasks"]
    table = _table([heads, *map(_run_row, runs)])
    return f"{table}\n\n{habits_text(habits)}"


def habits_text(habits: Sequence[Habit]) -> str:
    """Return how each task has been doing."""
    if not habits:
        return "no runs yet"
    heads = ["task", "lately", "runs", "ok", "usually", "last", "trend", "flaky"]
    return _table([heads, *map(_habit_row, habits)])


def task_text(habit: Habit) -> str:
    """Return the runs of one task, numbered from the newest, and what they come to."""
    where = "where" if any(past.where for past in habit.past) else ""
    heads = ["run", "when", "result", "took", "attempts", where]
    rows = [_task_row(number, past) for number, past in enumerate(habit.past, start=1)]
    return f"{_table([heads, *rows])}\n\n{_summary(habit)}"


def history_json(runs: Sequence[PastRun], habits: Sequence[Habit]) -> str:
    """Return all that is known as JSON; moments are seconds since 1970."""
    told = {"runs": list(map(_run_fields, runs)), "tasks": list(map(_habit_fields, habits))}
    return json.dumps(told, ensure_ascii=False, indent=2)


def _run_row(run: PastRun) -> list[str]:
    if run.ok is None:
        result = "unknown"  # it goes on still, or nobody was left to write its end down
    else:
        result = "succeeded" if run.ok else "stopped" if run.stopped else "failed"
    took = timing_text(run.seconds) if run.seconds is not None else ""
    counts = ", ".join(f"{run.outcomes[o]} {o.value}" for o in Outcome if run.outcomes.get(o))
    return [_when(run.started), result, took, counts]


def _habit_row(habit: Habit) -> list[str]:
    lately = "".join(MARKS[past.outcome] for past in reversed(habit.past[:_LATELY]))
    return [
        habit.name,
        lately,
        str(len(habit.past)),
        _percent(habit.good),
        _seconds(habit.usual),
        _seconds(habit.last),
        _trend(habit.trend),
        _percent(habit.flaky) if habit.flaky else "",
    ]


def _task_row(number: int, past: PastTask) -> list[str]:
    result = past.outcome.value
    if past.outcome is Outcome.FAILED and past.reason is not None:
        result = reason_text(past.reason)
    took = timing_text(past.seconds) if past.ran else ""
    attempts = str(past.attempts) if past.attempts > 1 else ""
    row = [str(number), _when(past.started), f"{MARKS[past.outcome]} {result}", took, attempts]
    return [*row, past.where]


def _summary(habit: Habit) -> str:
    ran = [past for past in habit.past if past.ran]
    good = sum(past.outcome is Outcome.SUCCEEDED for past in ran)
    parts = [f"{good} of {counted(len(ran), 'run')} succeeded"]
    if habit.usual is not None:
        parts.append(f"usually in {timing_text(habit.usual)}")
    if _trend(habit.trend):
        parts.append(f"lately {_trend(habit.trend)}")
    if habit.flaky:
        parts.append(f"flaky in {_percent(habit.flaky)}: failed, then succeeded unchanged")
    return "; ".join(parts)


def _run_fields(run: PastRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "started": run.started,
        "seconds": run.seconds,
        "ok": run.ok,
        "stopped": run.stopped,
        "outcomes": {outcome.value: count for outcome, count in run.outcomes.items()},
    }


def _habit_fields(habit: Habit) -> dict[str, Any]:
    return {
        "name": habit.name,
        "usual": habit.usual,
        "last": habit.last,
        "trend": habit.trend,
        "good": habit.good,
        "flaky": habit.flaky,
        "runs": [
            {
                "run": past.run,
                "started": past.started,
                "outcome": past.outcome.value,
                "reason": None if past.reason is None else reason_text(past.reason),
                "seconds": past.seconds,
                "attempts": past.attempts,
                "log": past.log,
                "where": past.where,
            }
            for past in habit.past
        ],
    }


def _table(rows: Sequence[Sequence[str]]) -> str:
    columns = [padded(column) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(row).rstrip() for row in zip(*columns, strict=True))


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else timing_text(seconds)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _trend(trend: float | None) -> str:
    return "" if trend is None or abs(trend) < _SAME else f"{trend:+.0%}"
