"""How values cross the pipe between the front and the runner.

A frame is its length in four bytes and a `marshal` of plain values; the two ends are the same
interpreter and the pipe is theirs alone. Our frozen values travel as (number of the class, fields).
"""

from __future__ import annotations

import marshal
import os
from operator import attrgetter

from spry_jupyter import model

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_CLASSES: tuple[Any, ...] = (
    model.Duration,
    model.Limits,
    model.Pool,
    *model.alternatives(model.Reason),
    *model.alternatives(model.Event),
)
_CODES = {cls: code for code, cls in enumerate(_CLASSES)}
_FIELDS: list[tuple[str, ...]] = [cls.__slots__ for cls in _CLASSES]
_GETTERS: list[Any] = [attrgetter(*names) if names else None for names in _FIELDS]
_MARK = "\0"  # the first item of a packed value of ours; no tuple of a task starts so
_TASK_FIELDS = [name for name in model.Task.__slots__ if name not in ("span", "descr")]
_task_values = attrgetter(*_TASK_FIELDS)
_task_defaults = _task_values(model.Task(name=""))


def pack_task(task: model.Task) -> dict[str, Any]:
    """Turn a task into plain values: what it says that is not the default, and may be run."""
    said = zip(_TASK_FIELDS, _task_values(task), _task_defaults, strict=True)
    return {name: pack(value) for name, value, default in said if value != default}


def unpack_task(plain: dict[str, Any]) -> model.Task:
    """Undo `pack_task`; where the task stood and its description are not known here."""
    for name, value in plain.items():
        if value.__class__ is tuple:
            plain[name] = unpack(value)
    return model.Task(**plain)


def pack(value: Any) -> Any:
    """Turn a value of ours, or a tuple of values, into what `marshal` takes."""
    cls = value.__class__
    if cls is str or cls is int or cls is bool or cls is float or value is None:
        return value
    if cls is tuple:
        return tuple([pack(item) for item in value]) if value else value
    code = _CODES.get(cls)
    if code is None:
        return str(value)  # an Outcome, which is a string with a name
    fields = _GETTERS[code](value) if _GETTERS[code] is not None else ()
    if len(_FIELDS[code]) == 1:
        fields = (fields,)
    return (_MARK, code, *[pack(item) for item in fields])


def unpack(value: Any) -> Any:
    """Undo `pack`."""
    if value.__class__ is not tuple or not value:
        return value
    items = [unpack(item) if item.__class__ is tuple else item for item in value]
    if items[0] != _MARK:
        return tuple(items)
    cls = _CLASSES[items[1]]
    if cls is model.TaskEnded:
        items[4] = model.Outcome(items[4])
    return cls(**dict(zip(_FIELDS[items[1]], items[2:], strict=True)))


def frame(message: Any) -> bytes:
    """Return the bytes that carry a message of plain values."""
    data = marshal.dumps(message)
    return len(data).to_bytes(4, "big") + data


class Frames:
    """Cuts a stream of bytes into messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        """Add bytes as they arrive; yield each message that is complete."""
        buffer = self._buffer
        buffer += data
        start = 0
        while len(buffer) - start >= 4:  # noqa: PLR2004 - the length's own four bytes
            end = start + 4 + int.from_bytes(buffer[start : start + 4], "big")
            if len(buffer) < end:
                break
            yield marshal.loads(memoryview(buffer)[start + 4 : end])  # noqa: S302 - our own pipe
            start = end
        del buffer[:start]


def write_all(fd: int, data: bytes) -> None:
    """Write all of it to a blocking descriptor."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
