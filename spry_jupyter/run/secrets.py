"""Which variables of a run are secret, and their values.

A secret is hidden in what every task of its run says, whoever declares it: what one task captures,
another may say.
"""

from __future__ import annotations

import os

from spry_jupyter.record.digests import blake2b
from spry_jupyter.run.command import CannotStart, dotenv
from spry_jupyter.run.forms import SHORTEST
from spry_jupyter.run.mask import Mask

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spry_jupyter.model import Task
    from spry_jupyter.run.request import RunRequest


def secret_names(request: RunRequest) -> frozenset[str]:
    """Return the names that tasks of a run declare to be secret."""
    return frozenset([name for task in request.closure.tasks for name in task.secrets])


def mask_of(request: RunRequest) -> Mask | None:
    """Return what hides the secrets that a run has at its start; None if no task declares any.

    Where a name has several values, as in the kernel and in the environment, all are hidden.
    """
    if not secret_names(request):
        return None
    mask = Mask()
    for task in request.closure.tasks:
        for value in _values(request, task):
            if not _is_short(value):
                mask.learn(value)
    return mask


def learn(mask: Mask, name: str, value: bytes) -> None:
    """Hide the value that a task is given.

    Raises:
        CannotStart: If it is so short that hiding it would leave nothing to read.
    """
    if not value:
        raise CannotStart(f"the secret {name} is empty")
    if _is_short(value):
        raise CannotStart(f"the secret {name} has fewer than {SHORTEST} characters to hide")
    mask.learn(value)


def sealed(value: bytes | str | None, key: bytes) -> bytes:
    """Return what changes with a value, and tells nothing of it to who has not the key.

    Args:
        value: A secret.
        key: The user's; without one every result is another.
    """
    plain = repr(value).encode("utf-8", "surrogatepass")
    return blake2b(plain, digest_size=32, key=key or os.urandom(32)).digest()


def _is_short(value: bytes) -> bool:
    return len(value.decode("utf-8", "replace")) < SHORTEST


def _values(request: RunRequest, task: Task) -> Iterator[bytes]:
    """Find the values of a task's secrets that are known before anything has run."""
    wanted = frozenset(task.secrets)
    for name, text in (*request.overrides, *task.env):
        if name in wanted:
            yield os.fsencode(text)
    for name in wanted:
        given = request.values.get(name)
        if isinstance(given, bytes):
            yield given
        if (inherited := request.environment.get(os.fsencode(name))) is not None:
            yield inherited
    for file in task.dotenv if wanted else ():
        try:
            folder = task.folder or request.cwd
            path = os.path.join(folder, file)
            found = dotenv(path, request.environment, request.libraries)
        except CannotStart:
            continue  # its task will say so
        yield from [os.fsencode(found[name]) for name in wanted if name in found]
