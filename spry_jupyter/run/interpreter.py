"""Which program runs a task's script, for telling whether it is still the same."""

from __future__ import annotations

import os
import sys

from spry_jupyter.run.command import CannotStart, command

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spry_jupyter.model import Task

_ENV = b"env"


def interpreter(task: Task, environment: Mapping[bytes, bytes], python: str) -> tuple[bytes, str]:
    """Return what identifies the program that runs a task, and the program's file.

    Args:
        task: Whose script.
        environment: Where PATH is.
        python: The interpreter for Python bodies.

    Returns:
        Its words, for our own Python with the version; and an absolute path, empty where it cannot
        be found or the words say all.
    """
    try:
        words = command(task, "", python).argv[:-1]
    except CannotStart:
        return b"", ""
    if words[0] == os.fsencode(python):
        return b"\0".join((*words, sys.version.encode())), ""
    path = environment.get(b"PATH", os.defpath.encode())
    return b"\0".join(words), os.fsdecode(_find(_program(words), path))


def candidates(task: Task, environment: Mapping[bytes, bytes], python: str) -> Iterator[str]:
    """Return where the program of a task is looked for, up to where it is found.

    Takes what `interpreter` takes. What appears at one of these runs the task from then on.
    """
    words, found = interpreter(task, environment, python)
    if not found and words.startswith(os.fsencode(python) + b"\0"):
        return
    program = _program(words.split(b"\0"))
    if not program or b"/" in program:
        return
    for folder in environment.get(b"PATH", os.defpath.encode()).split(b":"):
        where = os.fsdecode(os.path.join(folder, program))
        if folder.startswith(b"/"):
            yield where
        if where == found:
            return


def _program(words: Sequence[bytes]) -> bytes:
    """Return the program that words start, behind `env` the one that it starts."""
    if os.path.basename(words[0]) == _ENV:
        rest = [word for word in b" ".join(words[1:]).split() if not _is_no_program(word)]
        return rest[0] if rest else words[0]
    return words[0]


def _is_no_program(word: bytes) -> bool:
    return word.startswith(b"-") or b"=" in word


def _find(program: bytes, path: bytes) -> bytes:
    if b"/" in program:
        return program if program.startswith(b"/") else b""
    for folder in path.split(b":"):
        where = os.path.join(folder, program)
        if folder.startswith(b"/") and os.access(where, os.X_OK):
            return where
    return b""
