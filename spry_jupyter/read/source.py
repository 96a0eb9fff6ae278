"""The text of a file that the user named, or the reason why it is none."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from spry_jupyter.errors import SourceError, nearest

LARGEST = 64 * 1024 * 1024


def read_text(path: str) -> str:
    """Return the text of a regular file, without waiting for anything.

    Raises:
        SourceError: It is missing, not a regular file, larger than 64 MiB, binary or not UTF-8.
    """
    try:
        _check_kind(path, Path(path).stat())
        data = _bytes_of(path)
    except FileNotFoundError:
        raise SourceError(f"{path} does not exist", note=_way_out(path)) from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be read: {_reason(error)}") from None
    return _decoded(path, data)


def _bytes_of(path: str) -> bytes:
    # Whatever takes the file's place after the check shall not hold us either: the open of a FIFO
    # waits for its writer.
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _check_kind(path, os.fstat(number))
        with open(number, "rb", closefd=False) as file:
            return file.read(LARGEST + 1) or b""
    finally:
        os.close(number)


def _check_kind(path: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise SourceError(f"{path} is a folder; name a file in it")
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"{path} is not a regular file")
    if status.st_size > LARGEST:
        raise SourceError(f"{path} is larger than {LARGEST // 1024**2} MiB")


def _decoded(path: str, data: bytes) -> str:
    if len(data) > LARGEST:
        raise SourceError(f"{path} is larger than {LARGEST // 1024**2} MiB")
    at = data.find(0)
    if at >= 0:
        line = data.count(b"\n", 0, at) + 1
        raise SourceError(f"{path} is a binary file: a NUL byte stands in line {line}")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        wrong = data[error.start]
        raise SourceError(f"{path} is not UTF-8: byte 0x{wrong:02x} in line {line}") from None


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _way_out(path: str) -> str:
    if Path(path).name == "Spryfile.md":
        return "name another file with -f FILE"
    folder = Path(path).parent
    try:
        names = [found.name for found in folder.iterdir() if found.suffix in {".md", ".ipynb"}]
    except (OSError, ValueError):
        return ""
    near = nearest(Path(path).name, names, cutoff=0.6)
    return f"did you mean {folder / near}?" if near else ""
