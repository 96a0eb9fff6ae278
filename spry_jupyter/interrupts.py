"""SIGINT that stops a run, instead of tearing the code that starts it or waits for it."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager

from spry_jupyter.errors import Interrupted

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import Protocol, Self
else:
    Protocol = object


class Stoppable(Protocol):
    """What an interrupt can stop.

    Attributes:
        unheard: Interrupts that it has not acted on.
    """

    unheard: int

    def interrupt(self) -> None:
        """Stop; called from a signal handler."""


class Interrupts:
    """Hands every SIGINT of a block to a run, where signals can be caught at all.

    One that comes before there is a run is kept for it: between the start of the first process and
    the waiting there is no moment in which an interrupt could lose sight of the run. One that comes
    when the run is over, or when there never was one, is raised as `Interrupted` at the end of the
    block: a loop of short runs ends, too.
    """

    def __init__(self, run: Stoppable | None = None) -> None:
        self._run = run
        self._early = 0
        self._left = False
        self._over = False
        self._heard = _can_hear()

    def __enter__(self) -> Self:
        if self._heard:
            self._before = signal.getsignal(signal.SIGINT)  # first: one may come at once
            signal.signal(signal.SIGINT, self._come)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._over = True  # and whoever began later and goes on hands to us what was before us
        if self._heard and signal.getsignal(signal.SIGINT) == self._come:
            signal.signal(signal.SIGINT, self._before)
        unheard = self._early if self._run is None else self._run.unheard
        if unheard and kind is None and not self._left:
            raise Interrupted

    def go_to(self, run: Stoppable) -> None:
        """Let them stop this run from now on, and those that have come already."""
        self._run = run
        while self._early:
            self._early -= 1
            run.interrupt()

    def leave_to(self, run: Stoppable) -> None:
        """Let them stop this run, and leave those it has not heard to whoever waits for it."""
        self._left = True
        self.go_to(run)

    def _come(self, number: int, frame: FrameType | None) -> None:
        before = self._before
        if self._over:
            if callable(before):
                before(number, frame)
        elif self._run is None:
            self._early += 1
        else:
            self._run.interrupt()
            # Runs that are awaited side by side all stop.
            outer = getattr(before, "__self__", None)
            if isinstance(outer, Interrupts) and not outer.is_of(self._run) and callable(before):
                before(number, frame)

    def is_of(self, run: Stoppable | None) -> bool:
        """Whether what they would stop is this run, or nothing yet."""
        return self._run is None or self._run is run


@contextmanager
def interrupts_raise() -> Iterator[None]:
    """Let SIGINT raise `KeyboardInterrupt` in a block, as it does where there is no run."""
    if not _can_hear():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def interrupts_reach_code() -> None:
    """Let SIGINT raise `KeyboardInterrupt` in the code of a cell that awaits, until it ends.

    For such a cell a kernel asks its event loop to cancel it, which cannot be done as long as code
    of the cell keeps the loop from going on. Where nothing of the cell runs it is done as before.
    """
    before = signal.getsignal(signal.SIGINT)

    def come(number: int, frame: FrameType | None) -> None:
        if runs_a_cell(frame) or not callable(before):
            signal.default_int_handler(number, frame)
        before(number, frame)

    if _can_hear() and callable(before):
        signal.signal(signal.SIGINT, come)


# Of IPython's shell: what goes through the statements of a cell. Between two of them none is run.
_STEPS = {"run_ast_nodes", "run_code"}


def runs_a_cell(frame: FrameType | None) -> bool:
    """Whether a frame was called, however far away, by the code of a cell."""
    while frame is not None:
        if frame.f_code.co_name in _STEPS:
            return True
        frame = frame.f_back
    return False


def _can_hear() -> bool:
    return threading.current_thread() is threading.main_thread()
