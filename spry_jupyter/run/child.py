"""An attempt's process as its executor knows it, and where what it says goes."""

from __future__ import annotations

import os
from fcntl import F_SETFL, fcntl

from spry_jupyter.run.logs import Log
from spry_jupyter.run.mask import MARK, Stream

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.model import Reason
    from spry_jupyter.run.executor import Attempt
    from spry_jupyter.run.ladder import Ladder
    from spry_jupyter.run.mask import Mask

_CHUNK = 1 << 16
_TURNS = 16  # chunks taken from one pipe before the others get their turn


class Child:
    """An attempt that runs, or whose background still holds a pipe of it.

    Attributes:
        attempt: What it is about.
        pid: Of its leader.
        log: Takes what it says.
        captured: Takes its stdout besides; None if nothing does.
        sinks: Where each of its pipes that are open is drained into.
        ladder: Ends it; None as long as nobody wants that.
        reason: How its leader ended; None while that lives.
        told: Bytes of the log that have been reported.
    """

    __slots__ = ("attempt", "captured", "ladder", "log", "pid", "reason", "sinks", "told")

    def __init__(self, attempt: Attempt, pid: int, pipes: Sequence[int]) -> None:
        """Take its pipes.

        Args:
            attempt: What it is about.
            pid: Of its leader.
            pipes: Of both its streams, or, if stdout is captured, that of stdout before the other.
        """
        self.attempt = attempt
        self.pid = pid
        self.log = Log(attempt.log)
        self.captured = Log(attempt.capture, capped=False) if attempt.capture else None
        self.sinks = {pipe: self._sink(first=not place) for place, pipe in enumerate(pipes)}
        self.ladder: Ladder | None = None
        self.reason: Reason | None = None
        self.told = 0

    def close_captured(self) -> str:
        """Keep what was captured as it is, whatever is still said; return why it is not whole."""
        if self.captured is None:
            return ""
        for sink in self.sinks.values():
            if isinstance(sink, Tee):
                sink.let_go()
        self.captured.close()
        return self.captured.cut

    def _sink(self, *, first: bool) -> Log | Tee:
        captured = self.captured if first else None
        mask = self.attempt.mask
        if captured is None and mask is None:
            return self.log
        whole = self.attempt.unlogged and captured is not None
        return Tee(self.log, captured, mask, whole=whole)


class Tee:
    """Moves what a pipe holds into a log, and as it is into the file of what is captured."""

    __slots__ = ("_captured", "_log", "_said", "_stream", "_whole")

    def __init__(
        self, log: Log, captured: Log | None, mask: Mask | None, *, whole: bool = False
    ) -> None:
        """Join a pipe to its files.

        Args:
            log: Gets what may be shown.
            captured: Gets everything; None is nobody.
            mask: What may not be shown; None where there are no secrets.
            whole: All that the pipe holds is secret; one mark stands for it.
        """
        self._log = log
        self._captured = captured
        self._stream = Stream(mask) if mask is not None else None
        self._whole = whole
        self._said = False

    def drain(self, pipe: int) -> bool:
        """Move what a non-blocking pipe holds; True at its end of file."""
        for _ in range(_TURNS):
            try:
                data = os.read(pipe, _CHUNK)
            except BlockingIOError:
                return False
            if not data:
                if self._stream is not None:
                    self._log.write(self._stream.flush())
                return True
            self._take(data)
        return False

    def let_go(self) -> None:
        """Put nothing more into the file of what is captured."""
        self._captured = None

    def _take(self, data: bytes) -> None:
        if self._captured is not None:
            self._captured.write(data)
        if self._stream is None:
            self._log.write(data)
        elif not self._whole:
            self._log.write(self._stream.feed(data))
        elif not self._said:
            self._said = True
            self._log.write(MARK + b"\n")


def open_pipes(count: int) -> tuple[list[int], list[int]]:
    """Return the reading ends, which never block, and the writing ends."""
    outs: list[int] = []
    ends: list[int] = []
    try:
        for _ in range(count):
            out, end = os.pipe()
            outs.append(out)
            ends.append(end)
            fcntl(out, F_SETFL, os.O_NONBLOCK)
    except OSError:
        for fd in outs + ends:
            os.close(fd)
        raise
    return outs, ends
