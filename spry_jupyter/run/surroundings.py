"""What, besides a task itself, makes it another one when it changes: the variables it is given."""

from __future__ import annotations

from spry_jupyter.record.digests import blake2b
from spry_jupyter.run.command import CannotStart, dotenvs
from spry_jupyter.run.secrets import mask_of, sealed, secret_names

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable

    from spry_jupyter.model import Task
    from spry_jupyter.run.request import RunRequest

    Which = tuple[tuple[str, ...], str, tuple[str, ...]]  # variables, folder, `.env` files


def surroundings(request: RunRequest) -> Callable[[Task], bytes]:
    """Return what tells a task's surroundings, as they are now, in 32 bytes.

    They are what is forwarded to it, what its `.env` files say, and what is set for the whole run.
    """
    told = _Surroundings(request)
    for task in request.closure.tasks:
        if task.dotenv:  # later they may say something else than the task has read
            told.of(task)
    return told.of


class _Surroundings:
    """See `surroundings`."""

    def __init__(self, request: RunRequest) -> None:
        self._request = request
        self._secret = secret_names(request)
        self._mask = mask_of(request)
        self._known: dict[Which, bytes] = {}

    def of(self, task: Task) -> bytes:
        """Tell those of a task."""
        names = (*task.forward, *task.secrets, *self._request.forwards)
        which = (names, task.folder if task.dotenv else "", task.dotenv)
        found = self._known.get(which)
        if found is None:
            found = self._known[which] = self._digest(names, task)
        return found

    def _digest(self, names: tuple[str, ...], task: Task) -> bytes:
        request = self._request
        given = [
            (name, request.values.get(name, request.environment.get(name.encode())))
            for name in sorted({*names})
        ]
        told = [
            (name, sealed(value, request.key) if self._tells(name, value) else value)
            for name, value in (*given, *request.overrides)
        ]
        files = self._files(task) if task.dotenv else ""
        plain = repr((told, len(given), files)).encode("utf-8", "surrogatepass")
        return blake2b(plain, digest_size=32).digest()

    def _tells(self, name: str, value: bytes | str | None) -> bool:
        """Whether a value is a secret, or holds one."""
        if self._mask is None or value is None:
            return name in self._secret
        data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        return name in self._secret or bool(self._mask.spans(data))

    def _files(self, task: Task) -> object:
        request = self._request
        try:
            said = [*dotenvs(task, request.environment, request.cwd, request.libraries).items()]
        except CannotStart as error:
            return str(error)
        return sealed(repr(said), request.key) if self._secret else said
