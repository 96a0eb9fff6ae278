"""How long the logs of runs are kept: not for ever, and never away from under a run that goes on.

A runner holds a lock on the folder of each run while it lasts, which the system drops when the
runner dies, and leaves the size of the logs there at the end.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from contextlib import suppress

MOST_RUNS = 50
OLDEST = 30 * 24 * 3600.0  # seconds
MOST_BYTES = 2 << 30  # of all runs but the newest
_YOUNG = 60.0  # seconds; the runner of a younger run may not have got to its lock yet
_SIZE = ".size"  # no task's file begins with a dot
_RUN = re.compile(r"\d{8}-\d{6}-\d{6}-[0-9a-f]+")
_STAMP = "%Y%m%d-%H%M%S"


def hold(run: str) -> int:
    """Say that a run goes on, until the descriptor that is returned is closed; -1 if it cannot be.

    Args:
        run: Absolute path of the run's folder.
    """
    try:
        fd = os.open(run, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(fd, fcntl.LOCK_SH)  # `goes_on` has it for an instant
    except OSError:
        return -1
    return fd


def release(run: str, fd: int, size: int) -> None:
    """Say that a run is over, and how many bytes its logs have."""
    with suppress(OSError), open(f"{run}/{_SIZE}", "w") as file:
        file.write(str(size))
    if fd >= 0:
        os.close(fd)


def goes_on(run: str) -> bool:
    """Whether some runner works on a run, or may be about to."""
    if os.path.exists(f"{run}/{_SIZE}"):
        return False
    try:
        fd = os.open(run, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return os.path.basename(run) > _stamp(time.time() - _YOUNG)


def later_than_all(runs: str, now: int) -> str:
    """Return what the name of a new run begins with.

    It is the time, but never before that of another run: the clock may have been set back, and the
    last run has to be the last in order.

    Args:
        runs: Absolute folder of the runs.
        now: Nanoseconds since 1970.
    """
    stamp = f"{_stamp(now // 10**9)}-{now // 1000 % 1_000_000:06d}"
    names = filter(_RUN.fullmatch, os.listdir(runs))
    newest = max(names, default="")[: len(stamp)]
    if newest < stamp:
        return stamp
    digits = f"{int(newest.replace('-', '')) + 1:020d}"
    return f"{digits[:8]}-{digits[8:14]}-{digits[14:]}"


def prune(runs: str) -> None:
    """Delete the oldest runs: past the number, the age or the size that is kept."""
    for name in forsaken(runs, time.time()):
        path = f"{runs}/{name}"
        if not goes_on(path):
            import shutil  # noqa: PLC0415 - it imports compressors, and few runs need it

            shutil.rmtree(path, ignore_errors=True)


def forsaken(runs: str, now: float) -> list[str]:
    """Return the names of the runs that are not kept any more, the newest first.

    Args:
        runs: Absolute folder of the runs.
        now: Seconds since 1970.
    """
    names = sorted(filter(_RUN.fullmatch, os.listdir(runs)), reverse=True)
    oldest = _stamp(now - OLDEST)
    left = MOST_BYTES
    for place, name in enumerate(names):
        left -= _size(f"{runs}/{name}") if place else 0
        if place >= MOST_RUNS or name < oldest or left < 0:
            return names[place:]
    return []


def _stamp(moment: float) -> str:
    return time.strftime(_STAMP, time.gmtime(moment))


def _size(run: str) -> int:
    """Return the bytes of a run's logs, looked up where its runner could not leave them."""
    with suppress(OSError, ValueError):
        # What stands there may have been brought along: the open of a FIFO waits for its writer.
        fd = os.open(f"{run}/{_SIZE}", os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(fd) as file:
            return int(file.read(20))
    try:
        with os.scandir(run) as entries:
            return sum(entry.stat(follow_symlinks=False).st_size for entry in entries)
    except OSError:
        return 0
