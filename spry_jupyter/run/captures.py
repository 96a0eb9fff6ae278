"""What becomes of captured stdout once its task has succeeded."""

from __future__ import annotations

import os

_CHUNK = 1 << 20


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
        _copy(source, os.path.join(folder, capture))  # noqa: PTH118 - pathlib is too heavy here
    finally:
        os.close(source)
    return ""


def _drop_last_newline(fd: int) -> None:
    size = os.lseek(fd, 0, os.SEEK_END)
    if size and os.pread(fd, 1, size - 1) == b"\n":
        os.ftruncate(fd, size - 1)


def _copy(source: int, path: str) -> None:
    """Write a whole file beside `path`, then put it there in one step."""
    beside = f"{path}.{os.getpid()}.partial"
    target = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        while data := os.read(source, _CHUNK):
            while data:
                data = data[os.write(target, data) :]
        os.replace(beside, path)  # noqa: PTH105 - pathlib is too heavy here
    except BaseException:
        os.unlink(beside)  # noqa: PTH108 - likewise
        raise
    finally:
        os.close(target)
