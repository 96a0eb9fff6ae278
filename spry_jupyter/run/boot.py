"""Starting the runner's process, which takes its time while the front goes on.

Next to nothing is imported here: the command line boots the runner before it imports the rest.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found] # all of `signal` that is needed, at hand at once
import os
import sys

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_CODE = (
    "import sys; sys.path.insert(0, sys.argv[1]); from spry_jupyter.run.runner import main; "
    "main(int(sys.argv[2]), sys.argv[3])"
)


class Boot:
    """A runner's process, from its start on.

    Attributes:
        owner: Pid of the front, this process.
        prefix: What the mark of every process of the runner's tasks starts with.
        pid: Of the runner.
        stdin: Descriptor to ask it through.
        stdout: Descriptor to hear of its events through.
    """

    __slots__ = ("owner", "pid", "prefix", "stdin", "stdout")

    def __init__(self, code: str = "", *words: str) -> None:
        """Start it.

        Args:
            code: What it is to do, given the package's folder, the front and the prefix; empty is
                what a runner of this machine does.
            words: What else it is given.
        """
        self.owner = os.getpid()
        self.prefix = f"{self.owner}-{os.urandom(6).hex()}."
        words = ("-I", "-S", "-c", code or _CODE, _ROOT, str(self.owner), self.prefix, *words)
        fds: list[int] = []
        try:
            fds += os.pipe()
            fds += os.pipe()
            self.pid = os.posix_spawn(
                sys.executable,
                [sys.executable, *words],
                os.environ,
                file_actions=[(os.POSIX_SPAWN_DUP2, fds[0], 0), (os.POSIX_SPAWN_DUP2, fds[3], 1)],
                setsid=True,
                setsigmask=(),
                setsigdef=[_signal.SIGINT, _signal.SIGPIPE],
            )
        except BaseException:
            for fd in fds:
                os.close(fd)
            raise
        theirs_in, self.stdin, self.stdout, theirs_out = fds
        os.close(theirs_in)
        os.close(theirs_out)


_ahead: list[Boot] = []


def ahead() -> None:
    """Start a runner before anybody has asked for one."""
    _ahead.append(Boot())


def boot() -> Boot:
    """Return the runner that was started ahead, if this process did that, or start one."""
    while _ahead:
        found = _ahead.pop()
        if found.owner == os.getpid():
            return found
    return Boot()
