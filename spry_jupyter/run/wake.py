"""What wakes a loop that waits for descriptors: a signal to this process, and the end of a child."""

from __future__ import annotations

import os
import signal
import sys

_CHILD = frozenset({signal.SIGCHLD})


class Wake:
    """Two descriptors that can be read when there is something to look at.

    Attributes:
        signals: A signal came.
        ends: A child has ended; the same one where the system has no better.
    """

    def __init__(self) -> None:
        """Take over; there may be one of these in a process."""
        self.signals, told = os.pipe()
        os.set_blocking(self.signals, False)
        os.set_blocking(told, False)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        # To be interrupted by each end would cost as much as to read the descriptors of ten.
        self.ends = _descriptor_of_ends()
        if self.ends < 0:
            self.ends = self.signals
            signal.signal(signal.SIGCHLD, lambda *_: None)

    def clear(self, fd: int) -> None:
        """Take what there is to read; to be called before looking, or an end could be missed."""
        try:
            os.read(fd, 4096)
        except BlockingIOError:
            return


def _descriptor_of_ends() -> int:
    """Return a descriptor that can be read when a child has ended; -1 where there is no such thing."""
    if sys.platform != "linux":
        return -1
    import ctypes  # noqa: PLC0415 - `trees` needs it here, too

    libc = ctypes.CDLL(None)
    which = ctypes.create_string_buffer(128)  # a sigset_t
    libc.sigemptyset(which)
    libc.sigaddset(which, signal.SIGCHLD)
    fd: int = libc.signalfd(-1, which, os.O_NONBLOCK | os.O_CLOEXEC)
    if fd >= 0:
        signal.pthread_sigmask(signal.SIG_BLOCK, _CHILD)  # or nothing would be left to read
    return fd
