"""A run as a live view in a notebook: an anywidget whose front end is in `static`.

What does not change goes out once, when the view is made; then come news, ten times a second at
most, and logs that somebody looks at. The front end may miss any of it: it asks for the whole
state where it sees a gap, or when it is loaded anew. Nothing is printed, whatever thread it is in.
"""

from __future__ import annotations

import time
from contextlib import suppress
from importlib.resources import files
from math import inf
from threading import Lock
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from spry_jupyter.show.asks import Ask, read_ask
from spry_jupyter.show.estimate import seconds_left
from spry_jupyter.show.facts import facts
from spry_jupyter.show.feed import Feed, Piece
from spry_jupyter.show.live import LiveState
from spry_jupyter.show.portrait import portrait
from spry_jupyter.show.sketch import closure_sketch
from spry_jupyter.show.timeline import critical_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from spry_jupyter.model import Event
    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.show.sketch import Sketch
    from spry_jupyter.show.view import RunView

EVERY = 0.1  # seconds between two batches of news
_BEAT = 2.0  # seconds between two signs of life where there is no news
_JUDGE = 1.0  # seconds between two looks at the critical path and the time left
_PARTS = ("dom", "store", "ansi", "log", "graph", "rows", "detail", "run")


def _script() -> str:
    """Return the front end as one module, for a widget cannot import from another file."""
    folder = files("spry_jupyter.show") / "static"
    lines = []
    for part in _PARTS:
        text = (folder / f"{part}.js").read_text(encoding="utf-8")
        lines += [line for line in text.splitlines() if not line.startswith("import ")]
    return "\n".join(
        line if line.startswith("export default") else line.removeprefix("export ")
        for line in lines
    )


class RunWidget(anywidget.AnyWidget):
    """What a notebook displays. Its front end changes no trait; it asks, see `ask`.

    Attributes:
        plan: What does not change: see `WidgetShow`.
        picture: `svg`, the graph, and `nodes`, the id of each task's node in it; None before it
            is drawn, and without `svg` where it cannot be.
        state: The whole state; read anew whenever it is sent.
    """

    _esm = _script()
    _css = (files("spry_jupyter.show") / "static" / "run.css").read_text(encoding="utf-8")

    plan = traitlets.Dict().tag(sync=True)
    picture = traitlets.Any().tag(sync=True)
    state = traitlets.Any().tag(sync=True, to_json=lambda _, widget: widget.whole())

    def __init__(
        self,
        whole: Callable[[], Any] = lambda: None,
        asked: Callable[[Any], None] = lambda _: None,
        **traits: Any,
    ) -> None:
        """Open it.

        Args:
            whole: Returns the state, for `state`; None for a graph that does not run.
            asked: Is called with what a front end asks, whatever that may be, in any thread.
            traits: The initial values of traits.
        """
        self.whole = whole
        super().__init__(**traits)
        self.on_msg(lambda _, content, _buffers: asked(content))

    def set_state(self, sync_data: Any) -> None:
        """Take no trait from a front end."""


class WidgetShow:
    """Implements `Show` with a widget.

    Attributes:
        widget: What to display, once the run has begun.
        connected: Whether a front end has said that it shows it.
    """

    widget: RunWidget

    def __init__(
        self,
        cancel: Callable[[str | None], object],
        rerun: Callable[[str], object] | None = None,
        *,
        log_name: Callable[[str], str] = str,
        past: Mapping[str, float] | None = None,
        jobs: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Get ready for a run.

        Args:
            cancel: Stops a task by its name, or the whole run for None; called in any thread.
            rerun: Runs a task again with what could not run because of it, likewise, and not before
                the run is over; None offers no such thing.
            log_name: Returns the name of a task's log, without `.log`.
            past: Seconds that tasks took before, by name, for an estimate.
            jobs: Tasks at once, for the same; 0 is no limit.
            clock: Seconds, never going back.
        """
        self.connected = False
        self._cancel, self._rerun, self._log_name = cancel, rerun, log_name
        self._past, self._jobs, self._clock = past or {}, jobs, clock
        self._lock = Lock()  # a front end asks in another thread than that of the news
        self._feed = Feed(self._log)
        self._view: RunView | None = None
        self._again: int | None = None  # what is to run again when the run is over
        self._zero = inf  # when the run began, by `clock`, as far as its events tell
        self._told = self._judged = -inf

    def begin(self, closure: Closure) -> None:
        """See `Show.begin`."""
        self._closure = closure
        self._names = [task.name for task in closure.tasks]
        self._state = LiveState(self._names)
        plan = {
            "tasks": facts(closure_sketch(closure)),
            "rerun": self._rerun is not None,
        }
        self.widget = RunWidget(self._whole, self._hear, plan=plan)

    def update(self, view: RunView, events: Sequence[Event]) -> None:
        """See `Show.update`."""
        with self._lock:
            self._view = view
            if events:
                self._zero = min(self._zero, self._clock() - view.at)
            self._state.take(view, events)
        self.tick(view)

    def tick(self, view: RunView) -> None:
        """See `Show.tick`."""
        if self._clock() - self._told >= EVERY:
            self._tell(view)

    def close(self, view: RunView) -> None:
        """See `Show.close`. What was asked to run again while others still ran does so now."""
        self._judged = -inf
        self._tell(view)
        if self._again is not None:
            self._run_again(self._again)

    def hand_over(self, heir: WidgetShow) -> None:
        """Have pages that still show this run, which is over, show what goes on where it ended.

        A page that was loaded anew meanwhile does not hear that a display is another one now.
        """
        with self._lock:
            self._state.say("heir", heir.widget.model_id)
            self._send({"kind": "news", **self._state.news(self._now())})

    # -- what goes out -----------------------------------------------------------------------

    def _tell(self, view: RunView) -> None:
        """Send what is new, and what the logs that are looked at have grown by."""
        if self.widget.picture is None:  # not before, for by now the tasks run
            self._draw()
        clock = self._clock()
        now = self._now()
        with self._lock:
            if clock - self._judged >= _JUDGE:
                self._judged = clock
                self._judge(view, now)
            if self._state.changed or clock - self._told >= _BEAT:
                self._send({"kind": "news", **self._state.news(now)})
                self._told = clock
            for piece in self._feed.grown():
                self._send_piece(piece)
                self._told = clock

    def _draw(self) -> None:
        prefix = f"s{self.widget.model_id[:8]}-"
        try:
            self.widget.picture = portrait(closure_sketch(self._closure), prefix=prefix)
        except Exception:  # noqa: BLE001 - whatever it is, the run goes on and needs no picture
            self.widget.picture = {"svg": "", "nodes": []}

    def _judge(self, view: RunView, now: float) -> None:
        path = critical_path(view, self._closure, jobs=self._jobs)
        self._state.say("critical", self._state.places(path))
        left = seconds_left(view, self._closure, self._past, now, jobs=self._jobs)
        self._state.say("left", None if left is None else round(left, 1))

    def _send(self, content: dict[str, Any], data: bytes | None = None) -> None:
        # Whatever is wrong with the way to the front end, the run goes on.
        with suppress(Exception):
            self.widget.send(content, None if data is None else [data])

    def _send_piece(self, piece: Piece) -> None:
        told = {"kind": "log", "task": piece.task, "start": piece.start}
        self._send(told, piece.data)

    def _whole(self) -> dict[str, Any]:
        return self._state.whole(self._now())

    def _now(self) -> float:
        """Return the seconds since the start of the run; at its end they stop."""
        if self._view is not None and self._view.end is not None:
            return self._view.end.at
        return max(0.0, self._clock() - self._zero)

    def _log(self, task: int) -> str:
        if self._view is None:
            return ""
        name = self._names[task]
        ended = self._view.tasks[name].ended
        if ended is not None:
            return ended.log
        return f"{self._view.folder}/{self._log_name(name)}.log"

    # -- what comes in -----------------------------------------------------------------------

    def _hear(self, content: object) -> None:
        """Do what a front end asks, if it may ask that."""
        ask = read_ask(content, len(self._names))
        if ask is None:
            return
        name = None if ask.task is None else self._names[ask.task]
        match ask:
            case Ask("cancel"):
                self._cancel(name)
            case Ask("rerun", int(task)):
                self._run_again(task)
            case _:
                with self._lock:
                    self._answer(ask)

    def _run_again(self, task: int) -> None:
        if self._rerun is None:
            return
        if self._view is not None and self._view.end is not None:
            self._rerun(self._names[task])
        else:
            self._again = task
            self._state.say("again", task)

    def _answer(self, ask: Ask) -> None:
        match ask:
            case Ask("hello"):
                self.connected = True
                with suppress(Exception):
                    self.widget.send_state("state")
            case Ask("watch", int(task)):
                self._send_piece(self._feed.watch(task))
            case Ask("earlier", int(task), end):
                self._send_piece(self._feed.earlier(task, end))
            case Ask("leave", int(task)):
                self._feed.leave(task)
                self._send({"kind": "left", "task": task})  # other pages may look at it still


def graph_widget(what: Sketch, cluster: str = "") -> RunWidget:
    """Return the same front end for a graph that does not run: to move, to zoom, to look into.

    Args:
        what: The graph; what is missing or goes round in circles is marked.
        cluster: See `portrait`.
    """
    widget = RunWidget(plan={"tasks": facts(what), "rerun": False})
    widget.picture = portrait(what, cluster=cluster, prefix=f"s{widget.model_id[:8]}-")
    return widget
