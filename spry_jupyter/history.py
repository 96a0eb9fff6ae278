"""Earlier runs, looked up and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.record.history import habits, past_runs
from spry_jupyter.record.past import history_of, of_family
from spry_jupyter.show.past import habits_text, history_json, history_text, task_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from spry_jupyter.record.folder import Books


def tell_history(
    books: Books,
    known: Collection[str],
    task: str | None,
    *,
    most: int,
    as_json: bool,
) -> str:
    """Return the newest runs and how each task has been doing, or the runs of one task.

    Args:
        books: Whose, see `folder.books`.
        known: Names of the tasks there are.
        task: Only this one, or those of this family.
        most: How many runs to look at.
        as_json: As JSON rather than tables.

    Raises:
        UnknownTask: If there is no such task and never was.
        RequestError: If it has not run, or a record cannot be read.
    """
    members = of_family(task, known) if task is not None else []
    if members:
        found = [habit for habit in habits(books, most) if habit.name in members]
        return history_json([], found) if as_json else habits_text(found)
    if task is not None:
        habit = history_of(task, books, known, most)
        return history_json([], [habit]) if as_json else task_text(habit)
    runs, found = past_runs(books, most), habits(books, most)
    return history_json(runs, found) if as_json else history_text(runs, found)
