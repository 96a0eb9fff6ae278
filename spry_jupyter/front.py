"""The front end of a kernel: how runs are shown there, as far as it goes."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from spry_jupyter.cell_show import Cells, CellShow
from spry_jupyter.kernel import current, display_form, hears_while_awaiting
from spry_jupyter.show.plain import PlainShow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spry_jupyter.cell_show import Live
    from spry_jupyter.executions import Executions
    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.show.plain import Show, Style
    from spry_jupyter.show.view import RunView

FORMS = ("auto", "widget", "html", "text")
_KEPT = 10  # widgets that go on answering when their runs are over: a page may be loaded anew


class Front:
    """Makes what shows the runs of one kernel."""

    def __init__(self, shell: Any, executions: Executions) -> None:
        """Know nothing of the front end yet.

        Args:
            shell: IPython's.
            executions: Its cells.
        """
        self._executions = executions
        self._shell = shell
        self._awaits = False
        self._last: CellShow | None = None
        self._has_widgets = True  # until a run has shown that it has not
        self._widgets: deque[Any] = deque()

    @contextmanager
    def awaiting(self) -> Iterator[None]:
        """Tell that a cell awaits during a block, so that the kernel hears others."""
        self._awaits = hears_while_awaiting()
        try:
            yield
        finally:
            self._awaits = False

    def show(
        self,
        setting: str,
        style: Style,
        live: Callable[[], Live],
        *,
        background: bool,
        place: str | None = None,
        jobs: int = 0,
    ) -> Show:
        """Return what shows a run that is about to begin.

        Args:
            setting: One of `FORMS`.
            style: What to show.
            live: Makes a widget.
            background: The cell ends before the run does.
            place: The display to show it in; None is a new one.
            jobs: Tasks at once; 0 is no limit.
        """
        form = display_form(self._shell, setting)
        if form == "text":
            return PlainShow(current("stdout"), current("stderr"), style)
        if self._last is not None and self._last.heard is not None:
            self._has_widgets = self._last.heard
        wanted = form == "widget" and (self._has_widgets or setting == "widget")
        cells = Cells(
            shell=self._shell,
            hears=lambda: self._awaits or not self._executions.going_on,
            live=(lambda: self._kept(live())) if wanted and _can_make_widgets() else None,
            page=partial(_page, jobs=jobs),
        )
        self._last = CellShow(cells, style, background=background, place=place)
        return self._last

    def _kept(self, live: Live) -> Live:
        self._widgets.append(live)
        if len(self._widgets) > _KEPT:
            self._widgets.popleft().widget.close()
        return live


def _can_make_widgets() -> bool:
    from importlib.util import find_spec  # noqa: PLC0415 - few processes show a run in a cell

    return all(find_spec(name) for name in ("anywidget", "spry_jupyter.show.widget"))


def _page(view: RunView, closure: Closure, jobs: int) -> str:
    from spry_jupyter.show.record import record  # noqa: PLC0415 - only what is shown pays for it

    return record(view, closure, jobs=jobs)
