"""A run on a terminal: its lines scroll by above, what goes on stands below them.

Nothing of the terminal's state is changed for longer than one write, so there is nothing to put
back on whatever way out: the cursor stays visible, below the region, and only text is drawn.
"""

from __future__ import annotations

import io
import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from spry_jupyter.model import Outcome, TaskAsking
from spry_jupyter.plan.order import execution_order
from spry_jupyter.show.lines import timing_text
from spry_jupyter.show.plain import PlainShow
from spry_jupyter.show.tail import Tails
from spry_jupyter.show.view import ASKING, RETRYING, RUNNING, WAITING, RunView, TaskView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TextIO

    from rich.console import Console
    from rich.text import Text

    from spry_jupyter.model import Event
    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.show.plain import Style

_QUIET = 0.2  # seconds; a run that is over by then shows no region, and loads nothing for it
_EVERY = 0.25  # seconds between two looks at what one task says
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_COLOURS = {"✓": "32", "✗": "31", "⊘": "33", "●": "36", "↻": "33"}
_NARROW = 40  # columns, below which there is no room for a bar or for what tasks say
_BAR = 24  # columns
_NEXT = 8  # waiting tasks that are named, if there is room


class TerminalShow:
    """Implements `Show` on a terminal."""

    def __init__(
        self,
        out: TextIO,
        err: TextIO,
        style: Style,
        *,
        log_name: Callable[[str], str] = str,
        stopping: Callable[[], bool] = bool,
    ) -> None:
        """Take over a terminal.

        Args:
            out: The terminal; it has to take Unicode.
            err: Takes warnings; often the same terminal.
            style: What to show.
            log_name: Returns the name of a task's log, without `.log`.
            stopping: Whether the user has asked to stop the run.
        """
        coloured = not os.environ.get("NO_COLOR")
        self._plain = PlainShow(out, err, style, _paint if coloured else None)
        self._region = _Region(out)
        self._log_name = log_name
        self._stopping = stopping
        self._closure: Closure | None = None
        self._order: list[str] = []
        self._silent: set[str] = set()
        self._tails = Tails(_EVERY)
        self._zero = time.monotonic()
        self._before: Any = signal.SIG_DFL

    def begin(self, closure: Closure) -> None:
        """See `Show.begin`."""
        self._closure = closure
        self._silent = {task.name for task in closure.tasks if task.silent}
        self._zero = time.monotonic()
        self._before = signal.signal(signal.SIGCONT, self._continue)
        self._plain.begin(closure)

    def update(self, view: RunView, events: Sequence[Event]) -> None:
        """See `Show.update`. Where a task asks, the region leaves room for the question."""
        self._region.erase()
        self._plain.update(view, events)
        if not any(isinstance(event, TaskAsking) for event in events):
            self.tick(view)

    def tick(self, view: RunView) -> None:
        """See `Show.tick`."""
        now = time.monotonic() - self._zero
        if now >= _QUIET and view.end is None:
            self._region.draw(lambda columns, lines: self._rows(view, now, columns, lines))

    def close(self, view: RunView) -> None:
        """See `Show.close`."""
        self._region.erase()
        self._plain.close(view)
        if self._plain.dirty:  # what a task has said may have left a colour on, the cursor off
            self._region.write("\x1b[0m\x1b[?25h")
        signal.signal(signal.SIGCONT, self._before)

    def _continue(self, _number: int, _frame: object) -> None:
        """After Ctrl-Z and `fg`: what the shell wrote since stands below the region."""
        self._region.leave()

    def _rows(self, view: RunView, now: float, columns: int, lines: int) -> list[Text]:
        going = [t for t in view.tasks.values() if t.state in (RUNNING, RETRYING, ASKING)]
        going.sort(key=lambda task: task.since if task.since is not None else now)
        room = max(1, min(lines // 2, lines - 3) - 2)  # a line above, one for the rest, the bar
        shown = going if len(going) <= room else going[: room - 1]
        width = min(max((_cells(task.name) for task in shown), default=0), columns // 3)
        rows = [self._going(view, task, now, width, columns) for task in shown]
        if len(shown) < len(going):
            rows.append(_text((f"  … {len(going) - len(shown)} more running", "dim")))
        if waiting := self._waiting(view):
            rows.append(_text((f"  {waiting}", "dim")))
        rows.append(self._sum(view, now, columns))
        return rows[-max(1, lines - 1) :]

    def _going(self, view: RunView, task: TaskView, now: float, width: int, columns: int) -> Text:
        from rich.text import Text  # noqa: PLC0415 - a short run never needs it

        name = Text(task.name)
        name.truncate(max(width, 4), overflow="ellipsis", pad=True)
        since = _elapsed(now - task.since) if task.since is not None else ""
        mark = {RETRYING: "↻", ASKING: "?"}.get(task.state, _SPINNER[int(now * 10) % 10])
        row = _text((mark, "cyan"), (" ", ""))
        row.append_text(name)
        row.append(f" {since:>6}", "dim")
        if columns >= _NARROW and task.size and task.name not in self._silent:
            path = f"{view.folder}/{self._log_name(task.name)}.log"
            row.append(f"  {self._tails.of(path, task.size, now)}", "dim")
        return row

    def _waiting(self, view: RunView) -> str:
        """Return how many tasks wait, and the next few of them."""
        if not self._order and self._closure is not None:
            tasks = self._closure.tasks
            self._order = [tasks[i].name for i in execution_order(self._closure)]
        names = [n for n in self._order if n in view.tasks and view.tasks[n].state == WAITING]
        if not names:
            return ""
        more = ", …" if len(names) > _NEXT else ""
        return f"{len(names)} waiting: {', '.join(names[:_NEXT])}{more}"

    def _sum(self, view: RunView, now: float, columns: int) -> Text:
        """Return the bar, the counts and the time."""
        counts = view.outcomes()
        total, failed = len(view.tasks), counts[Outcome.FAILED]
        done = sum(counts.values())
        row = _text()
        if columns >= _NARROW:
            width = min(_BAR, columns // 3)
            good, bad = (round(width * n / max(1, total)) for n in (done - failed, failed))
            bad = max(bad, 1) if failed else 0
            good = max(0, min(good, width - bad))
            row.append("━" * good, "green")
            row.append("━" * bad, "red")
            row.append("─" * (width - good - bad), "dim")
            row.append(" ")
        row.append(f"{done}/{total}")
        if failed:
            row.append(f" · {failed} failed", "red")
        row.append(f" · {_elapsed(now)}", "dim")
        if self._stopping():
            row.append(" · stopping; Ctrl-C again: at once", "yellow")
        return row


class _Region:
    """Rows of text below what scrolls, drawn over and over in the same place."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._console: Console | None = None
        self._widths: list[int] = []  # of the rows that are on the screen

    def draw(self, rows: Callable[[int, int], list[Text]]) -> None:
        """Draw rows, made for a number of columns and lines, in place of those before."""
        columns, lines = self._size()
        fresh = rows(columns, lines)
        for row in fresh:
            row.truncate(columns - 1, overflow="ellipsis")
            row.rstrip()
        drawn = "".join(f"{self._render(row)}\x1b[K\n" for row in fresh)
        # Without wrapping: a character that is wider than we think must not make two lines of one.
        self.write(f"{self._back(columns)}\x1b[0m\x1b[?7l{drawn}\x1b[?7h\x1b[J")
        self._widths = [row.cell_len for row in fresh]

    def erase(self) -> None:
        """Leave the screen as if there had been no region."""
        if self._widths:
            self.write(f"{self._back(self._size()[0])}\x1b[J")
            self._widths = []

    def leave(self) -> None:
        """Leave the rows on the screen where they are; the next are drawn below."""
        self._widths = []

    def write(self, text: str) -> None:
        """Write control sequences; a terminal that is gone takes none."""
        with suppress(OSError):
            self._out.write(text)
            self._out.flush()

    def _back(self, columns: int) -> str:
        """Return what moves to the region's first row, which a narrower terminal has wrapped."""
        up = sum(max(1, -(-width // columns)) for width in self._widths)
        return f"\r\x1b[{up}A" if up else "\r"

    def _size(self) -> tuple[int, int]:
        with suppress(OSError):
            size = os.get_terminal_size(self._out.fileno())
            if size.columns > 0 and size.lines > 0:
                return size.columns, size.lines
        return 80, 24

    def _render(self, row: Text) -> str:
        from rich.console import Console  # noqa: PLC0415 - a short run never needs it

        if self._console is None:
            self._console = Console(
                file=io.StringIO(), force_terminal=True, highlight=False, markup=False, emoji=False
            )
        with self._console.capture() as captured:
            self._console.print(row, end="", no_wrap=True, overflow="ignore", crop=False)
        return captured.get()


def _text(*pieces: tuple[str, str]) -> Text:
    from rich.text import Text  # noqa: PLC0415 - a short run never needs it

    return Text.assemble(*pieces)


def _cells(text: str) -> int:
    from rich.cells import cell_len  # noqa: PLC0415 - a short run never needs it

    return cell_len(text)


def _elapsed(seconds: float) -> str:
    return f"{seconds:.1f}s" if seconds < 59.95 else timing_text(seconds)  # noqa: PLR2004 - as there


def _paint(line: str) -> str:
    """Colour the mark that a task's line begins with."""
    colour = _COLOURS.get(line[:1])
    return f"\x1b[{colour}m{line[0]}\x1b[0m{line[1:]}" if colour else line
