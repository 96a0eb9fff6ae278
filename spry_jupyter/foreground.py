"""A run of the command line: shown on its terminal, stopped by its signals."""

from __future__ import annotations

import os
import signal
import sys

from spry_jupyter.errors import RunFailed, RunInterrupted, SpryError
from spry_jupyter.interrupts import Interrupts
from spry_jupyter.record.names import file_name
from spry_jupyter.run.client import client
from spry_jupyter.show.plain import PlainShow, tell

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import FrameType
    from typing import Any, NoReturn, Self, TextIO

    from spry_jupyter.results import Run
    from spry_jupyter.run.launch import RunOptions
    from spry_jupyter.runbook import Runbook
    from spry_jupyter.show.plain import Show, Style

_FAILED = 1
_ENDING = (signal.SIGTERM, signal.SIGHUP)
if TYPE_CHECKING:
    _Handler = Callable[[int, FrameType | None], Any] | int | None


def run(
    load: Callable[[], Runbook], targets: list[str] | None, options: RunOptions, style: Style
) -> int:
    """Run targets to their end, or until a signal stops them.

    Args:
        load: Reads the book.
        targets: Names and `@TAG`s; None is every task.
        options: How to run.
        style: What to show.

    Returns:
        The exit status.

    Raises:
        SpryError: If nothing could be run.
        SystemExit: If a signal came before anything ran.
    """
    with _User() as user:
        runner = client(options.executor)  # it starts while we read
        try:
            book = load()
            if not book.tasks:
                tell(sys.stderr, "Hint: there is no task to run")
            show = _show(style, user)
            ask = user.ask if _is_terminal(sys.stdin) else None
            with Interrupts() as interrupts:
                running = user.begin(lambda: book.start(targets, options, show=show, ask=ask))
                interrupts.go_to(running)
                return _wait(running, user)
        finally:
            runner.close()


def _wait(running: Run, user: _User) -> int:
    try:
        running.wait()
    except RunFailed as error:
        tell(sys.stderr, str(error))
        return _FAILED
    except RunInterrupted as error:
        number = user.came[0] if user.came else signal.SIGINT
        how = "Terminated" if user.came else "Interrupted"
        tell(sys.stderr, f"{how}: {error}, no process of it is left")
        return 128 + number
    finally:
        running.finish_showing()
    return 0


class _User:
    """Who started the run: their signals stop it, their answers confirm tasks.

    SIGINT the run sees to itself.

    Attributes:
        running: The run, once there is one.
        came: The numbers of the signals that came to end it.
    """

    def __init__(self) -> None:
        self.running: Run | None = None
        self.came: list[int] = []
        self._gone = False
        self._begins = False
        self._early = 0  # of those that came, how many the run has not been told of
        self._before: dict[int, _Handler] = {}

    def __enter__(self) -> Self:
        self._before = _heard(_ENDING)  # first: one may come at once
        _put(dict.fromkeys(self._before, self._end))
        return self

    def __exit__(self, *_: object) -> None:
        _put(self._before)

    def begin(self, start: Callable[[], Run]) -> Run:
        """Start the run. A signal that comes meanwhile is for it: its first task may be at work."""
        self._begins = True
        try:
            self.running = start()
        except SpryError:
            if self.came:
                raise SystemExit(128 + self.came[0]) from None
            raise
        finally:
            self._begins = False
        while self._early:
            self._early -= 1
            self.running.interrupt()
        return self.running

    def wants_to_stop(self) -> bool:
        """Whether the run has been asked to stop."""
        return self.running is not None and self.running.interrupted

    def ask(self, question: str) -> bool:
        """Ask on the terminal; a signal is no answer and stops the run."""
        if self._gone:
            return False
        before = _heard((*_ENDING, signal.SIGINT))
        try:
            _put(dict.fromkeys(before, _come))
            sys.stderr.write(f"{question} [y/N] ")
            sys.stderr.flush()
            answer = sys.stdin.readline()
        except OSError:  # the terminal is gone
            return False
        except _Came as came:
            self._gone = True
            tell(sys.stderr, "")
            _put(before)
            signal.raise_signal(came.number)
            return False
        finally:
            _put(before)
        if not answer.endswith("\n"):
            tell(sys.stderr, "")
        return answer.strip().lower() in ("y", "yes")

    def _end(self, number: int, _frame: FrameType | None) -> None:
        self.came.append(number)
        if self.running is not None:
            self.running.interrupt()
        elif self._begins:
            self._early += 1
        else:
            raise SystemExit(128 + number)


def _show(style: Style, user: _User) -> Show:
    unicode = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    if unicode and _is_terminal(sys.stdout) and os.environ.get("TERM", "dumb") != "dumb":
        from spry_jupyter.show.terminal import TerminalShow  # noqa: PLC0415 - only there

        return TerminalShow(
            sys.stdout, sys.stderr, style, log_name=file_name, stopping=user.wants_to_stop
        )
    return PlainShow(sys.stdout, sys.stderr, style)


def _is_terminal(stream: TextIO) -> bool:
    """Whether somebody sits before a stream.

    A cell gives what it starts with `!` a terminal, too, but one whose cursor cannot be moved and
    at which nobody can answer.
    """
    return stream.isatty() and "JPY_PARENT_PID" not in os.environ


class _Came(BaseException):
    """A signal that came while a question was open."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _come(number: int, _frame: FrameType | None) -> NoReturn:
    raise _Came(number)


def _heard(numbers: Iterable[int]) -> dict[int, _Handler]:
    """Return the handlers of signals. What is ignored (by nohup, say) stays so and is left out."""
    handlers = {number: signal.getsignal(number) for number in numbers}
    return {n: handler for n, handler in handlers.items() if handler is not signal.SIG_IGN}


def _put(handlers: Mapping[int, _Handler]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)
