"""A task's pipe on its way into a log where there are secrets to hide."""

from __future__ import annotations

import os

from spry_jupyter.run.mask import MARK, Stream

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from spry_jupyter.run.logs import Log
    from spry_jupyter.run.mask import Mask

_CHUNK = 1 << 16
_TURNS = 16  # chunks taken from one pipe before the others get their turn


class Veil:
    """Moves what a pipe holds into a log, and as it is into the file of what is captured."""

    __slots__ = ("_captured", "_log", "_said", "_stream", "_whole")

    def __init__(self, log: Log, mask: Mask, captured: Log | None, *, whole: bool) -> None:
        """Join a pipe to its files.

        Args:
            log: Gets what may be shown.
            mask: What may not be.
            captured: Gets everything; None is nobody.
            whole: All that the pipe holds is secret; one mark stands for it.
        """
        self._log = log
        self._captured = captured
        self._stream = Stream(mask)
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
                self._log.write(self._stream.flush())
                return True
            self._take(data)
        return False

    def _take(self, data: bytes) -> None:
        if self._captured is not None:
            self._captured.write(data)
        if not self._whole:
            self._log.write(self._stream.feed(data))
        elif not self._said:
            self._said = True
            self._log.write(MARK + b"\n")
