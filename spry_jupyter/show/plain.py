"""A run as plain lines, for pipes, files, logs of CI, and notebooks without a picture."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from spry_jupyter.model import Event, Outcome, TaskEnded, Warned
from spry_jupyter.plan.order import execution_order
from spry_jupyter.show.lines import hint, line, summary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import BinaryIO, TextIO

    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.show.view import RunView

TAIL = 65536  # bytes of a task's output that are shown with its line


class Show(Protocol):
    """Shows a run while it lasts."""

    def begin(self, closure: Closure) -> None:
        """Show what is about to run."""

    def update(self, view: RunView, events: Sequence[Event]) -> None:
        """Show what has happened; `view` has it folded in already."""

    def tick(self, view: RunView) -> None:
        """Show that time has passed."""

    def close(self, view: RunView) -> None:
        """Show the end, or stop showing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What to show of a run.

    Attributes:
        verbose: Also order, deps, timing and every output.
        whose: Whose output: `failed`, `targets` or `all`.
        log_command: How the user sees a whole log; the task's name follows.
        whole: Outputs that are asked for are shown whole, not only their ends.
    """

    verbose: bool = False
    whose: str = "failed"
    log_command: str = "jupyter spry log"
    whole: bool = False


class PlainShow:
    """Implements `Show` with lines on two text streams."""

    def __init__(self, out: TextIO, err: TextIO, style: Style) -> None:
        self._out = out
        self._err = err
        self._style = style
        self._loud: set[str] = set()  # tasks whose output is shown though they did not fail

    def begin(self, closure: Closure) -> None:
        """See `Show.begin`."""
        style = self._style
        tasks = enumerate(closure.tasks)
        if style.verbose or style.whose == "all":
            self._loud = {task.name for _, task in tasks if not task.silent}
        elif style.whose == "targets":
            self._loud = {
                task.name for i, task in tasks if i in closure.targets and not task.silent
            }
        if style.verbose:
            self._out.write(preamble(closure))
            self._out.flush()

    def update(self, view: RunView, events: Sequence[Event]) -> None:  # noqa: ARG002 - see below
        """See `Show.update`; lines come from events alone."""
        try:
            self._write(events)
        except BrokenPipeError:  # nobody reads any more, but the tasks go on
            self._out = self._err = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115

    def _write(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Warned):
                self._err.write(f"Warning: {event.text}\n")
            text = line(event, timing=self._style.verbose)
            if text is not None:
                self._out.write(f"{text}\n")
            if isinstance(event, TaskEnded):
                self._show_output(event)
            if (advice := hint(event)) is not None:
                self._err.write(f"{advice}\n")
        self._out.flush()
        self._err.flush()

    def tick(self, view: RunView) -> None:
        """See `Show.tick`."""

    def close(self, view: RunView) -> None:
        """See `Show.close`."""
        if self._style.verbose:
            self._out.write(f"{summary(view)}\n")
            self._out.flush()

    def _show_output(self, event: TaskEnded) -> None:
        failed = event.outcome is Outcome.FAILED
        if not event.size or not (failed or event.name in self._loud):
            return
        whole = self._style.whole and event.name in self._loud
        start = 0 if whole else max(0, event.size - TAIL)
        copy_log(event.log, self._out, start)
        if start:
            self._out.write(
                f"… the last 64 KiB of {event.size:,} bytes; "
                f"see all with: {self._style.log_command} {event.name}\n"
            )


def copy_log(path: str, out: TextIO, start: int = 0) -> None:
    """Copy a log to a text stream, byte for byte where the stream has bytes below its text.

    Args:
        path: Of the log.
        out: Where to; a missing last newline is added.
        start: The first byte to copy.
    """
    binary = getattr(out, "buffer", None)
    out.flush()
    data = b"\n"
    with open(path, "rb") as log:  # noqa: PTH123 - a path of ours, as it came
        log.seek(start)
        while chunk := log.read(1 << 20):
            data = chunk
            if binary is not None:
                binary.write(data)
            else:
                out.write(data.decode("utf-8", "replace"))
    if not data.endswith(b"\n"):
        out.write("\n")
    elif binary is not None:
        binary.flush()


def copy_bytes(path: Path | None, out: BinaryIO) -> None:
    """Copy a file as it is; None is an empty one."""
    if path is not None:
        with path.open("rb") as file:
            shutil.copyfileobj(file, out, 1 << 20)
    out.flush()


def read_log(path: str, start: int = 0) -> str:
    """Return a log as text; what is not UTF-8 is marked as such."""
    if not path or not os.path.exists(path):  # noqa: PTH110 - a path of ours, as it came
        return ""
    with open(path, "rb") as log:  # noqa: PTH123 - likewise
        log.seek(start)
        return log.read().decode("utf-8", "replace")


def preamble(closure: Closure) -> str:
    """Return the execution order and the deps, as `--verbose` shows them first."""
    tasks = closure.tasks
    order = " → ".join(tasks[i].name for i in execution_order(closure))
    lines = [f"Execution order: {order}"]
    for i, task in enumerate(tasks):
        if closure.needs[i]:
            needs = ", ".join(tasks[k].name for k in closure.needs[i])
            lines.append(f"  {task.name} needs {needs}")
    return "\n".join(lines) + "\n"
