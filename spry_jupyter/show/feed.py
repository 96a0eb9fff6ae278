"""Logs that somebody looks at: their ends as they grow, and earlier parts when asked for.

However much tasks print, a look costs little: what grew faster than may be told is left out, and
the end of a log always comes. Bytes go out as they are; to read them is the front end's work.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

END = 65536  # bytes of a log's end that are told first
PART = 131072  # bytes of an earlier part
SHARE = 49152  # bytes that all logs may grow by in one batch
MOST = 4  # logs that are looked at; the one looked at longest ago is forgotten


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a log.

    Attributes:
        task: Position of the task.
        start: Where it begins in the log, in bytes.
        size: Bytes in the log by now.
        data: What is there.
    """

    task: int
    start: int
    size: int
    data: bytes


class Feed:
    """The logs of a run, some of them looked at."""

    def __init__(self, path: Callable[[int], str]) -> None:
        """Look at none.

        Args:
            path: Returns the absolute path of a task's log, which need not be there, by the
                position of the task; empty if there is none.
        """
        self._path = path
        self._told: dict[int, int] = {}  # bytes told of each, the last looked at last

    def watch(self, task: int) -> Piece:
        """Look at a log from now on; return its end."""
        piece = self._read(task, lambda size: (max(0, size - END), size))
        self._told.pop(task, None)
        self._told[task] = piece.start + len(piece.data)
        while len(self._told) > MOST:
            del self._told[next(iter(self._told))]
        return piece

    def leave(self, task: int) -> None:
        """Look at a log no longer."""
        self._told.pop(task, None)

    def earlier(self, task: int, end: int) -> Piece:
        """Return the part of a log before `end`."""
        return self._read(task, lambda size: (max(0, min(end, size) - PART), min(end, size)))

    def grown(self) -> Iterator[Piece]:
        """Return what has come since the last time, of each log that is looked at."""
        share = SHARE // max(1, len(self._told))
        for task, told in list(self._told.items()):
            piece = self._read(task, partial(_after, told, share))
            if piece.data:
                self._told[task] = piece.start + len(piece.data)
                yield piece

    def _read(self, task: int, part: Callable[[int], tuple[int, int]]) -> Piece:
        path = self._path(task)
        size = start = 0
        data = b""
        # It is not there before there is something in it, and may be cleaned away at any time.
        with suppress(OSError), open(path, "rb") as log:  # noqa: PTH123 - a path of ours
            size = log.seek(0, 2)
            start, end = part(size)
            log.seek(start)
            data = log.read(max(0, end - start))
        return Piece(task, start, size, data)


def _after(told: int, share: int, size: int) -> tuple[int, int]:
    return max(told, size - share), size
