"""Who works on a task: one at a time, over all runs of all processes.

Each run opens one file, and a task is a byte of it. The system lets go of what a process held when
that ends, however it ends.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct

from spry_jupyter.record.digests import blake2b

# Of an open file, not of a process: it parts two runs of one runner, too.
_OPEN_FILE_LOCK = getattr(fcntl, "F_OFD_SETLK", None)
_SHAPE = "hhqqixxxx"
_SUITS = struct.calcsize("P") == 8  # noqa: PLR2004 - bytes of a pointer, where the shape is right


class Locks:
    """The locks that one run holds beside one store."""

    def __init__(self, folder: str) -> None:
        """Begin with none.

        Args:
            folder: Absolute; it exists.
        """
        self._folder = folder
        self._fd = -1
        self._files: dict[str, int] = {}  # where the system has no locks of open files

    def take(self, name: str) -> bool:
        """Take the lock of a name; False if another run has it.

        Where the file system has no locks, nobody is ever in the way.
        """
        try:
            if _OPEN_FILE_LOCK is None or not _SUITS:
                return self._take_file(name)
            if self._fd < 0:
                self._fd = os.open(
                    f"{self._folder}/lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
                )
            fcntl.fcntl(self._fd, _OPEN_FILE_LOCK, _request(fcntl.F_WRLCK, name))
        except OSError as error:
            return error.errno not in (errno.EAGAIN, errno.EACCES)
        return True

    def drop(self, name: str) -> None:
        """Let go of a name."""
        fd = self._files.pop(name, -1)
        if fd >= 0:
            os.close(fd)
        elif self._fd >= 0 and _OPEN_FILE_LOCK is not None:
            try:
                fcntl.fcntl(self._fd, _OPEN_FILE_LOCK, _request(fcntl.F_UNLCK, name))
            except OSError:
                return  # it was never taken

    def close(self) -> None:
        """Let go of everything."""
        for fd in (self._fd, *self._files.values()):
            if fd >= 0:
                os.close(fd)
        self._fd = -1
        self._files.clear()

    def _take_file(self, name: str) -> bool:
        path = f"{self._folder}/lock-{_place(name):x}"
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(fd)
            raise
        self._files[name] = fd
        return True


def _place(name: str) -> int:
    data = name.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big") >> 2


def _request(kind: int, name: str) -> bytes:
    return struct.pack(_SHAPE, kind, os.SEEK_SET, _place(name), 1, 0)
