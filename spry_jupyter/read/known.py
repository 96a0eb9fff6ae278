"""The tasks of a Spryfile that was read before, and says what it said then.

To parse Markdown takes most of the time in which a command answers: half of it to import the
parser, half to use it. So a run keeps what a file without a fault holds, beside the digest of its
text, in memory that is the user's alone, and every command takes it from there while both the text
and this program are as they were.
"""

from __future__ import annotations

import marshal
import os
from contextlib import suppress
from operator import attrgetter
from pathlib import Path

from spry_jupyter import model, private

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from dataclasses import dataclass
    from typing import Any

    from spry_jupyter.model import Task
else:
    from spry_jupyter.frozen import dataclass

_LARGEST = 1 << 20  # characters of a text; a larger one is kept by nobody's memory
_MOST = 32  # files
_NAMES: tuple[str, ...] = model.Task.__slots__
_values = attrgetter(*_NAMES)
_DEFAULTS: tuple[Any, ...] = _values(model.Task(name=""))


def recall(text: str, *, file: str, folder: str) -> list[Task] | None:
    """Return the tasks of a text as `remember` was told them; None if it was not.

    Args:
        text: The whole file.
        file: Its name, for messages.
        folder: Its absolute folder, for the tasks.
    """
    kept = private.recall(_place(file, folder)) if len(text) <= _LARGEST else None
    if kept is None or kept[0] != private.digest(text):
        return None
    return [_task(said) for said in kept[1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text that had to be parsed, and what it was found to hold.

    Attributes:
        text: The whole file.
        file: Its name, for messages.
        folder: Its absolute folder, for the tasks.
        tasks: All that it holds; it has no fault, and nothing in it is suspect.
    """

    text: str
    file: str
    folder: str
    tasks: tuple[Task, ...]


def remember(reading: Reading) -> None:
    """Keep what a text was found to hold, if that can be done.

    For a run to do: a command that only reads leaves nothing behind.
    """
    if len(reading.text) <= _LARGEST:
        said = [_said(task) for task in reading.tasks]
        with suppress(OSError):
            place = _place(reading.file, reading.folder)
            private.keep(place, marshal.dumps((private.digest(reading.text), said)), _MOST)


def _place(file: str, folder: str) -> str:
    return private.place("books", _written(), folder, file)


def _written() -> int:
    """Return what changes when a part of the program that makes tasks of texts does."""
    with os.scandir(Path(__file__).parent) as entries:
        parts = [entry.stat().st_ctime_ns for entry in entries if entry.name.endswith(".py")]
    return hash((Path(model.__file__).stat().st_ctime_ns, *sorted(parts)))


def _said(task: Task) -> dict[str, Any]:
    """Turn a task into plain values: what it says that is not the default."""
    values = zip(_NAMES, _values(task), _DEFAULTS, strict=True)
    said: dict[str, Any] = {name: value for name, value, default in values if value != default}
    if "limits" in said:
        timeout, delay = task.limits.timeout, task.limits.retry_delay
        said["limits"] = (
            timeout and (timeout.seconds, timeout.text),
            task.limits.retry,
            (delay.seconds, delay.text),
        )
    if task.pool is not None:
        said["pool"] = (task.pool.name, task.pool.size)
    if task.span is not None:
        said["span"] = (task.span.file, task.span.line, task.span.cell, task.span.heading)
    return said


def _task(said: dict[str, Any]) -> Task:
    """Undo `_said`."""
    if "limits" in said:
        timeout, retry, delay = said["limits"]
        said["limits"] = model.Limits(
            timeout=timeout and model.Duration(*timeout),
            retry=retry,
            retry_delay=model.Duration(*delay),
        )
    if "pool" in said:
        said["pool"] = model.Pool(*said["pool"])
    if "span" in said:
        file, line, cell, heading = said["span"]
        said["span"] = model.Span(file=file, line=line, cell=cell, heading=heading)
    return model.Task(**said)
