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
    from collections.abc import Iterable

_MOUNTS = ("/sys/fs/cgroup", "/sys/fs/cgroup/unified")
_PATIENCE = 1.0  # seconds that killed processes may take to be gone


def make(name: str) -> str:
    """Make a group below our own; return its folder, or nothing where that is not allowed."""
    with suppress(OSError, StopIteration):
        with open("/proc/self/cgroup") as file:  # noqa: PTH123 - pathlib is too heavy here
            own = next(line[3:].strip("/\n") for line in file if line.startswith("0::"))
        for mount in _MOUNTS:
            place = f"{mount}/{own}".rstrip("/")
            if os.path.exists(f"{place}/cgroup.procs"):  # noqa: PTH110 - likewise
                return _make(f"{place}/spry-{name}")
    return ""


def _make(path: str) -> str:
    os.mkdir(path)  # noqa: PTH102 - pathlib is too heavy here
    if os.path.exists(f"{path}/cgroup.kill"):  # noqa: PTH110 - likewise
        return path
    os.rmdir(path)  # noqa: PTH106 - likewise; an old kernel cannot end a group
    return ""


def join(group: str, pids: Iterable[int]) -> None:
    """Put processes into a group; what they start from then on is there, too."""
    for pid in pids if group else ():
        with suppress(OSError), open(f"{group}/cgroup.procs", "w") as file:  # noqa: PTH123
            file.write(str(pid))


def end(group: str) -> None:
    """End everything in a group, and the group."""
    patience = time.monotonic() + _PATIENCE
    while group and time.monotonic() < patience:
        try:
            with open(f"{group}/cgroup.kill", "w") as file:  # noqa: PTH123 - likewise
                file.write("1")
            os.rmdir(group)  # noqa: PTH106 - likewise
        except FileNotFoundError:
            return
        except OSError:  # its processes are on their way out
            time.sleep(0.001)
        else:
            return
