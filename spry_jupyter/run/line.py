"""Both directions of frames between a process of ours and whoever started it: stdin and stdout."""

from __future__ import annotations

import os
import signal

from spry_jupyter.run.wire import Frames, frame

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class Watching(Protocol):
        """Waits for descriptors beside what it does."""

        def watch(self, fd: int, ready: Callable[[], None]) -> None:
            """Call `ready` whenever something can be read from `fd`."""

        def unwatch(self, fd: int) -> None:
            """Undo `watch`."""


_STDIN, _STDOUT = 0, 1


class Line:
    """Takes over stdin and stdout, which then lead nowhere.

    Attributes:
        over: The other end is gone, or asked this process to end.
        asked_through: Descriptor of the way from the other end.
        out: Descriptor of the way to the other end.
        waiting: Bytes that the other end has not taken yet.
    """

    def __init__(self) -> None:
        self.over = False
        self.waiting = bytearray()
        self._frames = Frames()
        self._asked: list[Any] = []
        self.out = os.dup(_STDOUT)
        self.asked_through = os.dup(_STDIN)
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, _STDIN)
        os.dup2(null, _STDOUT)
        os.set_blocking(self.asked_through, False)
        os.set_blocking(self.out, False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_end)

    def attach(self, watching: Watching, front: int) -> None:
        """Have what comes in, and the other end's death, be noticed.

        Args:
            watching: Waits for it.
            front: Pid of the process at the other end.
        """
        self._watching = watching
        watching.watch(self.asked_through, self._read)
        if not hasattr(os, "pidfd_open"):
            return
        try:
            watching.watch(os.pidfd_open(front), self._end)
        except ProcessLookupError:
            self._end()
        except OSError:
            return  # a kernel or sandbox without pidfds: the end of stdin has to do

    def take(self) -> list[Any]:
        """Return the messages that have come since the last time."""
        asked, self._asked = self._asked, []
        return asked

    def send(self, message: Any) -> None:
        """Send a message as soon as the other end takes it; never blocks."""
        self.waiting += frame(message)
        self.flush()

    def flush(self) -> None:
        """Write what the pipe takes; an other end that is busy must not hold up the tasks."""
        try:
            while self.waiting:
                del self.waiting[: os.write(self.out, self.waiting)]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self.waiting.clear()  # nobody will take it, and who waits for room would wait for ever
            self._end()

    def _asked_to_end(self, number: int, _frame: object) -> None:
        if number != signal.SIGINT:  # an interrupt is the front's to answer
            self.over = True

    def _end(self) -> None:
        self.over = True

    def _read(self) -> None:
        try:
            data = os.read(self.asked_through, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            self._end()
            self._watching.unwatch(self.asked_through)
            return
        self._asked += self._frames.feed(data)
