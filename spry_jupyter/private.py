"""What is kept in memory that is the user's alone, and read again by a later process.

No folder of a stranger can bring any of it along, and it does not outlive the machine's start.
"""

from __future__ import annotations

import marshal
import os
import stat
import sys
from contextlib import suppress

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from typing import Any

MEMORY = "/dev/shm"  # noqa: S108 - the folders below it are checked to be ours alone


def place(kind: str, *asked: object) -> str:
    """Return where what belongs to a question is kept by this version of the program.

    Args:
        kind: Names a folder of such places.
        asked: What has a `repr` that tells it from other questions of the kind.
    """
    who = (sys.executable, sys.version, __file__, *asked)
    return f"{MEMORY}/spry-{os.getuid()}/{kind}/{digest(repr(who))}"


def digest(text: str) -> str:
    """Return a short text that no other text has."""
    from _blake2 import blake2b  # noqa: PLC0415 - few commands get here; hashlib takes longer

    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def recall(path: str) -> Any:
    """Return the value that is kept at a place; None if there is none that could be trusted."""
    try:
        if not is_ours_alone(os.path.dirname(path)):
            return None
        with open(path, "rb") as file:
            value = marshal.loads(file.read())  # noqa: S302 - ours alone
        os.utime(path)  # what is asked for is kept longer
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return value


def keep(path: str, data: bytes, most: int) -> None:
    """Keep a value, and no more than `most` of its kind: those written or asked for last.

    Args:
        path: See `place`.
        data: Of `marshal`.
        most: At least 1.

    Raises:
        OSError: If it cannot be written.
    """
    from spry_jupyter.whole import replacing  # noqa: PLC0415 - most have nothing to keep

    folder = os.path.dirname(path)
    make_private(os.path.dirname(folder))
    make_private(folder)
    with replacing(path, 0o600) as fd, open(fd, "wb", closefd=False) as file:
        file.write(data)
    names = os.listdir(folder)
    if len(names) > most:
        with suppress(FileNotFoundError):  # another may be doing the same
            for old in sorted(map(f"{folder}/".__add__, names), key=os.path.getmtime)[:-most]:
                os.unlink(old)


def make_private(path: str) -> None:
    """Make a folder that is ours alone, or see that it is.

    Raises:
        OSError: If it cannot be.
    """
    with suppress(FileExistsError):
        os.mkdir(path, 0o700)
    if not is_ours_alone(path):
        raise PermissionError(f"{path} is not ours alone")


def is_ours_alone(folder: str) -> bool:
    """Whether a folder, which is there, is one that nobody else can read or write, and no link."""
    info = os.lstat(folder)
    ours = stat.S_ISDIR(info.st_mode) and info.st_uid == os.getuid()
    return ours and not info.st_mode & 0o077
