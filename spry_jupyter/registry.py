"""The tasks of a live kernel, and the cells they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spry_jupyter.errors import UnknownTask
from spry_jupyter.plan.closure import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spry_jupyter.model import Task


@dataclass(frozen=True, slots=True)
class Cell:
    """Which cell an execution belongs to.

    Attributes:
        key: The same whenever the same cell is executed, as far as the front end tells.
        number: The execution count, as the user sees it.
    """

    key: str
    number: int


class Registry:
    """Tasks by name, in the order of their first definition."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}
        self._cells: dict[str, Cell | None] = {}

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All tasks, in definition order."""
        return tuple(self._tasks.values())

    def add(self, task: Task, cell: Cell | None) -> str:
        """Register a task; it replaces one of the same name.

        Args:
            task: The task.
            cell: Where it was defined; None for one that comes from a file.

        Returns:
            A warning if another place had defined it, else nothing.
        """
        before = self._tasks.get(task.name)
        home = self._cells.get(task.name)
        self._tasks[task.name] = task
        self._cells[task.name] = cell
        same = home is not None and cell is not None and home.key == cell.key
        if before is None or same:
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
            self._cells.pop(name, None)

    def clear(self) -> int:
        """Forget every task; return how many there were."""
        count = len(self._tasks)
        self._tasks.clear()
        self._cells.clear()
        return count
