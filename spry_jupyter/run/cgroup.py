"""A control group for a runner's tasks, where this user may make one (cgroup v2).

All that is in a group can be ended in one step, whatever it has done to get away: nothing that
forks faster than we look escapes, and what has lost every mark is found. The walk over the tree of
processes does without it, so where there is none nothing is lost but that.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MOUNTS = ("/sys/fs/cgroup", "/sys/fs/cgroup/unified")
_NAME = "spry-"
_PATIENCE = 1.0  # seconds that killed processes may take to be gone


def place(name: str) -> str:
    """Return the folder that a group of this name would be, below our own; empty if there is none."""
    own = _own()
    return f"{own}/{_NAME}{name}" if own else ""


def make(path: str) -> str:
    """Make a group; return its folder, or nothing where that is not allowed.

    Args:
        path: See `place`. Whoever makes one has noted that before, so that none is ever forgotten.
    """
    if not path:
        return ""
    try:
        os.mkdir(path)
        if os.path.exists(f"{path}/cgroup.kill"):
            return path
        os.rmdir(path)
    except OSError:
        pass
    return ""


def sweep(known: Callable[[str], bool]) -> None:
    """Take away this user's groups below our own that are empty and that nobody knows of.

    Args:
        known: Whether there is a runner that has made, or may be about to use, this name's group.
    """
    own = _own()
    with suppress(OSError):
        for name in os.listdir(own) if own else ():
            path = f"{own}/{name}"
            if not name.startswith(_NAME) or known(name.removeprefix(_NAME)):
                continue
            if os.stat(path).st_uid == os.getuid():
                _remove(path)


def _own() -> str:
    with suppress(OSError, StopIteration):
        with open("/proc/self/cgroup") as file:
            own = next(line[3:].strip("/\n") for line in file if line.startswith("0::"))
        for mount in _MOUNTS:
            found = f"{mount}/{own}".rstrip("/")
            if os.path.exists(f"{found}/cgroup.procs"):
                return found
    return ""


def _remove(path: str) -> bool:
    """Take away a group with those within it, as far as they are empty; True if it is gone.

    A task that itself runs tasks has a group of theirs within its own.
    """
    with suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _remove(entry.path)
    try:
        os.rmdir(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def join(group: str, pids: Iterable[int]) -> None:
    """Put processes into a group; what they start from then on is there, too."""
    for pid in pids if group else ():
        with suppress(OSError), open(f"{group}/cgroup.procs", "w") as file:
            file.write(str(pid))


def end(group: str) -> None:
    """End everything in a group, and the group."""
    patience = time.monotonic() + _PATIENCE
    while group and time.monotonic() < patience:
        with suppress(OSError), open(f"{group}/cgroup.kill", "w") as file:
            file.write("1")
        if _remove(group):
            return
        time.sleep(0.001)  # its processes are on their way out
