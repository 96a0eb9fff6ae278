"""Which processes belong to which task, and ending them all.

On Linux the runner is a child subreaper: whatever a task starts stays below it, so a walk down
from the runner sees every process of every task. Elsewhere `ps` tells, and what has left both its
parent and its process group is out of sight.
"""

from __future__ import annotations

import os
import signal
import sys
import time

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Row = tuple[int, int, int]  # parent, process group, session

MARK = b"SPRY_ATTEMPT"  # the variable that names a process's attempt
_LINUX = sys.platform == "linux"
_EXITING = 4  # PF_EXITING of <linux/sched.h>, in the field `flags` of /proc/PID/stat
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of <linux/prctl.h>
_KILL_SECONDS = 2.0  # how long a killed tree may take to be gone before it counts as unkillable


def become_subreaper() -> None:
    """Adopt orphans among all that this process starts; does nothing where there is no such thing."""
    if _LINUX:
        import ctypes  # noqa: PLC0415 - 3 ms that only the runner pays

        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def table(root: int) -> dict[int, Row]:
    """Return the living processes below `root` (elsewhere than on Linux: all there are)."""
    return _below(root) if _LINUX else _from_ps()


def below(root: int) -> dict[int, Row]:
    """Return the living processes that descend from `root`, itself not among them."""
    return _below(root) if _LINUX else _descendants(root, _from_ps())


def _descendants(root: int, rows: dict[int, Row]) -> dict[int, Row]:
    found: dict[int, Row] = {}
    parents = {root}
    while parents:
        fresh = {pid: row for pid, row in rows.items() if row[0] in parents and pid not in found}
        found.update(fresh)
        parents = set(fresh)
    return found


def _below(root: int) -> dict[int, Row]:
    rows: dict[int, Row] = {}
    seen: set[int] = set()
    # Whose parent ends while we walk has become a child of the root behind our back: look again
    # there until nobody is new.
    while stack := [pid for pid in _children(root) if pid not in seen]:
        while stack:
            pid = stack.pop()
            seen.add(pid)
            row = _row(pid)
            if row is not None:
                rows[pid] = row
            stack += [child for child in _children(pid) if child not in seen]
    return rows


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found += map(int, file.read().split())
    except OSError:
        pass  # it is gone, and its children are the subreaper's by now
    return found


def _row(pid: int) -> Row | None:
    """Return a process's place, or None for one that is dead or a zombie."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    if fields[0] in (b"Z", b"X"):
        return None
    return int(fields[1]), int(fields[2]), int(fields[3])


def is_ending(pid: int) -> bool:
    """Whether a process is gone or on its way out; False where that cannot be told.

    On its way out it is still in the table, but has no environment any more that says whose it is.
    """
    if not _LINUX:
        return False
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return True
    return bool(int(fields[6]) & _EXITING)


def _from_ps() -> dict[int, Row]:
    rows: dict[int, Row] = {}
    # The shell becomes `ps`, and says which process that is: it is none of a task's.
    with os.popen("echo $$; exec ps -axo pid=,ppid=,pgid=,stat=") as listing:  # noqa: S605 - a constant
        itself = listing.readline().strip()
        for line in listing:
            pid, parent, group, state = line.split()[:4]
            if pid != itself and not state.startswith("Z"):
                rows[int(pid)] = (int(parent), int(group), int(group))
    return rows


def owners(root: int, leaders: Mapping[int, int], prefix: bytes) -> dict[int, int | None]:
    """Tell whose the living processes below `root` are.

    Args:
        root: The runner.
        leaders: Pid of an attempt's first process to the attempt's number; a session or group
            keeps its number while any process is in it, so an ended leader may stand here too.
        prefix: What the mark of every process of this runner starts with.

    Returns:
        Pid to number of the attempt, or to None for what belongs to no known attempt.
    """
    rows = table(root)
    found: dict[int, int | None] = {}
    for pid in rows:
        path = []
        while pid not in found and pid in rows:
            path.append(pid)
            found[pid] = None
            parent, group, session = rows[pid]
            own = leaders.get(pid, leaders.get(session, leaders.get(group)))
            if own is None and parent == root:
                own = _marked(pid, prefix)
            if own is not None or parent == root:
                found[pid] = own
                break
            pid = parent  # noqa: PLW2901 - the walk goes up
        owner = found.get(pid)
        for seen in path:
            found[seen] = owner
    return found if _LINUX else {pid: own for pid, own in found.items() if own is not None}


def _marked(pid: int, prefix: bytes) -> int | None:
    """Return the attempt that a process's environment names, if it names one of ours."""
    start = b"\0" + MARK + b"=" + prefix
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            _, found, rest = (b"\0" + file.read()).partition(start)
    except OSError:
        return None
    number = rest.partition(b"\0")[0]
    return int(number) if found and number.isdigit() else None


def send(pids: Iterable[int], sig: int) -> None:
    """Send a signal to each of these that is still there."""
    for pid in pids:
        try:
            os.kill(pid, sig)
        except (ProcessLookupError, PermissionError):  # gone, or it became another user's
            continue


def kill_all(members: Callable[[], Iterable[int]]) -> bool:
    """Stop, then kill, until `members` finds nobody; True if that came true.

    Stopping first keeps a process that forks faster than we look from getting away.
    """
    deadline = time.monotonic() + _KILL_SECONDS
    stopped: set[int] = set()
    while pids := set(members()):
        if time.monotonic() > deadline:
            return False
        send(pids - stopped, signal.SIGSTOP)
        fresh = set(members()) - pids
        stopped |= pids
        if fresh:
            continue
        send(pids, signal.SIGKILL)
        stopped.clear()
        time.sleep(0.001)
    return True


def marked_anywhere(prefix: bytes) -> list[int]:
    """Return every process of this machine whose mark starts so, and what shares a session with one.

    That is what has outlived its runner.
    """
    if not _LINUX:
        return []
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    rows = {pid: row for pid in pids if (row := _row(pid)) is not None}
    marked = {pid for pid in rows if _marked(pid, prefix) is not None}
    sessions = {rows[pid][2] for pid in marked}
    found = [pid for pid, row in rows.items() if pid in marked or row[2] in sessions]
    return [pid for pid in found if pid != os.getpid()]
