"""Where nothing has moved: a run that found everything up to date need not be thought through again.

Such a run leaves behind which files, folders and variables it looked at. Whoever asks for the same
in the same words, while each of them is as it was then, gets the same answer without reading the
tasks. It is kept in memory that is the user's alone, so no stranger's folder can bring one along,
and it does not outlive the machine's start. In doubt, there is none: then the run goes its way.
"""

from __future__ import annotations

import os
import struct
import time
from itertools import pairwise

from spry_jupyter import private

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Signature = tuple[int, int, int, int, int, int]
    Note = tuple[str, bool, Signature | None]  # path, whether links are followed, None: not there

_OPTIONS = ("-f", "--file", "-j", "--jobs")  # those that change nothing of what is up to date
_SHAPE = "hhqqixxxx"  # of a lock, as in `record.locks`, which takes longer to import


def place(words: Sequence[str]) -> str:
    """Return where the answer to a command would be kept; empty if none is kept for it.

    Args:
        words: After the program's name.
    """
    if any(word.startswith("-") and word not in _OPTIONS for word in words):
        return ""
    try:
        written = os.stat(__file__).st_ctime_ns
        here = os.getcwd()
    except OSError:  # the folder is gone; who reads the tasks will say so
        return ""
    return private.place("still", written, here, words)


def look(words: Sequence[str]) -> bytes | None:
    """Return what a command is to print, None if that has to be found out.

    Then `asked` says where an answer may be left behind, since when nothing must have moved
    (nanoseconds of the clock), and what the tasks are read from.

    Args:
        words: After the program's name.
    """
    path = place(words)
    told = answer(path) if path else None
    if path and told is None:
        asked[path] = (time.time_ns(), tuple(_books(words)))
    return told


asked: dict[str, tuple[int, tuple[Note, ...]]] = {}


def _books(words: Sequence[str]) -> Iterator[Note]:
    """Note the files that a command reads, before it reads them."""
    named = [word for before, word in pairwise(words) if before in ("-f", "--file")]
    for name in named or ["Spryfile.md"]:
        path = os.path.join(os.getcwd(), name)
        yield note(path)
        yield note(path, follow=True)


def answer(path: str) -> bytes | None:
    """Return what a command is to print, None if that has to be found out.

    Args:
        path: See `place`.
    """
    kept = private.recall(path)
    if kept is None:
        return None
    told, notes, names, values, locks = kept
    if values != digest(names) or not _all_as_noted(notes):
        return None
    answered: bytes = told
    return answered if not any(_is_locked(lock) for lock in locks) else None


def note(path: str, *, follow: bool = False) -> Note:
    """Return what to compare later of a file or folder."""
    try:
        info = os.stat(path) if follow else os.lstat(path)
    except OSError:
        return path, follow, None
    return path, follow, signature(info)


def signature(info: os.stat_result) -> Signature:
    """Return what changes with a file or folder."""
    return (
        info.st_ctime_ns,
        info.st_mtime_ns,
        info.st_ino,
        info.st_size,
        info.st_mode,
        info.st_dev,
    )


def _all_as_noted(notes: Iterable[Note]) -> bool:
    lstat = os.lstat
    for path, follow, held in notes:
        try:
            info = os.stat(path) if follow else lstat(path)
        except OSError:
            if held is not None:
                return False
            continue
        if held is None:
            return False
        changed, modified, inode, size, mode, device = held
        if (
            info.st_ctime_ns != changed
            or info.st_mtime_ns != modified
            or info.st_ino != inode
            or info.st_size != size
            or info.st_mode != mode
            or info.st_dev != device
        ):
            return False
    return True


def digest(names: Iterable[str]) -> bytes:
    """Return what changes with the values of variables."""
    from _blake2 import blake2b  # noqa: PLC0415 - few commands get here

    values = [os.environb.get(os.fsencode(name)) for name in names]
    return blake2b(repr(values).encode(), digest_size=32).digest()


def _is_locked(path: str) -> bool:
    """Whether some run is working on any task whose locks are in this file."""
    import fcntl  # noqa: PLC0415 - only here

    ask = getattr(fcntl, "F_OFD_GETLK", None)
    if ask is None:
        return True
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        found = fcntl.fcntl(fd, ask, struct.pack(_SHAPE, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
        return bool(struct.unpack(_SHAPE, found)[0] != fcntl.F_UNLCK)
    except OSError:
        return True
    finally:
        os.close(fd)
