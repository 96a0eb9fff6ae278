"""The magics: each parses its line, makes one call, and shows what came back."""

from __future__ import annotations

import functools
import inspect
import sys
from typing import TYPE_CHECKING, Any

from IPython.core.magic import (
    Magics,
    cell_magic,
    line_cell_magic,
    line_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)
from traitlets import Bool, Enum, Int, TraitError, Unicode, validate

from spry_jupyter import arguments
from spry_jupyter.errors import RequestError
from spry_jupyter.expand import words
from spry_jupyter.front import FORMS
from spry_jupyter.interrupts import Interrupts
from spry_jupyter.kernel_runs import Wanted
from spry_jupyter.parsers import PARSERS, task_help
from spry_jupyter.run.engine import read_engine
from spry_jupyter.session import Session
from spry_jupyter.show.listing import counted, registered
from spry_jupyter.show.plain import Style

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Awaitable, Callable

    from spry_jupyter.results import Run

_LOG_COMMAND = "%spry_log"
_WIDTH = 100  # columns; JupyterLab breaks longer lines where the window is that of a laptop


def parsed(magic: Callable[..., Any]) -> Callable[..., Any]:
    """Give a magic its parsed line, expanded by us; `-h` prints help instead."""
    name = magic.__name__

    @needs_local_scope
    @no_var_expand
    @functools.wraps(magic)
    def parse(self: SpryMagics, line: str, local_ns: dict[str, Any]) -> Any:
        # As elsewhere in a notebook, a semicolon at the end asks to display nothing.
        text = line.rstrip().removesuffix(";")
        said = words(text, self.shell.user_ns, local_ns)
        try:
            with Interrupts():  # one in the midst of argparse comes out as another error
                given = arguments.parse(PARSERS[name](), said)
        except SystemExit:  # -h was asked for and has been answered
            return None
        try:
            return magic(self, given)
        except OSError as error:
            raise RequestError.of(error) from error

    return explained(parse, PARSERS[name]().format_help())


def explained(magic: Callable[..., Any], words: str) -> Callable[..., Any]:
    """Add to a magic's help, as `?` shows it, the words that it takes."""
    magic.__doc__ = f"{inspect.cleandoc(magic.__doc__ or '')}\n\n{words}"
    return magic


@magics_class
class SpryMagics(Magics):
    """Tasks as cells: `%%spry_task` registers them, `%spry_run` runs them."""

    jobs = Int(None, allow_none=True, min=0, help="Tasks at once; 0 is no limit.").tag(config=True)
    show = Enum(arguments.SHOWN, "failed", help="Whose output is shown.").tag(config=True)
    verbose = Bool(False, help="Also order, deps, outputs and times.").tag(config=True)
    fail_fast = Bool(False, help="The first failure stops everything.").tag(config=True)
    executor = Unicode("local", help="Where tasks run: local, dask or dask=ADDRESS.").tag(
        config=True
    )
    insecure = Bool(False, help="Connections to a scheduler may be unencrypted.").tag(config=True)
    display = Enum(FORMS, "auto", help="How a run is shown in a notebook.").tag(config=True)

    shell: Any

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.session = Session(shell)

    def before_cell(self, *_: object) -> None:
        """Hear that a cell begins, and take in what background runs have done meanwhile."""
        self.session.executions.begin()
        self.session.awaited.begin()
        self.session.runs.take_in()

    def after_cell(self, *results: Any) -> None:
        """Take in what background runs have done while a cell ran, and hear that it ends."""
        self.session.runs.take_in()
        self.session.executions.end(*results)

    @no_var_expand
    @line_cell_magic
    @functools.partial(explained, words=task_help())
    def spry_task(self, line: str, cell: str = "") -> Run | None:
        """Register a task: `%%spry_task NAME [flags]` with its script, or a group in one line.

        Examples:
            %%spry_task build --dep install --descr "Build application"
            npm run build

            %spry_task all --dep build,test
        """
        if line.strip() in {"-h", "--help"}:
            print(task_help())  # noqa: T201 - what was asked for
            return None
        task, runs_now = self.session.define(line, cell)
        print(registered(task))  # noqa: T201 - the interface's own line
        return self.shell.run_line_magic("spry_run", task.name) if runs_now else None

    @line_magic
    @parsed
    def spry_run(self, given: Namespace) -> Run | None:
        """Run targets and all they need, in parallel; returns a `Run`.

        Examples:
            %spry_run deploy
            %spry_run @nightly -j 4 --fail-fast
            run = %spry_run deploy --background
        """
        if given.target:
            return self._run(given, given.target)
        print(self.session.offer())  # noqa: T201 - what could be asked for
        return None

    @line_magic
    @parsed
    def spry_runbook(self, given: Namespace) -> Run | None:
        """Run every task, in parallel; returns a `Run`.

        Examples:
            %spry_runbook
            %spry_runbook --dry-run
        """
        return self._run(given, None)

    @line_magic
    @needs_local_scope
    @no_var_expand
    def _spry_run_awaited(self, line: str, local_ns: dict[str, Any]) -> Awaitable[Run | None]:
        """Do what `%spry_run` does; a cell awaits it, see `awaited`."""
        magic = self.shell.find_line_magic("spry_run")
        return self.session.runs.awaited(lambda: magic(line, local_ns))

    @line_magic
    @needs_local_scope
    @no_var_expand
    def _spry_runbook_awaited(self, line: str, local_ns: dict[str, Any]) -> Awaitable[Run | None]:
        """Do what `%spry_runbook` does; a cell awaits it, see `awaited`."""
        magic = self.shell.find_line_magic("spry_runbook")
        return self.session.runs.awaited(lambda: magic(line, local_ns))

    @cell_magic
    @no_var_expand
    def _spry_task_awaited(self, line: str, cell: str) -> Awaitable[Run | None]:
        """Do what `%%spry_task` does; a cell awaits it, see `awaited`."""
        magic = self.shell.find_cell_magic("spry_task")
        return self.session.runs.awaited(lambda: magic(line, cell))

    @line_magic
    @no_var_expand
    def _spry_group_awaited(self, line: str) -> Awaitable[Run | None]:
        """Do what `%spry_task` does; a cell awaits it, see `awaited`."""
        magic = self.shell.find_line_magic("spry_task")
        return self.session.runs.awaited(lambda: magic(line))

    @line_magic
    @parsed
    def spry_dag(self, given: Namespace) -> None:
        """Draw the graph, or what some targets need.

        Examples:
            %spry_dag
            %spry_dag deploy --cluster heading
            %spry_dag deploy --format mermaid
        """
        from spry_jupyter.show.display import display_of  # noqa: PLC0415 - few cells need it

        graph = self.session.book().graph
        shown = display_of(graph, given.target, given.format, width=_WIDTH, cluster=given.cluster)
        if shown.is_picture and graph.tasks:
            self.shell.display_pub.publish(shown.data, shown.metadata)
        else:
            print(shown.text or "no tasks")  # noqa: T201 - likewise

    @line_magic
    @parsed
    def spry_ls(self, given: Namespace) -> None:
        """List the tasks with what they need and what they do.

        Examples:
            %spry_ls
            %spry_ls --json
        """
        from spry_jupyter.show.listing import as_json, as_table  # noqa: PLC0415 - likewise

        tasks = self.session.registry.tasks
        print(as_json(tasks) if given.json else as_table(tasks))  # noqa: T201 - likewise

    @line_magic
    @parsed
    def spry_load(self, given: Namespace) -> None:
        """Register the tasks of Spryfiles or notebooks; runs nothing.

        Examples:
            %spry_load Spryfile.md
            %spry_load ops.ipynb nightly.md
        """
        for task in self.session.load(given.path):
            print(registered(task))  # noqa: T201 - likewise

    @line_magic
    @parsed
    def spry_save(self, given: Namespace) -> None:
        """Write the registered tasks as a Spryfile (`.md`) or notebook (`.ipynb`).

        Examples:
            %spry_save Spryfile.md
        """
        count = self.session.save(given.path, overwrite=given.overwrite)
        print(f"wrote {counted(count, 'task')} to {given.path}")  # noqa: T201 - likewise

    @line_magic
    @parsed
    def spry_log(self, given: Namespace) -> None:
        """Print all that a task said when it last ran.

        Examples:
            %spry_log build
            %spry_log build --run 2
        """
        from spry_jupyter.run.rest import complete  # noqa: PLC0415 - few cells need it
        from spry_jupyter.show.plain import copy_text, tell  # noqa: PLC0415 - likewise

        path = self.session.log(given.task, run=given.run)
        if why := complete(str(path or "")):
            tell(sys.stderr, f"Warning: The log is not whole: {why}")
        if path is not None:
            with path.open("rb") as log:
                copy_text(log, sys.stdout, path.stat().st_size)

    @line_magic
    @parsed
    def spry_history(self, given: Namespace) -> None:
        """List earlier runs, and how each task has been doing, or one task's runs.

        Examples:
            %spry_history
            %spry_history build --last 50
        """
        print(self.session.history(given.task, most=given.last, as_json=given.json))  # noqa: T201 - likewise

    @line_magic
    @parsed
    def spry_stop(self, _given: Namespace) -> None:
        """Stop the runs that go on in the background, and wait until they are gone.

        Examples:
            %spry_stop
        """
        print(f"stopped {counted(self.session.runs.stop(), 'run')}")  # noqa: T201 - likewise

    @line_magic
    @parsed
    def spry_rm(self, given: Namespace) -> None:
        """Forget tasks.

        Examples:
            %spry_rm build test
            %spry_rm --all
        """
        names = self.session.forget(given.name, everything=given.all)
        print(f"forgot {', '.join(names) or 'nothing'}")  # noqa: T201 - likewise

    def _run(self, given: Namespace, targets: list[str] | None) -> Run | None:
        """Run, or show what would run."""
        if not self.session.registry.tasks and not targets:
            print(self.session.offer())  # noqa: T201 - likewise
            return None
        self._set_defaults(given)
        if given.dry_run or given.show_dag:
            print(self._preview(given, targets))  # noqa: T201 - likewise
            return None
        style = Style(verbose=given.verbose, whose=given.show, log_command=_LOG_COMMAND)
        wanted = Wanted(
            targets=targets,
            options=arguments.run_options(given),
            style=style,
            display=self.display,
        )
        return self.session.runs.run(wanted, background=given.background)

    def _set_defaults(self, given: Namespace) -> None:
        """Fill in the settings where the line says nothing."""
        given.jobs = self.jobs if given.jobs is None else given.jobs
        given.verbose = self.verbose if given.verbose is None else given.verbose
        given.executor = given.executor or self.executor
        given.insecure = given.insecure or self.insecure
        given.show = given.show or ("" if given.verbose else self.show)
        given.fail_fast = self.fail_fast if given.fail_fast is None else given.fail_fast

    @validate("executor")
    def _is_executor(self, proposal: Any) -> str:
        try:
            return read_engine(proposal["value"])
        except ValueError as error:
            raise TraitError(str(error)) from None

    def _preview(self, given: Namespace, targets: list[str] | None) -> str:
        from spry_jupyter.preview import preview  # noqa: PLC0415 - few cells need it

        return preview(
            self.session.book(),
            targets,
            arguments.run_options(given),
            drawn=given.show_dag,
            verbose=given.verbose,
            width=_WIDTH,
        )
