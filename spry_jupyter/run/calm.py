"""A run that has nothing to do, and what it leaves to be still relied on; see `run.still`."""

from __future__ import annotations

import marshal
import os

from spry_jupyter import private
from spry_jupyter.model import Outcome, TaskEnded, TaskStarted, Warned
from spry_jupyter.run.command import mentioned
from spry_jupyter.run.interpreter import candidates
from spry_jupyter.run.still import digest, note, signature

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spry_jupyter.model import Event
    from spry_jupyter.run.request import RunRequest
    from spry_jupyter.run.still import Note

_LARGEST = 1 << 23  # bytes of an answer
_MOST = 16  # answers that are kept
_LINES = {Outcome.UP_TO_DATE: "● {} up to date\n", Outcome.SUCCEEDED: "✓ {} completed\n"}


class Calm:
    """What a run has looked at that so far has had nothing to do.

    Attributes:
        notes: Paths, whether links were followed, and what was found there.
    """

    def __init__(self, request: RunRequest) -> None:
        """Begin with nothing.

        Args:
            request: The run; it says where to leave the answer.
        """
        self.notes: list[tuple[str, bool, os.stat_result | None]] = []
        self._request = request
        self._said: list[str] | None = []

    def hear(self, events: Iterable[Event]) -> None:
        """Take in what happened; anything but a task that had nothing to do ends the calm."""
        for event in events:
            if isinstance(event, Warned | TaskStarted):
                self._said = None
            elif isinstance(event, TaskEnded) and self._said is not None:
                if event.outcome in _LINES:
                    self._said.append(_LINES[event.outcome].format(event.name))
                else:
                    self._said = None

    def leave(self) -> None:
        """Leave the answer for whoever asks for the same, if there is one."""
        if self._said is None:
            return
        request = self._request
        names = {name for task in request.closure.tasks for name in task.forward}
        names.update(os.fsdecode(n) for task in request.closure.tasks for n in mentioned(task))
        notes = [
            (path, follow, signature(info) if info is not None else None)
            for path, follow, info in self.notes
        ]
        told = "".join(self._said).encode()
        try:
            # What was found in two states is noted in both, and cannot be relied on.
            notes = [*request.books, *dict.fromkeys([*notes, *_programs(request)])]
            since, store = request.sought, request.store
            keep(request.still, told, notes, names, since=since, store=store)
        except OSError:
            return  # then it is thought through again the next time


def _programs(request: RunRequest) -> list[Note]:
    """Note where the programs of the tasks were looked for: one nearer on PATH takes their place."""
    tasks = {(task.lang, task.body.partition("\n")[0]): task for task in request.closure.tasks}
    paths = [
        path
        for task in tasks.values()
        if not task.is_group
        for path in candidates(task, request.environment, request.python)
    ]
    return [note(path, follow=True) for path in dict.fromkeys(paths)]


def keep(
    path: str, told: bytes, notes: Sequence[Note], names: Iterable[str], *, since: int, store: str
) -> None:
    """Leave an answer behind, if all that it rests on has been at rest since before it was sought.

    Otherwise something may have changed after it was looked at, within one tick of the clock, and
    would look the same.

    Args:
        path: See `still.place`.
        told: The answer.
        notes: What it rests on.
        names: Of variables, likewise.
        since: When it began to be sought, in nanoseconds of the clock.
        store: The record, which nobody has open any more.

    Raises:
        OSError: If it cannot be written.
    """
    from spry_jupyter.record.files import is_settled  # noqa: PLC0415 - few runs have nothing to do

    if not all(is_settled(held[0], since) for _, _, held in notes if held is not None):
        return
    if os.path.exists(f"{store}-wal"):
        return
    # No later writing can give it this time again, not even within the same tick of the clock.
    os.utime(store, ns=(since, since - int.from_bytes(os.urandom(4), "big")))
    rests = [*notes, note(store), note(f"{store}-wal")]
    listed = tuple(sorted({*names, "PATH"}))
    lock = f"{os.path.dirname(store)}/lock"
    data = marshal.dumps((told, rests, listed, digest(listed), [lock]))
    if len(data) <= _LARGEST:
        private.keep(path, data, _MOST)
