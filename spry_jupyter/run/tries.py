"""An attempt as its run remembers it."""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spry_jupyter.model import Reason
    from spry_jupyter.run.executor import Ended

GRACE = 5.0  # seconds between SIGTERM and SIGKILL


class Try:
    """An attempt that runs, or the question whether to begin one."""

    __slots__ = ("asks", "cause", "number", "task")

    def __init__(self, task: int, number: int, *, asks: bool) -> None:
        self.task = task
        self.number = number
        self.asks = asks  # it is the task's `--if` condition
        self.cause: Reason | None = None  # why we end it


def troubles(name: str, report: Ended) -> Iterator[str]:
    """Return what to say of an attempt of a task, besides how it ended."""
    if report.cut:
        yield f'The log of "{name}" is not whole: {report.cut}'
    if report.forced:
        yield f'"{name}" did not end when it was asked to: it was killed after {GRACE:g}s'
    if report.survivors:
        yield f'{report.survivors} of the processes of "{name}" cannot be killed'


def left_behind(name: str | None, count: int) -> str:
    """Return what to say of processes that a task, or nobody knows which, left in the background."""
    who = f'"{name}"' if name is not None else "A task"
    things = "1 process" if count == 1 else f"{count} processes"
    ended = "it was" if count == 1 else "they were"
    return f"{who} left {things} running; {ended} ended with the run"
