"""A run of the command line: shown on its terminal, stopped by its signals."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from spry_jupyter.errors import RunFailed, RunInterrupted
from spry_jupyter.run.client import client
from spry_jupyter.show.plain import PlainShow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from spry_jupyter.results import Run
    from spry_jupyter.run.launch import RunOptions
    from spry_jupyter.runbook import Runbook
    from spry_jupyter.show.plain import Show, Style

_FAILED = 1
_STOPPING = (signal.SIGTERM, signal.SIGHUP)


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
    """
    runner = client()  # it starts while we read
    book = load()
    show = _show(style)
    running = book.start(targets, options, show=show, ask=_ask if sys.stdin.isatty() else None)
    try:
        with _stopped_by_signals(running) as stopped:
            running.wait()
    except RunFailed as error:
        sys.stderr.write(f"{error}\n")
        return _FAILED
    except RunInterrupted as error:
        sys.stderr.write(f"{error}\n")
        return 128 + (stopped[0] if stopped else signal.SIGINT)
    finally:
        running.finish_showing()
        runner.close()
    return 0


def _show(style: Style) -> Show:
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        from spry_jupyter.show.terminal import TerminalShow  # noqa: PLC0415 - heavy

        return TerminalShow(sys.stdout, sys.stderr, style)
    return PlainShow(sys.stdout, sys.stderr, style)


def _ask(question: str) -> bool:
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


@contextmanager
def _stopped_by_signals(running: Run) -> Iterator[list[int]]:
    """Stop the run on SIGTERM and SIGHUP; yields the numbers of those that came."""
    came: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        running.interrupt()

    before = {number: signal.signal(number, stop) for number in _STOPPING}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
