"""A run as a page can keep it: its graph, a table, its time line, and the ends of its logs.

What comes out is HTML that survives where untrusted notebooks are shown: tables, `<details>`,
pictures as `data:` addresses, and styles at the elements themselves; no script, no style sheet, no
inline SVG, nothing from the network. It reads on a light page and on a dark one, and its size is
bounded. Whatever users and tasks wrote is text in it.

    <div class="spry-record" data-targets="NAME NAME">        none: everything was asked for
      <tr class="spry-failed" data-task="NAME">                 for each task that failed
"""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING

from spry_jupyter.model import Outcome
from spry_jupyter.show.colours import declared
from spry_jupyter.show.harmless import one_line
from spry_jupyter.show.lines import outcome_text, summary, timing_text
from spry_jupyter.show.logs import log_ends
from spry_jupyter.show.palette import look_of
from spry_jupyter.show.sketch import closure_sketch
from spry_jupyter.show.timeline import timeline
from spry_jupyter.show.view import RETRYING, RUNNING

if TYPE_CHECKING:
    from spry_jupyter.model import Task
    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.show.timeline import Timeline
    from spry_jupyter.show.view import RunView, TaskView

MOST_ROWS = 60
MOST_NODES = 150  # of the graph; above, it shows stages
_MOST_TARGETS = 200
_DONE = (Outcome.SUCCEEDED, Outcome.UP_TO_DATE)
_SMALLEST = 0.5  # of its size, to which a picture is scaled before it has to be scrolled
_CELL = "text-align:left;vertical-align:top;padding:3px 12px 3px 4px"
_SOFT = "opacity:0.72"  # of the page's own colour: 6 on white, 9 on #111
_FIRST = (Outcome.FAILED.value, RETRYING, RUNNING, Outcome.CANCELLED.value)  # of the rows


def record(view: RunView, closure: Closure, *, jobs: int = 0) -> str:
    """Return the HTML of a run, over or not.

    Args:
        view: The run; the logs that it names are read.
        closure: What it is about.
        jobs: Tasks at once; 0 is no limit.
    """
    line = timeline(view, closure, jobs=jobs)
    targets = f' data-targets="{escape(" ".join(_targets(view, closure)))}"'
    parts = [
        _heading(view, line),
        _graph(view, closure),
        _time(line),
        _table(view, closure, line),
        *(f"<p>Warning: {_plain(text)}</p>" for text in view.warnings[:20]),
        *log_ends(view, closure),
    ]
    inside = "\n".join(part for part in parts if part)
    return f'<div class="spry-record"{targets}>\n{inside}\n</div>'


def _targets(view: RunView, closure: Closure) -> list[str]:
    """Return what to name to run it again: nothing for everything, of very many what is left."""
    if closure.everything:
        return []
    names = [closure.tasks[i].name for i in sorted(closure.targets)]
    if len(names) <= _MOST_TARGETS:
        return names
    left = [name for name in names if view.tasks[name].outcome not in _DONE]
    return left[:_MOST_TARGETS]


def _heading(view: RunView, line: Timeline) -> str:
    mark = "running" if view.end is None else "succeeded" if view.end.ok else "failed"
    if view.end is not None and view.end.stopped and not view.end.ok:
        mark = "cancelled"
    said = {"cancelled": "stopped"}.get(mark, mark)
    path = ""
    if len(line.critical) > 1:
        path = f'<br><span style="{_SOFT}">critical path</span> {_way(line.critical)}'
    head = f"<b>{_coloured(mark, f'{look_of(mark).symbol} Run {said}')}</b>"
    return f"<p>{head} · {escape(summary(view))}{path}</p>"


_SHOWN = 12  # names of a path


def _way(names: tuple[str, ...]) -> str:
    if len(names) > _SHOWN:
        names = (*names[: _SHOWN // 2], f"… {len(names) - _SHOWN} more …", *names[-_SHOWN // 2 :])
    return " → ".join(map(escape, names))


def _coloured(state: str, text: str) -> str:
    """Return text in the colour of a state."""
    plain = look_of(state).colour
    red, green, blue = (int(plain[i : i + 2], 16) for i in (1, 3, 5))
    return f'<span style="{declared((red, green, blue))}">{_plain(text)}</span>'


def _plain(text: str) -> str:
    """Return text for HTML: neither markup nor control characters are left in it."""
    return escape(one_line(text))


def marks_of(view: RunView) -> dict[str, str]:
    """Return the state of each task by the names of `palette.LOOKS`."""
    return {task.name: task.mark.replace(" ", "-") for task in view.tasks.values()}


def _graph(view: RunView, closure: Closure) -> str:
    from spry_jupyter.show.collapse import collapsed  # noqa: PLC0415 - imported when shown
    from spry_jupyter.show.figure import figure  # noqa: PLC0415 - likewise
    from spry_jupyter.show.svg import draw_figure  # noqa: PLC0415 - likewise

    if len(closure.tasks) < 2:  # noqa: PLR2004 - a single task is no graph
        return ""
    what = collapsed(figure(closure_sketch(closure)), largest=MOST_NODES)
    drawn = draw_figure(what, marks=marks_of(view))
    if drawn is not None:
        return _picture(drawn, f"Graph of {len(closure.tasks)} tasks")
    if len(closure.tasks) > MOST_NODES:
        return ""
    from spry_jupyter.show.pictures import draw_closure  # noqa: PLC0415 - only without Graphviz

    return f"<pre>{escape(draw_closure(closure, width=100))}</pre>"


def _time(line: Timeline) -> str:
    from spry_jupyter.show.gantt import gantt  # noqa: PLC0415 - imported when shown

    drawn = gantt(line)
    return "" if drawn is None else _picture(drawn, "Time line: when each task ran")


def _picture(svg: str, alt: str) -> str:
    data = base64.b64encode(svg.encode("utf-8", "replace")).decode("ascii")
    wide = float(svg.partition(' width="')[2].partition('"')[0])
    style = f"max-width:100%;min-width:{round(wide * _SMALLEST)}px"
    return (
        f'<p style="margin:4px 0;overflow-x:auto"><img alt="{escape(alt)}" style="{style}" '
        f'src="data:image/svg+xml;base64,{data}"></p>'
    )


# -- the table -----------------------------------------------------------------------------------


def _table(view: RunView, closure: Closure, line: Timeline) -> str:
    tasks = {task.name: task for task in closure.tasks}
    critical = set(line.critical) if len(line.critical) > 1 else set()
    rows = [
        _row(task, tasks.get(task.name), is_critical=task.name in critical)
        for task in chosen_rows(view, critical)
    ]
    if len(view.tasks) > len(rows):
        more = f"… and {len(view.tasks) - len(rows)} more tasks"
        rows.append(f'<tr><td colspan="4" style="{_CELL}">{more}</td></tr>')
    head = "".join(
        f'<th align="left" style="{_CELL}">{word}</th>'
        for word in ("Task", "Outcome", "Took", "Started")
    )
    return (
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
        + "\n".join(rows)
        + "\n</tbody>\n</table>"
    )


def chosen_rows(view: RunView, critical: set[str], most: int = MOST_ROWS) -> list[TaskView]:
    """Return the tasks to list: what failed or runs first, the others as they started.

    Where they are too many, those that took longest are listed, and those on the critical path.
    """
    tasks = list(view.tasks.values())
    if len(tasks) > most:
        tasks.sort(key=lambda task: (_rank(task), task.name not in critical, -_length(task)))
        del tasks[most:]
    late = view.at + 1.0
    return sorted(tasks, key=lambda task: (_rank(task), late if task.since is None else task.since))


def _rank(task: TaskView) -> int:
    waived = task.ended is not None and task.ended.waived
    return _FIRST.index(task.mark) + waived if task.mark in _FIRST else len(_FIRST)


def _length(task: TaskView) -> float:
    return task.ended.duration if task.ended is not None else 0.0


def _row(task: TaskView, what: Task | None, *, is_critical: bool) -> str:
    failed = task.outcome is Outcome.FAILED
    mark = f' class="spry-failed" data-task="{escape(task.name)}"' if failed else ""
    descr = what.descr if what is not None else ""
    name = f"<b>{escape(task.name)}</b>" if failed or is_critical else escape(task.name)
    if descr:
        name += f'<br><span style="{_SOFT}">{_plain(descr[:200])}</span>'
    took = timing_text(_length(task)) if task.tries and task.ended is not None else ""
    if is_critical:
        took += '&nbsp;<span title="on the critical path">◆</span>'
    since = f"+{timing_text(task.since)}" if task.since is not None else ""
    said = f"{look_of(task.mark).symbol} {outcome_text(task)}".strip()
    ended = _coloured(task.mark, said)
    if task.where:
        ended += f'<br><span style="{_SOFT}">on {_plain(task.where)}</span>'
    cells = (name, ended, took, since)
    inside = "".join(f'<td align="left" style="{_CELL}">{cell}</td>' for cell in cells)
    return f"<tr{mark}>{inside}</tr>"
