"""Where script files lie while they are needed: in memory, where the system has such a place.

A disk would keep what nobody asked it to keep, and some file systems take a third of a millisecond
to make a file. Everything of a runner is in one folder of its own, which it takes away again; what
a runner that was killed together with its guardian has left, the next one takes away.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress

_MEMORY = "/dev/shm"  # noqa: S108 - the folder below is made, and checked, to be ours alone
_SPARE = 1 << 20  # bytes to leave free there


class Scripts:
    """The folders for the scripts of one runner's runs."""

    def __init__(self, prefix: str) -> None:
        """Make a place.

        Args:
            prefix: Names the runner; it starts with the pid of its front.
        """
        home = f"{_MEMORY}/spry-{os.getuid()}"
        self._folder = ""
        try:
            _make(home)
            _remove_forsaken(home)
            _make(f"{home}/{prefix.rstrip('.')}")
        except OSError:
            return  # then scripts lie beside the logs
        self._folder = f"{home}/{prefix.rstrip('.')}"

    def folder(self, run: str, size: int, otherwise: str) -> str:
        """Return the folder for a run's scripts, which exists.

        Args:
            run: The run's name.
            size: Bytes that its scripts may take.
            otherwise: What to return where there is no room in memory.
        """
        if not self._folder:
            return otherwise
        try:
            room = os.statvfs(self._folder)
            if room.f_bavail * room.f_frsize < size + _SPARE or room.f_favail < size // 4096:
                return otherwise
            path = f"{self._folder}/{run}"
            os.mkdir(path, 0o700)  # noqa: PTH102 - pathlib is too heavy here
        except OSError:
            return otherwise
        return path

    def drop(self, run: str) -> None:
        """Take away the scripts of a run that is over."""
        if self._folder:
            _remove(f"{self._folder}/{run}")

    def close(self) -> None:
        """Take away everything."""
        if self._folder:
            _remove(self._folder)


def _make(path: str) -> None:
    """Make a folder that is ours alone, or see that it is.

    Raises:
        OSError: If it cannot be.
    """
    with suppress(FileExistsError):
        os.mkdir(path, 0o700)  # noqa: PTH102 - pathlib is too heavy here
    found = os.lstat(path)
    if not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077 or found.st_uid != os.getuid():
        raise PermissionError(f"{path} is not ours alone")


def _remove_forsaken(home: str) -> None:
    """Take away what belongs to fronts that are no more."""
    for name in os.listdir(home):  # noqa: PTH208 - likewise
        pid = name.partition("-")[0]
        if pid.isdigit() and not os.path.exists(f"/proc/{pid}"):  # noqa: PTH110 - likewise
            _remove(f"{home}/{name}")


def _remove(path: str) -> None:
    """Take away a folder of folders of files; what is gone already is fine."""
    with suppress(OSError):
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    _remove(entry.path)
                else:
                    os.unlink(entry.path)  # noqa: PTH108 - likewise
        os.rmdir(path)  # noqa: PTH106 - likewise
