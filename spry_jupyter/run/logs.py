"""A task's log: what it says goes into a file as it is, without passing through Python."""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress

_CHUNK = 1 << 20
_PIPE = 1 << 20  # a pipe that has once been full gets this much room, if the system allows it
_TURNS = 16  # chunks taken from one pipe before the others get their turn
_SPLICE = hasattr(os, "splice")


class Log:
    """A log file, created when there is something to write.

    Attributes:
        path: Absolute path of the file.
        size: Bytes in it.
        cut: Why writing ended early (a full disk), or empty. The task is never held up by that.
    """

    __slots__ = ("_fd", "cut", "path", "size")

    def __init__(self, path: str) -> None:
        self.path = path
        self.size = 0
        self.cut = ""
        self._fd = -1

    def drain(self, pipe: int) -> bool:
        """Move what a non-blocking pipe holds into the file; True at its end of file."""
        for _ in range(_TURNS):
            try:
                moved = self._splice(pipe) if _SPLICE and not self.cut else self._copy(pipe)
            except BlockingIOError:
                return False
            if not moved:
                return True
        return False

    def write(self, data: bytes) -> None:
        """Append bytes."""
        if self.cut:
            return
        try:
            fd = self._open()
            while data:
                written = os.write(fd, data)
                self.size += written
                data = data[written:]
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """Close the file; a later write opens it again."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _splice(self, pipe: int) -> int:
        if self._fd < 0:
            # An empty or closed pipe must not make an empty file: look before opening.
            first = os.read(pipe, 65536)
            if first:
                self.write(first)
            if len(first) == 65536:  # noqa: PLR2004 - the pipe was full
                _widen(pipe)
            return len(first)
        try:
            moved = os.splice(pipe, self._fd, _CHUNK)
        except BlockingIOError:
            raise
        except OSError as error:
            if (
                error.errno != errno.EINVAL
            ):  # this file system takes no splice, but may take a write
                self._give_up(error)
            return self._copy(pipe)
        self.size += moved
        return moved

    def _copy(self, pipe: int) -> int:
        data = os.read(pipe, 65536)
        self.write(data)
        return len(data)

    def _open(self) -> int:
        if self._fd < 0:
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            self._fd = os.open(self.path, flags, 0o600)
            self.size = os.lseek(self._fd, 0, os.SEEK_END)
        return self._fd

    def _give_up(self, error: OSError) -> None:
        self.cut = error.strerror or str(error)
        self.close()


def _widen(pipe: int) -> None:
    with suppress(OSError):  # past the user's share of pipe memory; the small pipe works too
        fcntl.fcntl(pipe, getattr(fcntl, "F_SETPIPE_SZ", 1031), _PIPE)
