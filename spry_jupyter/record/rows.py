"""What a run's events become in the record: rows of its tables."""

from __future__ import annotations

import os

from spry_jupyter.model import (
    RunEnded,
    RunStarted,
    TaskEnded,
    TaskRetrying,
    TaskStarted,
)

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spry_jupyter.model import Event

    Row = tuple[object, ...]

_NEVER = (0.0, "")


class Rows:
    """Makes rows of events, and keeps of each task what a later event needs."""

    def __init__(self) -> None:
        self._began: dict[str, tuple[float, str]] = {}  # task to its attempt's start, and where

    def of(
        self, run: str, events: Sequence[Event], traits: Callable[[str], tuple[bytes, str]]
    ) -> tuple[list[RunStarted | RunEnded], list[Row], list[Row]]:
        """Return what there is to write of a batch of events.

        Args:
            run: The run's name.
            events: In order.
            traits: See `Store.note`.

        Returns:
            Those of the run itself; rows of the tables `task` and `attempt`.
        """
        bounds: list[RunStarted | RunEnded] = []
        tasks: list[Row] = []
        attempts: list[Row] = []
        for event in events:
            if isinstance(event, TaskEnded):
                digest, home = traits(event.name)
                tasks.append(self._ending(run, event, digest, home))
                if event.attempts > 1:  # of the only one, `task` knows all
                    attempts.append(self._attempt(run, event, event.attempts))
            elif isinstance(event, TaskStarted):
                self._began[event.name] = (event.at, event.where)
            elif isinstance(event, TaskRetrying):
                attempts.append(self._attempt(run, event, event.retry))
            elif isinstance(event, RunStarted | RunEnded):
                bounds.append(event)
        return bounds, tasks, attempts

    def _ending(self, run: str, event: TaskEnded, digest: bytes, home: str) -> Row:
        return (
            event.name,
            run,
            event.outcome.value,
            repr(event.reason) if event.reason is not None else None,
            event.duration,
            event.attempts,
            _storable(event.log),
            event.size,
            _storable(event.captured),
            digest,
            event.at,
            home,
            self._began.get(event.name, _NEVER)[1],
        )

    def _attempt(self, run: str, event: TaskRetrying | TaskEnded, number: int) -> Row:
        began, place = self._began.get(event.name, (event.at, ""))
        reason = repr(event.reason) if event.reason is not None else None
        return event.name, run, number, began, event.at - began, reason, place


def _storable(path: str) -> str | bytes:
    """Return a path as SQLite takes it: one that is no text as the bytes that it is."""
    if path.isascii():
        return path
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path
