"""What becomes of captured stdout once its task has succeeded."""

from __future__ import annotations

import os

from spry_jupyter.run.command import CannotStart
from spry_jupyter.run.wire import write_all

_CHUNK = 1 << 20


def prepare(capture: str, folder: str) -> None:
    """See before a task starts that its captured stdout will have a place; make its folders.

    Args:
        capture: See `publish`.
        folder: See `publish`.

    Raises:
        CannotStart: If there can be no such file.
    """
    if "/" not in capture:
        return
    path = os.path.join(folder, capture)
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    except OSError as error:
        raise CannotStart(f"its output cannot be kept in {capture}: {error.strerror}") from error
    if os.path.exists(path) and not os.path.isfile(path):
        kind = "a folder" if os.path.isdir(path) else "no file"
        raise CannotStart(f"its output cannot be kept in {capture}, which is {kind}")


def publish(spool: str, capture: str, folder: str) -> str:
    """Put captured stdout in its place.

    Args:
        spool: Absolute path of what was captured; it does not exist if nothing was.
        capture: A variable's name, or a path with a `/`.
        folder: What such a path counts from.

    Returns:
        For a variable the path of the file that holds its value, the last newline dropped; for a
        path nothing: the file there is now complete.

    Raises:
        OSError: If the file cannot be written.
    """
    source = os.open(spool, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if "/" not in capture:
            _drop_last_newline(source)
            return spool
        _copy(source, os.path.join(folder, capture))
    finally:
        os.close(source)
    return ""


def _drop_last_newline(fd: int) -> None:
    size = os.lseek(fd, 0, os.SEEK_END)
    if size and os.pread(fd, 1, size - 1) == b"\n":
        os.ftruncate(fd, size - 1)


def _copy(source: int, path: str) -> None:
    from spry_jupyter.whole import replacing  # noqa: PLC0415 - few tasks capture into a file

    with replacing(path) as target:
        while data := os.read(source, _CHUNK):
            write_all(target, data)
