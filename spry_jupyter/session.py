"""A kernel's tasks and runs: what the magics do, without their words."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spry_jupyter.awaited import AwaitedMagics
from spry_jupyter.errors import RequestError
from spry_jupyter.executions import Executions
from spry_jupyter.front import Front
from spry_jupyter.kernel import cell_name, cell_number, is_kernel, notebook_name
from spry_jupyter.kernel_runs import KernelRuns
from spry_jupyter.model import Span
from spry_jupyter.read.options import parse_line
from spry_jupyter.record.folder import home_of
from spry_jupyter.registry import Registry
from spry_jupyter.runbook import Runbook
from spry_jupyter.show.harmless import one_line
from spry_jupyter.show.listing import padded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.model import Task
    from spry_jupyter.record.folder import Books

_HINT = "run the cell that defines it, or read a file with %spry_load"
_EMPTY = "nothing to run: run the cell of a task, or read a file with %spry_load"


class Session:
    """The tasks registered in one kernel, and their runs.

    Attributes:
        registry: The tasks.
        runs: Of these tasks.
        executions: The cells that are being executed.
        awaited: Has cells await runs.
    """

    def __init__(self, shell: Any) -> None:
        """Begin without tasks.

        Args:
            shell: IPython's.
        """
        self.registry = Registry()
        self.executions = Executions(shell)
        self.awaited = AwaitedMagics(shell, self.executions)
        self.runs = KernelRuns(shell, self.book, Front(shell, self.executions))
        self._shell = shell
        self._saved: dict[str, str] = {}  # what `save` wrote last, by file

    def define(self, line: str, body: str = "") -> tuple[Task, bool]:
        """Register a task from a magic's line and its cell's body.

        Returns:
            The task, and whether it is to run at once.

        Raises:
            TaskSyntaxError: If the line cannot be understood; nothing is registered.
        """
        parsed = parse_line(line, body=body, span=Span(cell=cell_number(self._shell)))
        self._register(parsed.task, cell_name(self._shell))
        return parsed.task, parsed.run

    def load(self, paths: Sequence[str]) -> list[Task]:
        """Register the tasks of files; all of them or none.

        Raises:
            SpryError: With every fault of the files.
        """
        tasks = list(Runbook.load(*map(os.path.expanduser, paths)).tasks)
        for task in tasks:
            file = task.span.file if task.span is not None else ""
            self._register(task, os.path.realpath(file))
        return tasks

    def save(self, path: str, *, overwrite: bool = False) -> int:
        """Write the tasks as a file; return how many there are.

        A file is replaced only where nothing is lost: as it was written from here, or with
        `overwrite`.

        Raises:
            RequestError: If `path` is another file, of another kind, or cannot be written.
        """
        from spry_jupyter.read.export import save  # noqa: PLC0415 - few sessions need it

        file = Path(path).expanduser()
        key = os.path.realpath(file)
        ours = key in self._saved and _text(file) == self._saved[key]
        save(self.registry.tasks, str(file), overwrite=overwrite or ours)
        self._saved[key] = _text(file)
        return len(self.registry.tasks)

    def book(self) -> Runbook:
        """Return the tasks as they are now.

        Raises:
            RequestError: If the kernel's folder is gone.
        """
        return Runbook(
            self.registry.tasks,
            folder=_here(),
            kernel=self._shell.user_ns,
            in_kernel=is_kernel(self._shell),
            home=notebook_name() if is_kernel(self._shell) else "",
            hint=_HINT,
        )

    def log(self, task: str, *, run: int | None = None) -> Path | None:
        """Return the log of a task's last run, also of one that goes on; None if it said nothing.

        Args:
            task: Its name.
            run: Not of the last run, but of the one with this number in the task's history.

        Raises:
            UnknownTask: If there is no such task and never was.
            RequestError: If it has not run, or its log is gone.
        """
        from spry_jupyter.record.past import log_of  # noqa: PLC0415 - few sessions need it

        growing = self.runs.growing_log(task) if run is None else None
        if growing is not None:
            return growing if growing.exists() else None
        return log_of(task, self._places(), self._names(), run=run)

    def history(self, task: str | None, *, most: int, as_json: bool) -> str:
        """Return what there is to tell of earlier runs, see `history.tell_history`."""
        from spry_jupyter.history import tell_history  # noqa: PLC0415 - few sessions need it

        return tell_history(self._places(), self._names(), task, most=most, as_json=as_json)

    def _places(self) -> Books:
        """Return the folders beside which this kernel's runs may have been kept, and of what.

        Where the notebook is not known, all that is kept there may be its.
        """
        bases = (_here(), *self.runs.folders)
        here = self.book().home
        files = [task.span.file for task in self.registry.tasks if task.span is not None]
        return {
            base: [here, *(home_of(file, base) for file in files if file)] if here else []
            for base in bases
        }

    def _names(self) -> list[str]:
        return [known.name for known in self.book().graph.tasks]

    def offer(self) -> str:
        """Return what could be run, for somebody who named nothing."""
        tasks = self.registry.tasks
        if not tasks:
            return _EMPTY
        names = padded([task.name for task in tasks])
        rows = (
            f"  {name}  {one_line(task.descr)}" for name, task in zip(names, tasks, strict=True)
        )
        return "\n".join(["%spry_run needs a target:", *map(str.rstrip, rows)])

    def forget(self, names: Sequence[str], *, everything: bool = False) -> list[str]:
        """Forget tasks by name, or all of them; return their names.

        Raises:
            UnknownTask: If one is not there; then none is forgotten.
            RequestError: If nothing was named.
        """
        if not names and not everything:
            raise RequestError("Which task?", note="name it, or give --all")
        chosen = [task.name for task in self.registry.tasks] if everything else names
        self.registry.remove(chosen)
        return list(dict.fromkeys(chosen))

    def _register(self, task: Task, home: str) -> None:
        if warning := self.registry.add(task, home):
            sys.stderr.write(f"Warning: {warning}\n")


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise RequestError("The kernel's folder is gone", note="os.chdir to another") from None


def _text(file: Path) -> str:
    """Return what a file holds; empty where that cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
