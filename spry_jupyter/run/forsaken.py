"""What a runner that was killed has left, ended and taken away by the next one.

Each runner has a folder in memory, named for its front, and holds a lock on it as long as one of its
two processes lives. A folder whose front is gone and whose lock is free is forsaken: what bears the
marks of that runner is ended, and the folder taken away. A front is told by its pid and by when it
began, for another process may have its pid by now. While such a lock is held the old runner is
about to end what it has, and whoever comes next waits for that: a kernel that was started again never
works beside the tasks of the one before.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress

from spry_jupyter import private
from spry_jupyter.run import cgroup, trees

_LATE = "late"  # file that says that the runner has been waited for in vain
_GROUP = "cgroup"  # file with the place of the runner's control group
_FRONT = "front"  # file that says when the front began, and where its pid counts
_STATE, _BEGAN = 0, 19  # of what follows the name in /proc/PID/stat
_PATIENCE = 3.0  # seconds that an old runner may take to end


def home() -> str:
    """Return the folder with the folders of this user's runners."""
    return f"{private.MEMORY}/spry-runners-{os.getuid()}"


def folder(prefix: str) -> str:
    """Return the folder of the runner with this prefix."""
    return f"{home()}/{prefix.rstrip('.')}"


def settle(prefix: str) -> int:
    """Make a runner's folder, when nothing forsaken is left; return the lock to hold.

    Raises:
        OSError: If there is no place for it.
    """
    private.make_private(home())
    _end_forsaken()
    cgroup.sweep(lambda name: os.path.exists(f"{home()}/{name}"))
    path = folder(prefix)
    private.make_private(path)
    lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with open(f"{path}/{_FRONT}", "wb") as file:
        file.write(_began(prefix.partition("-")[0]) + b" " + _world())
    return lock


def note_group(prefix: str, group: str) -> None:
    """Have whoever comes next know a runner's control group."""
    if group:
        with suppress(OSError), open(f"{folder(prefix)}/{_GROUP}", "w") as file:
            file.write(group)


def end(prefix: str) -> None:
    """End all that a runner which is gone has left, and take its folder away."""
    with suppress(OSError), open(f"{folder(prefix)}/{_GROUP}") as file:
        cgroup.end(file.read())
    mark = f"{prefix.rstrip('.')}.".encode()
    trees.kill_all(lambda: trees.marked_anywhere(mark))
    remove(folder(prefix))


def remove(path: str) -> None:
    """Take away a folder of folders of files; what is gone already is fine."""
    with suppress(OSError):
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    remove(entry.path)
                else:
                    os.unlink(entry.path)
        os.rmdir(path)


def _end_forsaken() -> None:
    for name in os.listdir(home()):
        if not _is_frontless(name):
            continue
        with suppress(OSError):  # another may be doing the same
            lock = os.open(f"{home()}/{name}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                if _comes_free(lock, f"{home()}/{name}/{_LATE}"):
                    end(name)
            finally:
                os.close(lock)


def _is_frontless(name: str) -> bool:
    """Whether the front that a folder is named for is gone."""
    pid = name.partition("-")[0]
    if not pid.isdigit():
        return False
    began = where = b""
    with suppress(OSError), open(f"{home()}/{name}/{_FRONT}", "rb") as file:
        began, _, where = file.read().partition(b" ")
    if where and where != _world():  # a container that shares this memory counts pids of its own
        return False
    now = _began(pid)
    return not now or began not in (b"", now)


def _world() -> bytes:
    """Return what names the namespace that pids count in."""
    with suppress(OSError):
        return os.readlink(b"/proc/self/ns/pid")
    return b""


def _began(pid: str) -> bytes:
    """Return when a process began, in ticks since the machine did; nothing if it is not alive."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return b""
    return b"" if fields[_STATE] in (b"Z", b"X") else fields[_BEGAN]


def _comes_free(lock: int, late: str) -> bool:
    """Wait for the end of the runner that holds a lock; False if that takes too long.

    It is noted in the file `late`: one that cannot end holds up one start, and not all there will be.
    """
    patience = time.monotonic() + (0.0 if os.path.exists(late) else _PATIENCE)
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= patience:
                break
            time.sleep(0.005)
        else:
            return True
    os.close(os.open(late, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return False
