"""Where a run's attempts are put together: command, environment, folder, files."""

from __future__ import annotations

import os
from contextlib import suppress

from spry_jupyter.record.names import file_name
from spry_jupyter.run import captures
from spry_jupyter.run.command import Command, command, condition, interpolate
from spry_jupyter.run.executor import Attempt
from spry_jupyter.run.trees import MARK
from spry_jupyter.run.values import Values

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from spry_jupyter.model import Task
    from spry_jupyter.run.request import RunRequest


class Workshop:
    """Makes attempts of one run's tasks, and keeps what they captured.

    Attributes:
        values: The variables of the tasks.
    """

    def __init__(self, request: RunRequest, prefix: bytes, scripts: str) -> None:
        """Prepare for a run.

        Args:
            request: The run.
            prefix: What the mark of the attempts' processes starts with.
            scripts: Absolute folder for script files.
        """
        self._scripts = scripts
        self._request = request
        self._prefix = prefix
        self.values = Values(request)
        self._tasks = request.closure.tasks
        self._files = [file_name(task.name) for task in self._tasks]
        self._run = request.id.encode()

    def attempt(self, task: int, number: int, *, asks: bool) -> Attempt:
        """Put together what the executor needs.

        Args:
            task: Position in the closure.
            number: The attempt's.
            asks: It is about the task's `--if` condition.

        Raises:
            CannotStart: With the reason.
            OSError: If a file cannot be read.
        """
        what = self._tasks[task]
        script = f"{self._scripts}/{self._files[task]}"
        cwd = self._cwd(task)
        env = self.values.environment(task, cwd)
        env[b"SPRY_RUN"] = self._run
        env[MARK] = self._prefix + str(number).encode()
        how = condition(what, script) if asks else self._command(task, script, env)
        capture = self.spool(task) if what.capture and not asks else ""
        if capture:
            captures.prepare(what.capture, cwd)
            with suppress(FileNotFoundError):  # what an attempt that failed had said
                os.unlink(capture)
        return Attempt(
            id=number,
            argv=how.argv,
            env=env,
            cwd=cwd,
            script=how.script,
            body=how.body,
            log=self.log(task),
            capture=capture,
            mask=self.values.mask,
            unlogged=what.capture in self.values.secret,
            resources=what.resources,
            shared=self._shared(what, cwd),
        )

    def log(self, task: int) -> str:
        """Return the absolute path of a task's log."""
        return f"{self._stem(task)}.log"

    def hidden(self, text: str) -> str:
        """Return a text without the run's secrets."""
        mask = self.values.mask
        return text if mask is None else mask.hide_text(text)

    def spool(self, task: int) -> str:
        """Return the absolute path of the file that takes what a task captures."""
        return f"{self._stem(task)}.captured"

    def publish(self, task: int) -> str:
        """Put what a task captured in its place, see `captures.publish`."""
        what = self._tasks[task]
        kept = captures.publish(self.spool(task), what.capture, self._cwd(task))
        if kept:
            self.keep(task, kept)
        return kept

    def keep(self, task: int, path: str) -> None:
        """Remember the file with the value that a task captured."""
        self.values.keep(task, self._tasks[task].capture, path)

    def _command(self, task: int, stem: str, env: dict[bytes, bytes]) -> Command:
        what = self._tasks[task]
        how = command(what, stem, "" if self._request.elsewhere else self._request.python)
        if not what.interpolate:
            return how
        body, added = interpolate(what, env, lambda name: self.values.captured(task, name))
        env.update(added)
        return Command(how.argv, how.script, os.fsencode(body + "\n"))

    def _shared(self, what: Task, cwd: str) -> tuple[str, ...]:
        """Return the folders by which a machine can tell that it sees the files of this one."""
        if not self._request.elsewhere or not (what.inputs or what.outputs):
            return ()
        # The folder of this run has a name that is nowhere else: who sees it sees what is beside it.
        home = what.folder or self._request.cwd
        ours = self._request.folder
        return (cwd, ours) if ours.startswith(f"{home}/") else (cwd,)

    def _stem(self, task: int) -> str:
        return f"{self._request.folder}/{self._files[task]}"

    def _cwd(self, task: int) -> str:
        what = self._tasks[task]
        folder = what.folder or self._request.cwd
        return os.path.join(folder, what.cwd) if what.cwd else folder
