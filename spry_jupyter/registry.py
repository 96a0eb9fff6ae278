"""The tasks of a live kernel, and where they were defined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.errors import UnknownTask, nearest
from spry_jupyter.frozen import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spry_jupyter.model import Task


class Registry:
    """Tasks by name, in the order of their first definition."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}
        self._homes: dict[str, str] = {}

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All tasks, in definition order."""
        return tuple(self._tasks.values())

    def add(self, task: Task, home: str = "") -> str:
        """Register a task; it replaces one of the same name.

        Args:
            task: The task.
            home: The cell or file that defines it, by a name that stays; empty where nobody tells
                cells apart, so that the same text is taken for the same cell.

        Returns:
            A warning if another place had defined it, else nothing.
        """
        before, home_before = self._tasks.get(task.name), self._homes.get(task.name, "")
        self._tasks[task.name] = task
        self._homes[task.name] = home
        if before is None:
            return ""
        if home == home_before and (home or replace(before, span=task.span) == task):
            return ""
        where = f" at {before.span}" if before.span is not None else ""
        return f'Task "{task.name}" replaces the one{where}'

    def remove(self, names: Iterable[str]) -> None:
        """Forget tasks, all of them or none.

        Raises:
            UnknownTask: If one is not there.
        """
        chosen = list(names)
        for name in chosen:
            if name not in self._tasks:
                raise UnknownTask(name, near=nearest(name, self._tasks))
        for name in chosen:
            self._tasks.pop(name, None)
            self._homes.pop(name, None)
