"""An attempt that runs on a worker, and its files on this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from spry_jupyter.run.dask.rest import Hole, Source, leave_note
from spry_jupyter.run.executor import Attempt, Ended, Grew

if TYPE_CHECKING:
    from distributed import Future

_FILE = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class Remote:
    """What is known here of an attempt that is somewhere else.

    Attributes:
        future: Dask's word for it.
        size: Bytes in its log.
        started: It has begun.
    """

    __slots__ = (
        "_before",
        "_captured",
        "_cut",
        "_hole",
        "_log",
        "_source",
        "_told",
        "_uncaptured",
        "attempt",
        "future",
        "size",
        "started",
    )

    def __init__(self, attempt: Attempt, *, elsewhere: bool) -> None:
        """Follow an attempt.

        Args:
            attempt: Which.
            elsewhere: Its files come to us in pieces; else they are written where they belong.
        """
        self.attempt = attempt
        self.future: Future[Any] | None = None
        self.started = False
        self._log = self._captured = -1
        self._cut = ""  # why its log is not whole here
        self._uncaptured = ""  # why what it captured is not
        self._hole: Hole | None = None
        self._source: Source | None = None
        self._before = _size(attempt.log) if elsewhere else 0
        self.size = self._told = self._before

    @property
    def is_done(self) -> bool:
        """Whether Dask will do nothing more about it."""
        ended = ("finished", "error", "cancelled", "lost")
        return self.future is not None and self.future.status in ended

    def begin(self, source: Source) -> None:
        """Take note that it runs, and where its log is written."""
        self.started = True
        self._source = source

    def take(self, offset: int, data: bytes) -> None:
        """Write a piece of its log; what is left out before it stays a hole in the file."""
        try:
            if self._log < 0:
                self._log = os.open(self.attempt.log, _FILE, 0o600)
            self._note_hole(self._before + offset)
            _write(self._log, self._before + offset, data)
        except OSError as error:
            self._cut = error.strerror or str(error)
            return
        self.size = self._before + offset + len(data)

    def _note_hole(self, at: int) -> None:
        """Remember what was left out before a piece of the log, from the first such place on."""
        if at > self.size and self._source is not None:
            here = self.size if self._hole is None else self._hole.here
            self._hole = Hole(self._source, here - self._before, here, at - here)

    def take_captured(self, data: bytes) -> None:
        """Write the next piece of what it captured."""
        try:
            if self._captured < 0:
                self._captured = os.open(self.attempt.capture, _FILE | os.O_APPEND, 0o600)
            while data:
                data = data[os.write(self._captured, data) :]
        except OSError as error:
            self._uncaptured = error.strerror or str(error)

    def grown(self) -> Grew | None:
        """Return a report of its growth, if it has grown since the last."""
        if self.size <= self._told or not self.started:
            return None
        self._told = self.size
        return Grew(self.attempt.id, self.size)

    def total(self, size: int) -> int:
        """Return the size of the log here from that of the log there."""
        return self._before + size

    def closed(self, end: Ended) -> Ended:
        """Close its files; return its ending with what went wrong with them."""
        for fd in (self._log, self._captured):
            if fd >= 0:
                os.close(fd)
        self._leave_note()
        uncaptured = end.uncaptured or self._uncaptured
        size = max(end.size, self.size)
        if self._cut:
            size = _size(self.attempt.log)
        return Ended(
            end.id, end.reason, size, end.cut or self._cut, end.survivors, uncaptured, end.forced
        )

    def _leave_note(self) -> None:
        if self._hole is not None:
            try:
                leave_note(self.attempt.log, self._hole)
            except OSError as error:
                self._cut = error.strerror or str(error)


def _write(fd: int, offset: int, data: bytes) -> None:
    while data:
        written = os.pwrite(fd, data, offset)
        offset += written
        data = data[written:]


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
