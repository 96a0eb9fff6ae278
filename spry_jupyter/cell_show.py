"""A run as one output of a cell: a live view while it lasts, and in its place at the end a record.

Its plain text is, at the end, what a terminal would have shown. Displays are sent from the thread
in which cells are executed; another thread leaves them to it, and prints nothing.
"""

from __future__ import annotations

import io
import threading
import time
from collections import deque
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from spry_jupyter.kernel import current, later, moment
from spry_jupyter.show.lines import UNWAITED, all_lines, summary
from spry_jupyter.show.plain import PlainShow, Show
from spry_jupyter.show.view import RunView, TaskView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol

    from spry_jupyter.model import Event
    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.show.plain import Style
else:
    Protocol = object  # as `Show` is one for type checkers only

QUIET = 0.2  # seconds; of a run that is over by then only the record is shown
_EVERY = 1.0  # seconds at least between two pictures of a run, where there is no widget
_PATIENCE = 8.0  # seconds in which a front end that could have answered should have
_WIDGET = "application/vnd.jupyter.widget-view+json"

Bundle = dict[str, Any]


class Live(Show, Protocol):
    """A widget that shows a run.

    Attributes:
        widget: What to display, once the run has begun.
        connected: Whether a front end has said that it shows it.
    """

    widget: Any
    connected: bool

    def hand_over(self, heir: Any) -> None:
        """Have pages that still show this run show what goes on where it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """What a show asks of the kernel whose cells it is shown in.

    Attributes:
        shell: IPython's.
        hears: Whether the kernel would hear its front end now.
        live: Makes a widget; None where there is to be none.
        page: Returns a run as HTML, while it lasts or after.
    """

    shell: Any
    hears: Callable[[], bool]
    live: Callable[[], Live] | None
    page: Callable[[RunView, Closure], str]


class CellShow:
    """Implements `Show` in a notebook's cell.

    Attributes:
        heard: Whether a front end has shown the widget: None as long as that is not known.
    """

    def __init__(
        self, cells: Cells, style: Style, *, background: bool, place: str | None = None
    ) -> None:
        """Show nothing yet.

        Args:
            cells: The kernel.
            style: What the text holds.
            background: Show it at once, for the cell ends.
            place: The display to show it in, the place of another; None is a new one.
        """
        self.heard: bool | None = None
        self.place = place or f"spry-{uuid4().hex}"
        self._cells, self._style = cells, style
        self._text, self._aside = io.StringIO(), io.StringIO()
        self._plain = PlainShow(self._text, self._aside, style)
        self._background = background
        self._is_there = place is not None
        self._cell: object = None  # where it was shown last
        self._waited = False
        self._live: Live | None = None
        self._missed: list[Event] = []
        self._listened, self._looked = 0.0, time.monotonic()
        self._sent, self._pause = 0.0, _EVERY
        self._bundle: Bundle = {}
        self._pending: deque[Bundle] = deque(maxlen=1)  # what another thread would show

    def begin(self, closure: Closure) -> None:
        """See `Show.begin`."""
        self._closure = closure
        self._began = time.monotonic()
        self._plain.begin(closure)
        if self._background:
            waiting = {task.name: TaskView(task.name) for task in closure.tasks}
            self._appear(RunView(tasks=waiting))

    def update(self, view: RunView, events: Sequence[Event]) -> None:
        """See `Show.update`."""
        self._plain.update(view, events)
        if self._live is not None:
            with suppress(Exception):  # as in `_appear`
                self._live.update(view, events)
        else:
            self._missed += events
        self._go_on(view)

    def tick(self, view: RunView) -> None:
        """See `Show.tick`."""
        if self._live is not None:
            with suppress(Exception):  # as in `_appear`
                self._live.tick(view)
        self._go_on(view)

    def close(self, view: RunView) -> None:
        """See `Show.close`."""
        self._plain.close(view)
        if self._live is not None:
            with suppress(Exception):  # as in `_appear`
                self._live.close(view)
        text = self._text.getvalue().rstrip("\n") or summary(view)
        self._send({"text/plain": text, "text/html": self._drawn(view)})
        self._tell_aside()

    def come_here(self) -> bool:
        """Show it in the cell that begins to wait; return whether it is shown there."""
        background, self._background = self._background, False
        first, self._waited = not self._waited, True
        here = moment(self._cells.shell)
        if background:
            self._is_there = self._is_there and here == self._cell
            self._send(self._bundle)
        self._tell_aside()
        return first or here == self._cell

    def hand_over(self, heir: CellShow) -> None:
        """Have pages that kept the live view of this run, which is over, show another's."""
        if self._live is not None and heir._live is not None:
            self._live.hand_over(heir._live)

    def settle(self) -> None:
        """Send what another thread has left to do."""
        with suppress(IndexError):
            self._publish(self._pending.pop())

    def _go_on(self, view: RunView) -> None:
        """Appear once the run has taken a while, and show its state where no widget does."""
        now = time.monotonic()
        if self._cells.hears():
            self._listened += now - self._looked
        self._looked = now
        if not self._is_there:
            if now - self._began >= QUIET:
                self._appear(view)
        elif self._live is not None:
            self._judge(view)
        elif now - self._sent >= self._pause:
            self._send(self._snapshot(view))
        if not self._background:
            self._tell_aside()

    def _appear(self, view: RunView) -> None:
        if self._cells.live is not None:
            with suppress(Exception):  # a widget needs much that may be broken; its run goes on
                live = self._cells.live()
                live.begin(self._closure)
                live.update(view, self._missed)
                self._live = live
            self._listened, self._looked = 0.0, time.monotonic()
        self._send(self._snapshot(view))

    def _judge(self, view: RunView) -> None:
        """Give the widget up if no front end shows it."""
        assert self._live is not None
        if self._live.connected:
            self.heard = True
        elif self._listened >= _PATIENCE:
            self._live, self.heard = None, False
            self._send(self._snapshot(view))

    def _snapshot(self, view: RunView) -> Bundle:
        """Return how the run is doing."""
        now = copy(view)
        now.at = time.monotonic() - self._began
        lines = [*all_lines(view), f"running: {summary(now)}"]
        if self._background:
            lines.append(UNWAITED)
        text = "\n".join(lines)
        if self._live is None:
            return {"text/plain": text, "text/html": self._drawn(now)}
        # The page costs time, and nobody who has the widget sees it.
        view_of = {"version_major": 2, "version_minor": 0, "model_id": self._live.widget.model_id}
        return {"text/plain": text, "text/html": f"<pre>{escape(text)}</pre>", _WIDGET: view_of}

    def _drawn(self, view: RunView) -> str:
        began = time.monotonic()
        try:
            page = self._cells.page(view, self._closure)
        except Exception:  # noqa: BLE001 - whatever is wrong with a picture, its run goes on
            page = f"<pre>{escape(chr(10).join(all_lines(view)))}</pre>"
        self._pause = max(_EVERY, 20 * (time.monotonic() - began), view.at / 50)
        return page

    def _send(self, bundle: Bundle) -> None:
        # Only what may yet move to another cell is kept: a page may be large, and IPython keeps
        # every run that a cell returned.
        self._bundle, self._sent = bundle if self._background else {}, time.monotonic()
        if threading.current_thread() is threading.main_thread():
            self._pending.clear()
            self._publish(bundle)
        else:
            self._pending.append(bundle)
            later(self._cells.shell, self.settle)

    def _publish(self, bundle: Bundle) -> None:
        update, self._is_there = self._is_there, True
        if not update:
            self._cell = moment(self._cells.shell)
        publish = self._cells.shell.display_pub.publish
        publish(bundle, {}, transient={"display_id": self.place}, update=update)

    def _tell_aside(self) -> None:
        """Write the warnings, where the cell is ours to write in."""
        if threading.current_thread() is threading.main_thread() and (
            text := self._aside.getvalue()
        ):
            self._aside.seek(0)
            self._aside.truncate()
            current("stderr").write(text)
