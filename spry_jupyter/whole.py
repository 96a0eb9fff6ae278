"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterator


def write(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file in the place of what is there: a link stays one, and a file's rights as they are.

    A pipe or a device takes the data as it comes.

    Raises:
        OSError: If it cannot be written; then what was there still is.
    """
    place = os.path.realpath(path)
    if os.path.exists(place) and not os.path.isfile(place):
        with open(place, "wb") as file:
            file.write(data)
        return
    with replacing(place) as fd:
        if os.path.exists(place):
            os.fchmod(fd, os.stat(place).st_mode & 0o7777)
        with open(fd, "wb", closefd=False) as file:
            file.write(data)
        os.fsync(fd)


@contextmanager
def replacing(path: str, mode: int = 0o666) -> Iterator[int]:
    """Give a descriptor to write to; what is written is at the path when the block ends.

    Until then it lies beside that, and is gone if the block raises.

    Args:
        path: Of the file, in a folder that is there; a link there is replaced, not followed.
        mode: The rights of the file, less what the process's mask takes away.

    Raises:
        OSError: If there can be no such file.
    """
    folder = os.path.dirname(path)
    beside = os.path.join(folder, f".spry-{os.urandom(8).hex()}")
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        yield fd
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
    finally:
        os.close(fd)
