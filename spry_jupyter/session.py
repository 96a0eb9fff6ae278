"""A kernel's tasks and runs: what the magics do, without their words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spry_jupyter.errors import RequestError
from spry_jupyter.kernel import ask, can_ask, current_cell
from spry_jupyter.model import Span
from spry_jupyter.read.options import parse_line
from spry_jupyter.registry import Registry
from spry_jupyter.runbook import Runbook
from spry_jupyter.show.plain import PlainShow, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.model import Task
    from spry_jupyter.results import Run
    from spry_jupyter.run.launch import RunOptions

_HINT = "run the cell that defines it, or read a file with %spry_load"


class Session:
    """The tasks registered in one kernel, and the runs that go on in its background.

    Attributes:
        registry: The tasks.
    """

    def __init__(self, shell: Any) -> None:
        """Begin without tasks.

        Args:
            shell: IPython's.
        """
        self.registry = Registry()
        self._shell = shell
        self._background: list[Run] = []

    def define(self, line: str, body: str = "") -> tuple[Task, bool]:
        """Register a task from a magic's line and its cell's body.

        Returns:
            The task, and whether it is to run at once.

        Raises:
            TaskSyntaxError: If the line cannot be understood; nothing is registered.
        """
        cell = current_cell(self._shell)
        parsed = parse_line(line, body=body, span=Span(cell=cell.number))
        warning = self.registry.add(parsed.task, cell)
        if warning:
            sys.stderr.write(f"Warning: {warning}\n")
        return parsed.task, parsed.run

    def load(self, paths: Sequence[str]) -> list[Task]:
        """Register the tasks of files; all of them or none.

        Raises:
            SpryError: With every fault of the files.
        """
        tasks = list(Runbook.load(*paths).tasks)
        for task in tasks:
            if warning := self.registry.add(task, None):
                sys.stderr.write(f"Warning: {warning}\n")
        return tasks

    def book(self) -> Runbook:
        """Return the tasks as they are now."""
        return Runbook(
            self.registry.tasks, folder=Path.cwd(), kernel=self._shell.user_ns, hint=_HINT
        )

    def run(
        self,
        targets: Sequence[str] | None,
        options: RunOptions,
        style: Style,
        *,
        background: bool = False,
    ) -> Run:
        """Run targets, or every task; in the background return at once.

        Raises:
            SpryError: If it cannot be run, or fails.
            RunInterrupted: If it was interrupted.
        """
        run = self.book().start(
            targets,
            options,
            show=PlainShow(sys.stdout, sys.stderr, style),
            ask=ask if not background and can_ask(self._shell) else None,
            moment=lambda: self._shell.execution_count,
            ended=self._take_captured,
        )
        if background:
            self._background.append(run)
            return run
        return run.wait()

    def take_in(self) -> None:
        """Take in what background runs have done meanwhile; shows nothing."""
        for run in self._background:
            run.poll()
        self._background = [run for run in self._background if not run.done]

    def stop(self) -> int:
        """Stop every background run and wait for its end; return how many there were."""
        self.take_in()
        running, self._background = self._background, []
        for run in running:
            run.stop()
        for run in running:
            run.wait(check=False)
        return len(running)

    def offer(self) -> str:
        """Return what could be run, for somebody who named nothing."""
        if not self.registry.tasks:
            return f"nothing to run: {_HINT}"
        names = "\n".join(
            f"  {task.name:<20} {task.descr}".rstrip() for task in self.registry.tasks
        )
        return f"%spry_run needs a target:\n{names}"

    def forget(self, names: Sequence[str], *, everything: bool = False) -> None:
        """Forget tasks by name, or all of them.

        Raises:
            UnknownTask: If one is not there; then none is forgotten.
            RequestError: If nothing was named.
        """
        if not names and not everything:
            raise RequestError("Which task?", note="name it, or give --all")
        if everything:
            self.registry.clear()
        else:
            self.registry.remove(names)

    def _take_captured(self, run: Run) -> None:
        """Make what a run captured variables of the kernel."""
        self._shell.user_ns.update(run.captured)
