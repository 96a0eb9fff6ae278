"""The values a task is given: its environment, with what is set, forwarded and captured."""

from __future__ import annotations

import os
from contextlib import suppress

from spry_jupyter.plan.graph import reach
from spry_jupyter.run.command import (
    CannotStart,
    base_environment,
    dotenvs,
    interpolate,
    known_as,
    mentioned,
)
from spry_jupyter.run.secrets import learn, mask_of, sealed, secret_names

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from spry_jupyter.model import Task
    from spry_jupyter.run.request import RunRequest

_LARGEST = 131071  # bytes that Linux takes for one NAME=VALUE


class Values:
    """What the tasks of one run get from outside and from each other.

    Attributes:
        secret: The names that tasks of the run declare to be secret.
        mask: What hides the values of these; None if there are none.
    """

    def __init__(self, request: RunRequest) -> None:
        self._request = request
        self.secret = secret_names(request)
        self.mask = mask_of(request)
        self._captured: dict[str, tuple[int, str]] = {}  # name to (task, file)
        self._known: dict[str, tuple[int, bytes]] = {}  # name to (task, value), where nothing runs

    def keep(self, task: int, name: str, path: str) -> None:
        """Remember that a task captured `name` into the file at `path`."""
        self._captured[name] = (task, path)
        if self.mask is not None and name in self.secret:
            with open(path, "rb") as file:
                value = file.read(_LARGEST)
            with suppress(CannotStart):  # who is to be given it will say so
                learn(self.mask, name, value)

    def suppose(self, task: int, name: str, value: bytes) -> None:
        """Take it that a task captured a value, in a run that is only thought of."""
        self._known[name] = (task, value)

    def captured(self, task: int, name: str) -> bytes | None:
        """Return what a task that `task` needs, directly or not, captured under a name.

        Raises:
            CannotStart: If it can be no variable.
        """
        if name in self._known and self._is_needed(self._known[name][0], task):
            return self._known[name][1]
        found = self._captured.get(name)
        if found is None or not self._is_needed(found[0], task):
            return None
        if os.path.getsize(found[1]) > _LARGEST:
            raise CannotStart(f"the captured value {name} is too large for a variable")
        with open(found[1], "rb") as file:
            value = file.read()
        if b"\0" in value:
            raise CannotStart(f"the captured value {name} holds a NUL byte, a variable cannot")
        return value

    def environment(self, task: int, cwd: str) -> dict[bytes, bytes]:
        """Return all of a task's variables.

        Later sources win: the front's, `.env` files, what is forwarded, the task's own, the run's.
        What runs elsewhere gets nothing of the front's: what is there stands in its place.

        Raises:
            CannotStart: Naming the variable that has no value, or one that is too large.
        """
        front = {} if self._request.elsewhere else self._request.environment
        env = base_environment(self._request.closure.tasks[task], front, cwd)
        self._declare(task, env)
        return env

    def declared(self, task: int) -> dict[str, bytes]:
        """Return the variables that a task or its run names, and what its script stands for.

        Raises:
            CannotStart: As `environment` does.
        """
        env = dict(self._request.environment)
        names = self._declare(task, env)
        found = {name: env[os.fsencode(name)] for name in names}
        what = self._request.closure.tasks[task]
        if what.interpolate:
            _, added = interpolate(what, env, lambda name: self.captured(task, name))
            found |= {os.fsdecode(name): value for name, value in added.items()}
            found |= {os.fsdecode(name): env[name] for name in mentioned(what) if name in env}
        key = self._request.key
        return {
            name: sealed(value, key) if self.tells(name, value) else value
            for name, value in found.items()
        }

    def tells(self, name: str, value: bytes) -> bool:
        """Whether a value is a secret, or holds one."""
        if self.mask is None:
            return False
        names = self.secret.union([known_as(name) for name in self.secret])
        return name in names or bool(self.mask.spans(value))

    def declares(self, task: int) -> bool:
        """Whether there is anything for `declared` to tell."""
        request = self._request
        what = request.closure.tasks[task]
        if request.overrides or request.forwards or what.interpolate:
            return True
        return bool(what.env or what.forward or what.dotenv or what.secrets)

    def _declare(self, task: int, env: dict[bytes, bytes]) -> list[str]:
        """Add the variables that a task or its run names; return their names."""
        if not self.declares(task):
            return []
        request = self._request
        what = request.closure.tasks[task]
        set_here = {name for name, _ in request.overrides}
        read = self._read_files(env, what)
        for name in (*what.forward, *request.forwards):
            if name not in set_here:
                self._set(env, name, self._forwarded(task, name))
        # What writes a secret down may be the only one to know it, so that does.
        known = set_here.union([name for name, _ in what.env])
        for name in what.secrets:
            if name not in known:
                self._set(env, name, self._forwarded(task, name, read.get(name)))
        for name, value in (*what.env, *request.overrides):
            self._set(env, name, os.fsencode(value))
        if self.mask is not None:
            for name in what.secrets:
                learn(self.mask, name, env[os.fsencode(name)])
        told = [name for name, _ in (*what.env, *request.overrides)]
        return [*read, *what.forward, *request.forwards, *what.secrets, *told]

    def _read_files(self, env: dict[bytes, bytes], what: Task) -> dict[str, bytes]:
        """Set what a task's `.env` files say, and return it."""
        if not what.dotenv:
            return {}
        said = dotenvs(what, env, self._request.cwd, self._request.libraries)
        read = {name: os.fsencode(text) for name, text in said.items()}
        for name, value in read.items():
            self._set(env, name, value)
        return read

    def _set(self, env: dict[bytes, bytes], name: str, value: bytes) -> None:
        if len(name) + len(value) >= _LARGEST:
            size = len(name) + len(value) + 1
            raise CannotStart(f"the variable {name} is too large: {size} bytes, {_LARGEST} fit")
        env[os.fsencode(name)] = value

    def _forwarded(self, task: int, name: str, otherwise: bytes | None = None) -> bytes:
        request = self._request
        value = self.captured(task, name)
        if value is not None:
            return value
        given = request.values.get(name)
        if isinstance(given, bytes):
            return given
        if given is not None:
            raise CannotStart(given)
        inherited = request.environment.get(os.fsencode(name), otherwise)
        if inherited is None:
            raise CannotStart(
                f"the variable {name} has no value: no task that it needs captured it, "
                "and it is set nowhere else"
            )
        return inherited

    def _is_needed(self, needed: int, task: int) -> bool:
        """Whether one task needs another, directly or not."""
        needs = self._request.closure.needs
        return needed != task and needed in reach([task], needs.__getitem__)
