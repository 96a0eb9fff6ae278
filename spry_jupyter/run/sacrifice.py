"""Who is ended first when the machine has no memory left: the tasks.

Not the kernel, with what its user has computed, and not the runner, which sees to every task. What a
process is worth it hands down to what it starts, so the runner puts itself lower while it starts
something: writing to the new process would miss what that has started meanwhile.
"""

from __future__ import annotations

import os
from contextlib import suppress

_PLACE = "/proc/self/oom_score_adj"  # from -1000, never, to 1000
_TASKS = 500


class Sacrifice:
    """What this process is worth, and its tasks; without effect where the system asks nobody."""

    __slots__ = ("_fd", "_offered", "_own")

    def __init__(self) -> None:
        self._fd = -1
        self._offered = False
        self._own = b""
        with suppress(OSError, ValueError):
            fd = os.open(_PLACE, os.O_RDWR | os.O_CLOEXEC)
            self._own = os.read(fd, 16)
            if int(self._own) < _TASKS:
                self._fd = fd
            else:
                os.close(fd)

    def offer(self) -> None:
        """Have what is started from now on ended early."""
        if not self._offered and self._fd >= 0:
            self._offered = True
            with suppress(OSError):
                os.pwrite(self._fd, b"%d" % _TASKS, 0)

    def withdraw(self) -> None:
        """Undo `offer`."""
        if self._offered:
            self._offered = False
            with suppress(OSError):
                os.pwrite(self._fd, self._own, 0)
