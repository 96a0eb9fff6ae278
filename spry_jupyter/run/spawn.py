"""Starting one process, and saying why where it cannot be."""

from __future__ import annotations

import errno
import os
import signal
import time

from spry_jupyter.run.wire import write_all

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from spry_jupyter.run.executor import Attempt

_DEFAULT_PATH = os.defpath.encode()
_SHELLS = (b"bash", b"sh")
_FOUND_FOR = 1.0  # seconds; a look into ten folders costs as much as all else about a start
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
    path = attempt.env.get(b"PATH", _DEFAULT_PATH)
    if program not in _SHELLS:  # whatever a task before this one may have installed
        return _search(program, path)
    asked = (program, path, attempt.cwd)
    where, until = _found.get(asked, (b"", 0.0))
    now = time.monotonic()
    if now >= until:
        where = _search(program, path)
        _found.clear()
        _found[asked] = (where, now + _FOUND_FOR)
    return where


_found: dict[tuple[bytes, bytes, str], tuple[bytes, float]] = {}
"""The shell that was looked for last: what was asked, where it is, and until when that holds."""


def _search(program: bytes, path: bytes) -> bytes:
    for folder in path.split(b":"):
        where = (folder or b".") + b"/" + program
        if os.access(where, os.X_OK) and not os.path.isdir(where):
            return where
    raise ValueError(f"{os.fsdecode(program)} is not on PATH")


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
