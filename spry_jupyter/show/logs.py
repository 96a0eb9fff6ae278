"""The ends of the logs of a run, as HTML and as text, within a budget."""

from __future__ import annotations

from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING

from spry_jupyter.model import Outcome
from spry_jupyter.show.ansi import to_html

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spry_jupyter.model import TaskEnded
    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.show.view import RunView

_OF_FAILED, _OF_OTHERS = 8192, 2048  # bytes of a log that a record keeps
_MOST = 64 * 1024  # bytes of all logs in a record
_LINES = 100  # of one log
_LOGS, _OPEN = 25, 3  # of a record, and unfolded
_LOOSE = 2  # logs of tasks that did not fail which are not folded into one
_INDENT = "margin-left:18px"
_FRAME = "font-family:monospace;max-height:24em;overflow:auto;padding:6px;border:1px solid #767d86;border-radius:4px"


def log_ends(view: RunView, closure: Closure) -> Iterator[str]:
    """Yield a `<details>` with the end of the log of each task that said something.

    Those of failed tasks come first, and the first of them are open; of a silent task only that.
    Of other tasks, where they are more than a few, there is one that holds theirs. They end where
    there would be too much.
    """
    silent = {task.name for task in closure.tasks if task.silent}
    ended = [e for e in view.ended_in_order() if e.size and e.log]
    shown = [e for e in ended if e.outcome is Outcome.FAILED or e.name not in silent]
    shown.sort(key=lambda event: (event.outcome is not Outcome.FAILED, event.waived))
    failed = [event for event in shown if event.outcome is Outcome.FAILED]
    kept = list(_within_budget(shown))
    yield from kept[: len(failed)]
    others, more = kept[len(failed) :], len(shown) - len(kept)
    if len(others) > _LOOSE:
        yield f'<details><summary>output of {len(others)} other tasks</summary>\n<div style="{_INDENT}">'
        yield from others
        yield "</div></details>"
    else:
        yield from others
    if more:
        yield f"<p>… and the output of {more} more tasks</p>"


def _within_budget(shown: Sequence[TaskEnded]) -> Iterator[str]:
    """Yield the `<details>` of the first logs, as many as there is room for."""
    left = _MOST
    for place, event in enumerate(shown[:_LOGS]):
        failed = event.outcome is Outcome.FAILED
        data = end_of(event, min(left, _OF_FAILED if failed else _OF_OTHERS))
        left -= len(data)
        if left <= 0:
            return
        yield _details(event, data, is_open=failed and place < _OPEN)


def end_of(event: TaskEnded, most: int) -> bytes:
    """Return the last bytes of a log, from the start of a line where that is possible."""
    start = max(0, event.size - most)
    data = b""
    with suppress(OSError), open(event.log, "rb") as log:  # noqa: PTH123 - a path of ours
        log.seek(start)
        data = log.read(event.size - start)
    if start:
        _, found, rest = data.partition(b"\n")
        data = rest if found and rest else data
    return data


def _details(event: TaskEnded, data: bytes, *, is_open: bool) -> str:
    lines = data.rstrip(b"\n").split(b"\n")
    kept = b"\n".join(lines[-_LINES:])
    whole = len(lines) <= _LINES and len(data) >= event.size
    what = "output" if whole else f"the end of its output, {event.size:,} bytes"
    opened = " open" if is_open else ""
    return (
        f"<details{opened}><summary>{escape(event.name)}: {what}</summary>\n"
        f'<pre style="{_FRAME}">{to_html(kept)}</pre></details>'
    )
