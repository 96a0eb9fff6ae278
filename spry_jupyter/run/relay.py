"""What tasks on a worker say, on its way to a runner that is elsewhere.

The first `LIVE` bytes of a log travel as they come. Of one that grows further only its end travels,
again and again, while it grows: the whole of it stays on the worker. What was captured travels whole.
"""

from __future__ import annotations

import os

from spry_jupyter.run.executor import Ended
from spry_jupyter.run.logs import TAIL
from spry_jupyter.run.wire import pack

TYPE_CHECKING = False  # typing costs the supervisor 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from spry_jupyter.run.executor import Attempt
    from spry_jupyter.run.line import Line

LIVE = 16 << 20  # bytes of a log that travel as they come
_PIECE = 1 << 16
_ENOUGH = 1 << 20  # bytes that wait for the other end, after which no more are read


class _Track:
    """How far the files of one attempt have travelled."""

    __slots__ = ("capture", "captured", "end", "log", "sent", "size")

    def __init__(self, log: str, capture: str) -> None:
        self.log = log
        self.capture = capture
        self.sent = 0  # up to there in the log; what lies before may have been left out
        self.size = 0
        self.captured = 0
        self.end: Ended | None = None


class Relay:
    """Sends logs and captured output ahead of the endings that they belong to."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._tracks: dict[int, _Track] = {}
        self._whole: set[int] = set()

    @property
    def behind(self) -> bool:
        """Whether there is something left to be sent."""
        return any(
            track.end is not None or track.sent < track.size for track in self._tracks.values()
        )

    def begin(self, attempt: Attempt, *, whole: bool) -> None:
        """Follow an attempt.

        Args:
            attempt: Which.
            whole: Its files are where the runner sees them, so nothing of them travels.
        """
        if not whole:
            self._tracks[attempt.id] = _Track(attempt.log, attempt.capture)

    def grew(self, attempt: int, size: int) -> None:
        """Take note of how large a log is."""
        track = self._tracks.get(attempt)
        if track is None:
            self._line.send(("grew", attempt, size))
        else:
            track.size = size

    def end(self, end: Ended) -> None:
        """Tell an ending as soon as all that belongs to it has been sent."""
        track = self._tracks.get(end.id)
        if track is None:
            self._line.send(_told(end))
            return
        track.size = end.size
        track.end = end

    def pump(self) -> None:
        """Send what the other end has room for."""
        for attempt, track in list(self._tracks.items()):
            self._send_log(attempt, track)
            if track.end is None or track.sent < track.size:
                continue
            if not track.capture or self._send_captured(attempt, track):
                _remove(track)  # first: who has heard of the end may count on it
                del self._tracks[attempt]
                self._line.send(_told(track.end))

    def _send_log(self, attempt: int, track: _Track) -> None:
        while track.sent < track.size and len(self._line.waiting) < _ENOUGH:
            if track.sent >= LIVE:
                track.sent = max(track.sent, track.size - TAIL)
            data = _read(track.log, track.sent, min(_PIECE, track.size - track.sent))
            if not data:  # somebody has cut it short
                track.sent = track.size
                break
            self._line.send(("log", attempt, track.sent, data))
            track.sent += len(data)

    def _send_captured(self, attempt: int, track: _Track) -> bool:
        """Send more of what was captured; True when that was all."""
        while len(self._line.waiting) < _ENOUGH:
            data = _read(track.capture, track.captured, _PIECE)
            if not data:
                return True
            self._line.send(("captured", attempt, data))
            track.captured += len(data)
        return False


def _remove(track: _Track) -> None:
    """Delete what has travelled whole; the rest of a larger log may be asked for."""
    if track.size <= LIVE:
        forget(track.log)
    forget(track.capture)


def forget(path: str) -> None:
    """Delete a file, if there is one."""
    if not path:
        return
    try:
        os.unlink(path)
    except OSError:
        return  # it was never written, and it goes with the folder at the latest


def _read(path: str, offset: int, size: int) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.pread(fd, size, offset)
    finally:
        os.close(fd)


def _told(end: Ended) -> tuple[object, ...]:
    return ("ended", *[pack(getattr(end, name)) for name in Ended.__slots__])
