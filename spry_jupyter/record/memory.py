"""What a run asks of the past and leaves for the future: one per run, in the runner."""

from __future__ import annotations

import os
import sqlite3
from operator import attrgetter

from spry_jupyter.model import Outcome, Task
from spry_jupyter.record.digests import blake2b
from spry_jupyter.record.opening import is_damaged, set_aside
from spry_jupyter.record.store import Store

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeVar

    from spry_jupyter.model import Event
    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.record.marks import Marks
    from spry_jupyter.record.store import Past

    T = TypeVar("T")

_SIZE = 16  # bytes of a digest
_GOOD = (Outcome.SUCCEEDED, Outcome.UP_TO_DATE)


class Memory:
    """The record as one run sees it.

    Attributes:
        trouble: Why nothing is recorded, or empty; a run never fails for that.
        reads: By task, a digest of what it reads, where that is known.
    """

    def __init__(
        self,
        path: str,
        run: str,
        closure: Closure,
        homes: Sequence[str],
        surroundings: Callable[[Task], bytes],
    ) -> None:
        """Open the record for a run.

        Args:
            path: Absolute path of the store; empty keeps no record.
            run: The run's name.
            closure: The run's tasks.
            homes: Of each task the file that defines it, see `Past`.
            surroundings: Returns what, besides a task itself, makes it another task when it
                changes, in at most 64 bytes.
        """
        self.trouble = ""
        self.reads: dict[str, bytes] = {}
        self._run = run
        self._tasks = {task.name: task for task in closure.tasks}
        self._homes = dict(zip(self._tasks, homes, strict=True))
        self._surroundings = surroundings
        self._digests: dict[str, bytes] = {}
        self._store: Store | None = None
        self._path = path
        self._others: dict[str, Store] = {}
        self._marks: dict[str, Marks | None] = {}
        if path:
            self._store = self._open(path)

    def begin(self) -> None:
        """Write down that the run is about to begin."""
        if self._store is not None:
            try:
                self._store.begin(self._run, self._tasks)
            except sqlite3.Error as error:
                self._give_up(error)

    def ran_since(self, names: Iterable[str], run: str) -> str:
        """Return the first of these tasks that was started in a later run; empty if none was."""
        for name in names:
            if self._store is None:
                return ""
            try:
                if self._store.last_start(name, self._homes[name]) > run:
                    return name
            except sqlite3.Error as error:
                self._give_up(error)
        return ""

    def is_outrun(self, task: str, deps: Iterable[str]) -> bool:
        """Whether one of these tasks was started in a later run than a task was."""
        try:
            home = self._homes[task]
            last = self._store.last_start(task, home) if self._store is not None else ""
        except sqlite3.Error as error:
            self._give_up(error)
            return True
        return bool(self.ran_since(deps, last))

    def note(self, events: Sequence[Event]) -> None:
        """Write down what happened."""
        if self._store is None:
            return
        try:
            self._store.note(self._run, events, self._traits)
        except sqlite3.Error as error:
            self._give_up(error)

    def close(self) -> None:
        """Let go of the store."""
        for store in (self._store, *self._others.values()):
            if store is not None:
                store.close()
        self._store = None
        self._others.clear()
        self._marks = dict.fromkeys(self._marks)

    def ask(self, path: str, question: Callable[[Marks], T]) -> T | None:
        """Return what the marks in a store answer; None if it cannot be used.

        Args:
            path: Absolute; the run's own store, or that beside another file of its book.
            question: Is asked with the marks.
        """
        marks = self._marks_in(path)
        if marks is None:
            return None
        try:
            return question(marks)
        except (sqlite3.Error, ValueError, TypeError) as error:
            self._complain(path, error)
            return None

    def _marks_in(self, path: str) -> Marks | None:
        if path not in self._marks:
            from spry_jupyter.record.marks import Marks  # noqa: PLC0415 - few runs need it

            store = self._store if path == self._path else self._open(path)
            if store is not None and store is not self._store:
                self._others[path] = store
            self._marks[path] = Marks(store.database) if store is not None else None
        return self._marks[path]

    def _complain(self, path: str, error: Exception) -> None:
        """Do without the marks in a store that cannot be used any more."""
        if path == self._path:
            self._give_up(error)
        else:
            self.trouble = f"{path} cannot be used: {error}"
        self._marks[path] = None

    def _open(self, path: str) -> Store | None:
        try:
            return Store(path)
        except sqlite3.Error as error:
            if not is_damaged(error):
                self.trouble = f"{path} cannot be used, so this run is not recorded: {error}"
                return None
        return self._open_anew(path)

    def _open_anew(self, path: str) -> Store | None:
        """Set a damaged store aside and begin another."""
        try:
            aside = set_aside(path)
            store = Store(path)
        except (sqlite3.Error, OSError) as error:
            self.trouble = f"{path} is damaged, so this run is not recorded: {error}"
            return None
        if aside:
            self.trouble = f"{path} is damaged: it is kept as {aside}, and a new record begins"
        return store

    def done(self) -> dict[int, tuple[str, bytes]]:
        """Return what succeeded in the last run that held it, and is defined as it was then.

        Returns:
            Position to the file of the captured value, or an empty string, and to the digest of
            what it read.
        """
        past = self._last()
        done: dict[int, tuple[str, bytes]] = {}
        for i, task in enumerate(self._tasks.values()):
            last = past.get(task.name)
            if last is None or last.outcome not in _GOOD:
                continue
            if last.digest[:_SIZE] != self._digest(task.name):
                continue
            variable = task.capture and "/" not in task.capture
            if variable and not (last.captured and os.path.exists(last.captured)):
                continue
            done[i] = (last.captured, last.digest[_SIZE:])
        return done

    def weights(self) -> list[float] | None:
        """Return the expected seconds of each task, None if nothing is known of any."""
        known = self._paces()
        if not known:
            return None
        usual = sorted(known.values())[len(known) // 2]
        return [known.get(name, usual) for name in self._tasks]

    def _last(self) -> dict[str, Past]:
        try:
            return self._store.last(self._homes) if self._store is not None else {}
        except (sqlite3.Error, ValueError) as error:
            self._give_up(error)
            return {}

    def _paces(self) -> dict[str, float]:
        try:
            return self._store.durations(self._homes) if self._store is not None else {}
        except sqlite3.Error as error:
            self._give_up(error)
            return {}

    def _give_up(self, error: Exception) -> None:
        self.close()
        if is_damaged(error):
            self._store = self._open_anew(self._path)
        else:
            self.trouble = f"The record cannot be used, so this run is not recorded: {error}"

    def _traits(self, name: str) -> tuple[bytes, str]:
        """Return what changes with a task and with what it reads, and the file that defines it."""
        return self._digest(name) + self.reads.get(name, b""), self._homes[name]

    def _digest(self, name: str) -> bytes:
        found = self._digests.get(name)
        if found is None:
            task = self._tasks[name]
            found = self._digests[name] = digest(task, self._surroundings(task))
        return found


_names = [name for name in Task.__slots__ if name not in ("span", "descr", "folder")]
_before = attrgetter(*_names[: _names.index("limits")])
_behind = attrgetter(*_names[_names.index("limits") + 1 :])
_PLAIN = Task(name="").limits
_SAID = repr(_PLAIN)


def digest(task: Task, key: bytes) -> bytes:
    """Return what stays the same as long as a task does, wherever it stands in its file."""
    # As a tuple of all fields reads. Half of the time would go into limits, which few tasks have.
    limits = _SAID if task.limits is _PLAIN else repr(task.limits)
    plain = f"{repr(_before(task))[:-1]}, {limits}, {repr(_behind(task))[1:]}"
    return blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=_SIZE, key=key).digest()
