"""Whose turn it is: one run at a time works on a task with outputs."""

from __future__ import annotations

from spry_jupyter.record.locks import Locks
from spry_jupyter.run import trees

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable

    from spry_jupyter.record.marks import Mark
    from spry_jupyter.run.request import RunRequest


class Turns:
    """The turns of one run."""

    def __init__(self, request: RunRequest, holder: str, warn: Callable[[str], None]) -> None:
        """Begin with none.

        Args:
            request: The run.
            holder: What the mark of every process of this runner starts with.
            warn: Takes a sentence for the user.
        """
        self._request = request
        self._holder = holder
        self._warn = warn
        self._held: set[int] = set()
        self._told: set[int] = set()
        self._locks: dict[str, Locks] = {}

    def take(self, task: int) -> bool:
        """Take the turn at a task; say once that another run has it."""
        if task in self._held:
            return True
        store, who = self._which(task)
        locks = self._locks.get(store)
        if locks is None:
            locks = self._locks[store] = Locks(store.rpartition("/")[0])
        if locks.take(who):
            self._held.add(task)
            return True
        if task not in self._told:
            self._told.add(task)
            name = self._request.closure.tasks[task].name
            self._warn(f'"{name}" waits: another run is working on it')
        return False

    def has(self, task: int) -> bool:
        """Whether it is this run's."""
        return task in self._held

    def is_held(self, mark: Mark) -> bool:
        """Whether processes of a runner that is gone without a word may still work on a task."""
        return mark.holder != self._holder and bool(trees.marked_anywhere(mark.holder.encode()))

    def drop(self, task: int) -> None:
        """Let others have it."""
        if task in self._held:
            self._held.discard(task)
            store, who = self._which(task)
            self._locks[store].drop(who)

    def close(self) -> None:
        """Let go of everything."""
        for locks in self._locks.values():
            locks.close()

    def _which(self, task: int) -> tuple[str, str]:
        store, book, *_ = self._request.ties[task]
        return store, f"{book}\0{self._request.closure.tasks[task].name}"
