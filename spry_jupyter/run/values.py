"""The values a task is given: its environment, with what is set, forwarded and captured."""

from __future__ import annotations

import os

from spry_jupyter.run.command import CannotStart, base_environment, dotenv

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from spry_jupyter.run.request import RunRequest

_LARGEST = 131071  # bytes that Linux takes for one NAME=VALUE


class Values:
    """What the tasks of one run get from outside and from each other."""

    def __init__(self, request: RunRequest) -> None:
        self._request = request
        self._captured: dict[str, tuple[int, str]] = {}  # name to (task, file)

    def keep(self, task: int, name: str, path: str) -> None:
        """Remember that a task captured `name` into the file at `path`."""
        self._captured[name] = (task, path)

    def captured(self, task: int, name: str) -> bytes | None:
        """Return what a task that `task` needs, directly or not, captured under a name.

        Raises:
            CannotStart: If it can be no variable.
        """
        found = self._captured.get(name)
        if found is None or not self._is_needed(found[0], task):
            return None
        if os.path.getsize(found[1]) > _LARGEST:  # noqa: PTH202 - pathlib is too heavy here
            raise CannotStart(f"the captured value {name} is too large for a variable")
        with open(found[1], "rb") as file:  # noqa: PTH123 - likewise
            value = file.read()
        if b"\0" in value:
            raise CannotStart(f"the captured value {name} holds a NUL byte, a variable cannot")
        return value

    def environment(self, task: int, cwd: str) -> dict[bytes, bytes]:
        """Return all of a task's variables.

        Later sources win: the front's, `.env` files, what is forwarded, the task's own, the run's.

        Raises:
            CannotStart: Naming the variable that has no value, or one that is too large.
        """
        request = self._request
        what = request.closure.tasks[task]
        folder = what.folder or request.cwd
        env = base_environment(what, request.environment, cwd)
        for file in what.dotenv:
            values = dotenv(os.path.join(folder, file), request.libraries)  # noqa: PTH118
            for name, text in values.items():
                self._set(env, name, os.fsencode(text or ""))
        overridden = {name for name, _ in request.overrides}
        for name in (*what.forward, *request.forwards):
            if name not in overridden:
                self._set(env, name, self._forwarded(task, name))
        for name, value in (*what.env, *request.overrides):
            self._set(env, name, os.fsencode(value))
        return env

    def _set(self, env: dict[bytes, bytes], name: str, value: bytes) -> None:
        if len(name) + len(value) >= _LARGEST:
            size = len(name) + len(value) + 1
            raise CannotStart(f"the variable {name} is too large: {size} bytes, {_LARGEST} fit")
        env[os.fsencode(name)] = value

    def _forwarded(self, task: int, name: str) -> bytes:
        request = self._request
        value = self.captured(task, name)
        if value is not None:
            return value
        given = request.values.get(name)
        if isinstance(given, bytes):
            return given
        if given is not None:
            raise CannotStart(given)
        inherited = request.environment.get(os.fsencode(name))
        if inherited is None:
            raise CannotStart(
                f"the variable {name} has no value: no task that it needs captured it, "
                "and it is set nowhere else"
            )
        return inherited

    def _is_needed(self, needed: int, task: int) -> bool:
        """Whether one task needs another, directly or not."""
        needs = self._request.closure.needs
        seen = {task}
        stack = [task]
        while stack:
            for k in needs[stack.pop()]:
                if k == needed:
                    return True
                if k not in seen:
                    seen.add(k)
                    stack.append(k)
        return False
