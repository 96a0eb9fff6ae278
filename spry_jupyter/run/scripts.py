"""Where script files lie while they are needed: in memory, where the system has such a place.

A disk would keep what nobody asked it to keep, and some file systems take a third of a millisecond
to make a file. Everything of a runner is in one folder of its own, which it takes away again; what
a runner that was killed together with its guardian has left, the next one takes away.
"""

from __future__ import annotations

import os

from spry_jupyter.run import forsaken

_SPARE = 1 << 20  # bytes to leave free there


class Scripts:
    """The folders for the scripts of one runner's runs."""

    def __init__(self, prefix: str) -> None:
        """Make a place.

        Args:
            prefix: Names the runner; it starts with the pid of its front.
        """
        self._folder = ""
        self._lock = -1
        self._remover = -1  # descriptor of the way to the process that takes folders away
        try:
            self._lock = forsaken.settle(prefix)
        except OSError:
            return  # then scripts lie beside the logs
        self._folder = forsaken.folder(prefix)

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
            os.mkdir(path, 0o700)
        except OSError:
            return otherwise
        return path

    def leave_to(self, remover: int) -> None:
        """Have a process that has nothing else to do take away what is dropped.

        Args:
            remover: Descriptor that leads to it; it calls `remove`.
        """
        os.set_blocking(remover, False)  # should it be stopped, nothing waits for it
        self._remover = remover

    def drop(self, run: str) -> None:
        """See that the scripts of a run that is over are taken away."""
        if self._remover >= 0:
            try:
                os.write(self._remover, f"{run}\n".encode())
            except OSError:
                self._remover = -1  # it was killed, or stopped for long
            else:
                return
        self.remove(run)

    def remove(self, run: str) -> None:
        """Take away the scripts of a run."""
        if self._folder:
            forsaken.remove(f"{self._folder}/{run}")

    def close(self) -> None:
        """Take away everything."""
        if self._folder:
            forsaken.remove(self._folder)
            os.close(self._lock)
