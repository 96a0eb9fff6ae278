"""Earlier runs, looked up and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.record.history import habits, past_runs
from spry_jupyter.record.past import history_of
from spry_jupyter.show.past import history_json, history_text, task_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path


def tell_history(
    folders: Iterable[Path],
    known: Collection[str],
    task: str | None,
    *,
    most: int,
    as_json: bool,
) -> str:
    """Return the newest runs and how each task has been doing, or the runs of one task.

    Args:
        folders: Absolute folders of the books.
        known: Names of the tasks there are.
        task: Only this one.
        most: How many runs to look at.
        as_json: As JSON rather than tables.

    Raises:
        UnknownTask: If there is no such task and never was.
        RequestError: If it has not run, or a record cannot be read.
    """
    places = list(folders)
    if task is not None:
        habit = history_of(task, places, known, most)
        return history_json([], [habit]) if as_json else task_text(habit)
    runs, found = past_runs(places, most), habits(places, most)
    return history_json(runs, found) if as_json else history_text(runs, found)
