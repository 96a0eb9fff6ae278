"""Starting one process, and saying why where it cannot be."""

from __future__ import annotations

import errno
import os
import signal
from functools import lru_cache

from spry_jupyter.run.wire import write_all

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from spry_jupyter.run.executor import Attempt

_DEFAULT_PATH = os.defpath.encode()
# What this process ignores or handles must not be ignored in a task. Python ignores two of them.
_RESET = [
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGPIPE,
    signal.SIGXFSZ,
    signal.SIGTERM,
    signal.SIGHUP,
]


def spawn(attempt: Attempt, stdin: int, stdout: int, stderr: int) -> int:
    """Start an attempt in a session of its own; return its pid.

    `posix_spawn` costs the same however large this process is, but knows no working directory: so
    this process, which has one thread, goes there itself.

    Raises:
        OSError: See `why_not`.
        ValueError: With the reason, if its program cannot be found.
    """
    os.chdir(attempt.cwd)  # what is relative on PATH counts from there
    program = _find(attempt)
    if attempt.script:
        _write_script(attempt.script, attempt.body)
    return os.posix_spawn(
        program,
        (program, *attempt.argv[1:]),  # a shell that is told where it is does not look for itself
        attempt.env,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, stdin, 0),
            (os.POSIX_SPAWN_DUP2, stdout, 1),
            (os.POSIX_SPAWN_DUP2, stderr, 2),
        ],
        setsid=True,
        setsigmask=(),
        setsigdef=_RESET,
    )


def _find(attempt: Attempt) -> bytes:
    """Return the path of the attempt's program, from the folder that it is to run in.

    Raises:
        ValueError: With the reason, if there is none that could be run.
    """
    program = attempt.argv[0]
    if b"/" in program:
        return program
    # Looked for each time, a shell too: a task before this one may have installed another.
    for where in _places(program, attempt.env.get(b"PATH", _DEFAULT_PATH)):
        if os.access(where, os.X_OK) and not os.path.isdir(where):
            return where
    raise ValueError(f"{os.fsdecode(program)} is not on PATH")


@lru_cache(maxsize=16)
def _places(program: bytes, path: bytes) -> tuple[bytes, ...]:
    """Return where a program may be, in the order in which it is looked for."""
    return tuple(dict.fromkeys([(folder or b".") + b"/" + program for folder in path.split(b":")]))


def _write_script(path: str, body: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        write_all(fd, body)
    finally:
        os.close(fd)


def why_not(error: OSError, attempt: Attempt) -> str:
    """Return why an attempt did not start, naming what the user can change."""
    if error.errno == errno.E2BIG:
        name, value = max(attempt.env.items(), key=lambda item: len(item[0]) + len(item[1]))
        size = len(name) + len(value) + 1
        return f"its environment is too large (the largest variable, {os.fsdecode(name)}, has {size} bytes)"
    if not os.path.isdir(attempt.cwd):
        there = os.path.exists(attempt.cwd)
        return f"the working directory {attempt.cwd} " + (
            "is not a folder" if there else "does not exist"
        )
    if error.filename == attempt.cwd:
        return f"the working directory {attempt.cwd} cannot be entered: {error.strerror}"
    at = error.filename or attempt.argv[0]
    if error.errno in (errno.ENOENT, errno.EACCES, errno.ENOEXEC, errno.ENOTDIR) and (
        at != attempt.script
    ):
        return f"the interpreter {os.fsdecode(at)} cannot be run: {error.strerror}"
    return f"{os.fsdecode(at)}: {error.strerror}"
