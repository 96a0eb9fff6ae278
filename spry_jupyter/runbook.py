"""The public Python interface: load tasks, run them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from spry_jupyter.errors import Interrupted, RequestError
from spry_jupyter.interrupts import Interrupts, interrupts_raise
from spry_jupyter.plan.closure import Closure, resolve
from spry_jupyter.plan.graph import Graph
from spry_jupyter.read import known
from spry_jupyter.read.book import read_book
from spry_jupyter.read.names import composed, is_value, is_variable
from spry_jupyter.record.folder import Folder, find_folder, open_folder
from spry_jupyter.results import Run
from spry_jupyter.run.client import client
from spry_jupyter.run.engine import LOCAL, must_be_safe, read_engine
from spry_jupyter.run.launch import RunOptions, must_be_confirmed, request, warnings_elsewhere

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from spry_jupyter.model import Task
    from spry_jupyter.run.request import RunRequest
    from spry_jupyter.show.plain import Show
    from spry_jupyter.show.reports.report import Report

    _Path = str | os.PathLike[str]

__all__ = ["Run", "Runbook"]


class Runbook:
    """Tasks, and where their runs are kept.

    Attributes:
        tasks: In definition order.
        folder: Absolute folder of the book: `.spry` is there, and tasks without a folder of their
            own run there.
        home: See `__init__`.
    """

    def __init__(
        self,
        tasks: Iterable[Task],
        *,
        folder: Path | None = None,
        kernel: Mapping[str, object] | None = None,
        in_kernel: bool = False,
        home: str = "",
        hint: str = "",
    ) -> None:
        """Take tasks that have been read.

        Args:
            tasks: In definition order.
            folder: None is the current directory.
            kernel: The user's variables in IPython.
            in_kernel: This process is a kernel: what only it should see is kept from the tasks.
            home: Name of the notebook that defines the tasks of no file; empty if it is not known.
            hint: A way out to show with a target that does not exist.
        """
        self.tasks = tuple(tasks)
        self.folder = folder if folder is not None else Path.cwd()
        self._readings: tuple[known.Reading, ...] = ()
        self._kernel = kernel
        self._in_kernel = in_kernel
        self.home = home
        self._hint = hint

    @classmethod
    def load(cls, *paths: _Path | Sequence[_Path]) -> Runbook:
        """Read Spryfiles and notebooks; without paths `Spryfile.md` of the current directory.

        Args:
            paths: Files that make one graph, also in a list.

        Raises:
            SpryError: With every fault of the files.
        """
        files: list[_Path] = []
        for path in paths:
            files += [path] if isinstance(path, str | os.PathLike) else path
        book = read_book(files or ["Spryfile.md"])
        loaded = cls(book.tasks, folder=Path(book.folder))
        loaded._readings = book.readings
        return loaded

    @cached_property
    def graph(self) -> Graph:
        """All tasks and what connects them; it may have missing deps and cycles."""
        return Graph.of(self.tasks)

    def closure(self, targets: Sequence[str] | None = None, *, only: bool = False) -> Closure:
        """Return the targets with all they need, or every task.

        Raises:
            GraphFaults: With every fault of that part of the graph.
        """
        if targets is not None:
            targets = [composed(target) for target in targets]
        return resolve(self.graph, targets, only=only, hint=self._hint)

    def run(
        self,
        *targets: str,
        jobs: int | None = None,
        only: bool = False,
        fail_fast: bool = False,
        force: bool = False,
        resume: bool = False,
        env: Mapping[str, str] | Iterable[str] = (),
        yes: bool = False,
        report: _Path | Iterable[_Path] = (),
        executor: str = LOCAL,
        insecure: bool = False,
        check: bool = True,
        background: bool = False,
    ) -> Run:
        """Run targets and all they need; without targets every task.

        Args:
            targets: Names and `@TAG`s.
            jobs: Tasks at once; 0 is no limit, None the default.
            only: The targets without their deps.
            fail_fast: The first failure stops the rest.
            force: Run tasks even if they are up to date.
            resume: Do not run again what succeeded in the last run and has not changed.
            env: Variables for every task, or `KEY=VALUE` and `NAME` texts.
            yes: Answer every question of the tasks with yes.
            report: Files to write when it is over, by their endings `.json`, `.xml` (JUnit),
                `.trace.json` (Perfetto) or `.html`; one or several.
            executor: Where tasks run: `local`, `dask` or `dask=ADDRESS`.
            insecure: Let the connections to the scheduler be unencrypted.
            check: Raise if the run does not succeed.
            background: Return at once; `Run.wait` waits.

        Raises:
            GraphFaults: If the tasks cannot be run as they are; nothing ran.
            RequestError: If the request is at fault; nothing ran.
            RunFailed: If the run did not succeed.
            RunInterrupted: If it was interrupted.
        """
        paths = [report] if isinstance(report, str | os.PathLike) else report
        options = RunOptions(
            jobs=_jobs(jobs),
            only=only,
            fail_fast=fail_fast,
            force=force,
            resume=resume,
            env=_variables(env),
            confirmed=yes,
            reports=tuple(os.fspath(path) for path in paths),
            executor=_executor(executor),
            insecure=insecure,
        )
        with Interrupts() as interrupts:
            run = self.start(targets or None, options)
            interrupts.go_to(run)
            # One that came as it started stops it: nobody would hold it.
            return run if background and not run.unheard else run.wait(check=check)

    def start(
        self,
        targets: Sequence[str] | None,
        options: RunOptions,
        *,
        show: Show | None = None,
        ask: Callable[[str], bool] | None = None,
        ended: Callable[[Run], None] = lambda _: None,
        **more: Any,
    ) -> Run:
        """Begin a run and return at once.

        Args:
            targets: Names and `@TAG`s; None is every task.
            options: How to run.
            show: Shows it while it is waited for.
            ask: Answers questions; without it a task that asks one refuses to run.
            ended: Is called once, with the run, when its end is heard of.
            more: What else `Run` takes.

        Raises:
            GraphFaults: If the tasks cannot be run as they are.
            RequestError: If the request is at fault.
        """
        wanted = _wanted(options.reports)
        closure = self.closure(targets, only=options.only)
        if ask is None:
            must_be_confirmed(closure, options)
        _reach(options)
        folder = open_folder(self.folder)
        asked = self._request(closure, options, folder)
        for reading in self._readings:
            known.remember(reading)
        self._readings = ()

        def close(run: Run) -> None:
            ended(run)
            if wanted:
                _write(wanted, run)

        warnings = [folder.warning] if folder.warning else []
        warnings += warnings_elsewhere(closure, self.folder)
        return Run(asked, show=show, ask=ask, warnings=warnings, ended=close, **more)

    def dry_run(
        self, targets: Sequence[str] | None, options: RunOptions, *, verbose: bool = False
    ) -> tuple[str, str]:
        """Say what would run, in order, and why; nothing is run, and nothing made.

        Args:
            targets: Names and `@TAG`s; None is every task.
            options: How it would run.
            verbose: Also all that keeps a task from being up to date, and its script.

        Returns:
            The words, and what the user should know of the record, or an empty string.

        Raises:
            GraphFaults: If the tasks cannot be run as they are.
        """
        from spry_jupyter.run import forecast  # noqa: PLC0415 - a run starts faster without
        from spry_jupyter.show.dry import dry_run  # noqa: PLC0415 - likewise

        closure = self.closure(targets, only=options.only)
        if options.resume or any(task.outputs for task in closure.tasks):
            draft = self._request(closure, options, find_folder(self.folder), draft=True)
            verdicts, warning = forecast.forecast(draft)
        else:
            verdicts, warning = forecast.without_record(closure), ""
        return dry_run(closure, verdicts, jobs=options.limit, verbose=verbose), warning

    def _request(
        self, closure: Closure, options: RunOptions, folder: Folder, *, draft: bool = False
    ) -> RunRequest:
        return request(
            closure,
            options,
            folder,
            graph=self.graph,
            cwd=self.folder,
            home=self.home,
            kernel=self._kernel,
            in_kernel=self._in_kernel,
            draft=draft,
        )

    def __repr__(self) -> str:
        names = ", ".join(task.name for task in self.tasks[:5])
        more = f", … {len(self.tasks) - 5} more" if len(self.tasks) > 5 else ""  # noqa: PLR2004
        return f"<Runbook {self.folder}: {names}{more}>"


def _reach(options: RunOptions) -> None:
    """See that there is somebody to run tasks, before there is a run.

    Raises:
        RequestError: If there is nobody.
        Interrupted: If the user would not wait.
    """
    must_be_safe(options.executor, insecure=options.insecure)
    if options.executor == LOCAL:
        return
    try:
        with interrupts_raise():
            client(options.executor).greet()
    except KeyboardInterrupt:
        raise Interrupted from None


def _jobs(jobs: int | None) -> int | None:
    if jobs is None or (isinstance(jobs, int) and jobs >= 0):
        return jobs
    raise RequestError(f"{jobs!r} is not a number of tasks, 0 or more")


def _executor(text: str) -> str:
    try:
        return read_engine(text)
    except ValueError as error:
        raise RequestError(str(error)) from None


def _variables(env: Mapping[str, str] | Iterable[str]) -> tuple[str, ...]:
    """Return variables for every task as the texts that `--env` takes."""
    if isinstance(env, Mapping):
        texts = [f"{name}={value}" for name, value in env.items()]
    else:
        texts = [env] if isinstance(env, str) else list(env)
    for text in texts:
        name = text.partition("=")[0]
        if not is_variable(name):
            raise RequestError(f'"{name}" is not the name of a variable')
        if not is_value(text):
            raise RequestError(f"the variable {name} cannot hold this value")
    return tuple(texts)


def _wanted(paths: Sequence[str]) -> list[Report]:
    if not paths:
        return []
    from spry_jupyter.show.reports.report import reports  # noqa: PLC0415 - few runs are reported

    return reports(paths)


def _write(wanted: Iterable[Report], run: Run) -> None:
    """Write the reports of a run; what cannot be written is said and changes no result."""
    from spry_jupyter.show.plain import tell  # noqa: PLC0415 - few runs are reported
    from spry_jupyter.show.reports.facts import RunFacts  # noqa: PLC0415 - likewise

    facts = RunFacts(view=run.view, closure=run.closure, jobs=run.jobs, values=run.to_dict())
    for report in wanted:
        try:
            report.write(facts)
        except OSError as error:
            why = error.strerror or str(error)
            tell(sys.stderr, f"Warning: The report {report.path} cannot be written: {why}")
