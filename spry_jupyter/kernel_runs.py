"""The runs of one kernel: waited for, awaited, or going on in its background."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spry_jupyter.cell_show import CellShow
from spry_jupyter.errors import RequestError, SpryError
from spry_jupyter.interrupts import Interrupts
from spry_jupyter.kernel import ask, can_ask, later, moment
from spry_jupyter.record.folder import homes_of
from spry_jupyter.record.names import file_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from spry_jupyter.cell_show import Live
    from spry_jupyter.front import Front
    from spry_jupyter.results import Run
    from spry_jupyter.run.launch import RunOptions
    from spry_jupyter.runbook import Runbook
    from spry_jupyter.show.plain import Show, Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to run.

    Attributes:
        targets: Names and `@TAG`s; None is every task.
        options: How to run.
        style: What to show.
        display: Where to show it, one of `front.FORMS`.
    """

    targets: list[str] | None
    options: RunOptions
    style: Style
    display: str = "text"


class KernelRuns:
    """Starts runs of a kernel's tasks, and knows those that nobody waits for.

    Attributes:
        folders: Where runs were kept; a kernel may change its own.
    """

    def __init__(self, shell: Any, book: Callable[[], Runbook], front: Front) -> None:
        """Begin without runs.

        Args:
            shell: IPython's.
            book: Returns the tasks as they are.
            front: Shows runs.
        """
        self.folders: dict[Path, None] = {}
        self._shell = shell
        self._book = book
        self._front = front
        self._background: dict[Run, Show] = {}
        self._is_awaited = False

    def run(self, wanted: Wanted, *, background: bool = False) -> Run:
        """Run to the end; in the background, or where a cell awaits, return at once.

        Raises:
            SpryError: If it cannot be run, or fails.
            RunInterrupted: If it was interrupted.
        """
        with Interrupts() as interrupts:
            if background:
                run = self._follow(wanted)
                interrupts.go_to(run)
                # One that came as it started stops it: nobody would hold it.
                return run.wait() if run.unheard or run.interrupted else run
            run, _ = self._start(wanted)
            if self._is_awaited:
                interrupts.leave_to(run)
                return run
            interrupts.go_to(run)
            return run.wait()

    async def awaited(self, call: Callable[[], Run | None]) -> Run | None:
        """Return what a magic returns, awaiting its run rather than blocking on it."""
        self._is_awaited = True
        try:
            run = call()
        finally:
            self._is_awaited = False
        if run is None or run in self._background:
            return run
        with self._front.awaiting():
            return await run

    def take_in(self) -> None:
        """Take in what background runs have done meanwhile, and show what could not be shown."""
        for run, show in list(self._background.items()):
            run.poll()
            if isinstance(show, CellShow):
                show.settle()
            if run.done:
                del self._background[run]

    def stop(self) -> int:
        """Stop every background run and wait for its end; return how many there were."""
        self.take_in()
        running, self._background = self._background, {}
        for run in running:
            run.stop()
        for run in running:
            run.wait(check=False)
        return len(running)

    def growing_log(self, task: str) -> Path | None:
        """Return where the log of a task that runs in the background is, or will be."""
        self.take_in()
        for run in reversed(self._background):
            view = run.view.tasks.get(task)
            if view is not None and view.attempt and view.ended is None:
                return Path(run.view.folder) / f"{file_name(task)}.log"
        return None

    def _start(
        self, wanted: Wanted, *, background: bool = False, place: str | None = None
    ) -> tuple[Run, Show]:
        """Begin a run; return it and what shows it."""
        book = self._book()
        self.folders[book.folder] = None
        controls = _Controls(lambda: self._again(wanted, show))
        show = self._front.show(
            wanted.display,
            wanted.style,
            lambda: controls.widget(wanted.options.limit, book),
            background=background,
            place=place,
            jobs=wanted.options.limit,
        )
        run = book.start(
            wanted.targets,
            wanted.options,
            show=show,
            ask=ask if not background and can_ask(self._shell) else None,
            moment=lambda: moment(self._shell),
            waited=getattr(show, "come_here", lambda: False),
            ended=self._take_captured,
        )
        controls.run = run
        return run, show

    def _follow(self, wanted: Wanted, place: str | None = None) -> Run:
        run, show = self._start(wanted, background=True, place=place)
        self._background[run] = show
        if isinstance(show, CellShow):
            run.follow()
        return run

    def _again(self, wanted: Wanted, show: Show) -> None:
        """Run once more what did not succeed, in the place of a run that is over."""
        again = replace(wanted, options=replace(wanted.options, resume=True, force=False))
        place = show.place if isinstance(show, CellShow) else None

        def follow() -> None:
            try:
                next_show = self._background[self._follow(again, place)]
            except (SpryError, OSError) as error:  # the tasks may be others by now
                told = RequestError.of(error) if isinstance(error, OSError) else error
                text = {"text/plain": str(told)}
                self._shell.display_pub.publish(text, transient={"display_id": place}, update=True)
            else:
                if isinstance(show, CellShow) and isinstance(next_show, CellShow):
                    show.hand_over(next_show)

        later(self._shell, follow)

    def _take_captured(self, run: Run) -> None:
        """Make what a run captured variables of the kernel."""
        self._shell.user_ns.update(run.captured)


class _Controls:
    """What a widget can ask of a run, which begins after it is made."""

    run: Run

    def __init__(self, again: Callable[[], None]) -> None:
        self._again = again

    def widget(self, jobs: int, book: Runbook) -> Live:
        from spry_jupyter.record.past import durations  # noqa: PLC0415 - few cells need it
        from spry_jupyter.show.widget import WidgetShow  # noqa: PLC0415 - imports anywidget

        homes = homes_of(book.tasks, book.folder, book.home)
        names = [task.name for task in book.tasks]
        past = durations(book.folder, dict(zip(names, homes, strict=True)))
        return WidgetShow(self._stop, self._rerun, log_name=file_name, past=past, jobs=jobs)

    def _stop(self, task: str | None) -> None:
        self.run.stop(task)

    def _rerun(self, _task: str) -> None:
        if self.run.done:
            self._again()
