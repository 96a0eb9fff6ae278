"""A task's log: what it says goes into a file as it is, without passing through Python.

Of a task that says more than a disk should be filled with, the beginning is kept and the end, and
between them a line that tells how much is missing.
"""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress

_CHUNK = 1 << 20
_PIPE = 1 << 20  # a pipe that has once been full gets this much room, if the system allows it
_TURNS = 16  # chunks taken from one pipe before the others get their turn
_SPLICE = hasattr(os, "splice")
CAP = 1 << 30  # bytes of a log; then only its last `TAIL` are kept
TAIL = 65536


class Log:
    """A log file, created when there is something to write.

    Attributes:
        path: Absolute path of the file.
        size: Bytes in it.
        cut: Why it is not whole (a full disk, the cap), or empty. The task is never held up by that.
    """

    __slots__ = ("_broken", "_cap", "_fd", "_left_out", "_tail", "cut", "path", "size")

    def __init__(self, path: str, *, capped: bool = True) -> None:
        self.path = path
        self.size = 0
        self.cut = ""
        self._fd = -1
        self._broken = False  # nothing can be written any more
        self._cap = CAP if capped else 1 << 62
        self._tail: bytearray | None = None  # what came last, once the cap is reached
        self._left_out = 0

    def drain(self, pipe: int) -> bool:
        """Move what a non-blocking pipe holds into the file; True at its end of file."""
        for _ in range(_TURNS):
            try:
                copies = not _SPLICE or self._broken or self._tail is not None
                moved = self._copy(pipe) if copies else self._splice(pipe)
            except BlockingIOError:
                return False
            if not moved:
                return True
        return False

    def write(self, data: bytes) -> None:
        """Append bytes."""
        if self._broken or not data:
            return
        try:
            self._open()
            room = max(0, self._cap - self.size)
            self._append(data[:room])
        except OSError as error:
            self._give_up(error)
            return
        if len(data) > room:
            self._keep(data[room:])

    def finish(self) -> None:
        """Write what was kept of the end."""
        tail, self._tail = self._tail, None
        if not tail or self._broken:
            return
        left_out = self._left_out + max(0, len(tail) - TAIL)
        self._left_out = 0
        try:
            self._open()
            if left_out:
                self.cut = f"it reached {self._cap:,} bytes"
                self._append(b"\n[%s bytes are left out here]\n" % f"{left_out:,}".encode())
            self._append(tail[-TAIL:])
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """Close the file; a later write opens it again."""
        self.finish()
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
            self._open()
            room = self._cap - self.size
            if room <= 0:
                return self._copy(pipe)
            moved = os.splice(pipe, self._fd, min(_CHUNK, room))
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

    def _append(self, data: bytes | bytearray) -> None:
        while data:
            written = os.write(self._fd, data)
            self.size += written
            data = data[written:]

    def _keep(self, data: bytes) -> None:
        if self._tail is None:
            self._tail = bytearray()
        self._tail += data
        over = len(self._tail) - TAIL
        if over > TAIL:  # and not at every byte more
            self._left_out += over
            del self._tail[:over]

    def _open(self) -> None:
        if self._fd < 0:
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            self._fd = os.open(self.path, flags, 0o600)
        # What an earlier attempt has left in the background writes here, too. (Nothing can be
        # spliced into a file that is open for appending.)
        self.size = os.lseek(self._fd, 0, os.SEEK_END)

    def _give_up(self, error: OSError) -> None:
        self.cut = error.strerror or str(error)
        self._broken = True
        self.close()


def _widen(pipe: int) -> None:
    with suppress(OSError):  # past the user's share of pipe memory; the small pipe works too
        fcntl.fcntl(pipe, getattr(fcntl, "F_SETPIPE_SZ", 1031), _PIPE)
