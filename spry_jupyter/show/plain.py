"""A run as plain lines, for pipes, files, logs of CI, and notebooks without a picture."""

from __future__ import annotations

import codecs
import io
import os
from contextlib import contextmanager, suppress

from spry_jupyter.model import Event, Outcome, TaskEnded, Warned
from spry_jupyter.plan.order import execution_order
from spry_jupyter.show.lines import hint, line, summary

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from dataclasses import dataclass
    from pathlib import Path
    from typing import BinaryIO, Protocol, TextIO

    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.show.view import RunView
else:
    from spry_jupyter.frozen import dataclass

    Protocol = object

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
        whose: Whose output: `failed`, `targets` or `all`; empty leaves it to `verbose`.
        log_command: How the user sees a whole log; the task's name follows.
        whole: Outputs that are asked for are shown whole, not only their ends.
    """

    verbose: bool = False
    whose: str = ""
    log_command: str = "jupyter spry log"
    whole: bool = False


class _Nowhere(io.StringIO):
    """Takes any text and keeps none."""

    def write(self, text: str) -> int:
        return len(text)


class PlainShow:
    """Implements `Show` with lines on two text streams.

    What cannot be written (nobody reads any more, the disk is full) ends no run: the tasks go on.

    Attributes:
        dirty: Output of tasks was shown, with whatever control sequences it holds.
    """

    def __init__(
        self,
        out: TextIO,
        err: TextIO,
        style: Style,
        paint: Callable[[str], str] | None = None,
    ) -> None:
        """Write to two streams.

        Args:
            out: Takes results.
            err: Takes warnings and hints.
            style: What to show.
            paint: Colours a task's line; None leaves it as it is.
        """
        self.dirty = False
        self._out = out
        self._err = err
        self._style = style
        self._paint = paint if paint is not None else str
        self._loud: set[str] = set()  # tasks whose output is shown though they did not fail
        self._places: dict[str, str] = {}  # where a task was defined, for those who want details

    def begin(self, closure: Closure) -> None:
        """See `Show.begin`."""
        style = self._style
        tasks = enumerate(closure.tasks)
        whose = style.whose or ("all" if style.verbose else "failed")
        if whose == "all":
            self._loud = {task.name for _, task in tasks if not task.silent}
        elif whose == "targets":
            self._loud = {
                task.name for i, task in tasks if i in closure.targets and not task.silent
            }
        if style.verbose:
            self._places = {task.name: f"  at {task.span}" for task in closure.tasks if task.span}
            with self._writing():
                self._out.write(preamble(closure))

    def update(self, view: RunView, events: Sequence[Event]) -> None:  # noqa: ARG002 - see below
        """See `Show.update`; lines come from events alone."""
        with self._writing():
            for event in events:
                self._show_event(event)

    def tick(self, view: RunView) -> None:
        """See `Show.tick`."""

    def close(self, view: RunView) -> None:
        """See `Show.close`."""
        if self._style.verbose:
            with self._writing():
                self._out.write(f"{summary(view)}\n")

    def _show_event(self, event: Event) -> None:
        if isinstance(event, Warned):
            self._advise(f"Warning: {event.text}")
        text = line(event, timing=self._style.verbose)
        if text is not None:
            self._out.write(f"{self._paint(text)}\n")
        if isinstance(event, TaskEnded):
            failed = event.outcome is Outcome.FAILED
            if failed and event.name in self._places:
                self._out.write(f"{self._places[event.name]}\n")
            if event.size and (failed or event.name in self._loud):
                self._show_output(event)
        if (advice := hint(event)) is not None:
            self._advise(advice)

    def _show_output(self, event: TaskEnded) -> None:
        whole = self._style.whole and event.name in self._loud
        start = 0 if whole else max(0, event.size - TAIL)
        try:
            log = open(event.log, "rb")  # noqa: PTH123, SIM115 - a path of ours, as it came
        except OSError as error:
            self._advise(f'Warning: The output of "{event.name}" is gone: {error.strerror}')
            return
        with log:
            log.seek(start)
            copy_text(log, self._out, event.size - start)
        self.dirty = True
        if start:
            self._out.write(
                f"… the last 64 KiB of {event.size:,} bytes; "
                f"see all with: {self._style.log_command} {event.name}\n"
            )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
            self._out.flush()
        except OSError as error:
            give_up(self._out)
            self._out = _Nowhere()
            if not isinstance(error, BrokenPipeError):  # then nobody wants to read any more
                self._advise(f"Warning: Results cannot be written: {error.strerror}")

    def _advise(self, text: str) -> None:
        with suppress(OSError):
            self._out.flush()  # or what was written before would be read after
        tell(self._err, text)


def give_up(stream: TextIO) -> None:
    """Send what a stream still holds, and all that follows, to nowhere: nobody can take it.

    A stream without bytes below its text, as in a kernel, holds nothing back.
    """
    if hasattr(stream, "buffer"):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()


def tell(err: TextIO, text: str) -> None:
    """Write a line for the user, if there is still somewhere to write to."""
    with suppress(OSError, ValueError):
        err.write(f"{text}\n")
        err.flush()


def copy_text(log: BinaryIO, out: TextIO, size: int) -> None:
    """Copy output to a text stream, byte for byte where the stream has bytes below its text.

    Args:
        log: Where to read from.
        out: Where to; a missing last newline is added.
        size: How many bytes, for there may be more all the time.
    """
    binary = getattr(out, "buffer", None)
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    out.flush()
    data = b"\n"
    while size > 0 and (chunk := log.read(min(size, 1 << 20))):
        data = chunk
        size -= len(chunk)
        if binary is not None:
            binary.write(data)
        else:
            out.write(decode(data, size <= 0))
    if binary is not None:
        binary.flush()
    if not data.endswith(b"\n"):
        out.write("\n")


def copy_bytes(path: Path | None, out: BinaryIO) -> None:
    """Copy a file as it is; None is an empty one."""
    if path is not None:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                out.write(chunk)
    out.flush()


def read_log(path: str) -> str:
    """Return a log as text; what is not UTF-8 is marked as such."""
    if not path or not os.path.exists(path):  # noqa: PTH110 - a path of ours, as it came
        return ""
    with open(path, "rb") as log:  # noqa: PTH123 - likewise
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
