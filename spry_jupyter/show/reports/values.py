"""A run as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from spry_jupyter.model import Outcome
from spry_jupyter.show.ansi import plain_text
from spry_jupyter.show.lines import reason_text
from spry_jupyter.show.logs import end_of
from spry_jupyter.show.timeline import timeline

if TYPE_CHECKING:
    from typing import Any

    from spry_jupyter.model import Task
    from spry_jupyter.show.reports.facts import RunFacts
    from spry_jupyter.show.view import TaskView

_OUTPUT = 65536  # bytes of a failed task's log


def as_json(facts: RunFacts) -> str:
    """Return all that is known of a run.

    It is what `Run.to_dict` says, and besides: `started` (UTC), `targets`, `stopped`,
    `critical_path`, and of each task `descr`, `lang`, `deps`, `tries` (with `start` and `end` in
    seconds from the start of the run) and, if it failed, the end of its `output`.
    """
    view, tasks = facts.view, {task.name: task for task in facts.closure.tasks}
    path = timeline(view, facts.closure, jobs=facts.jobs).critical
    values = {
        **facts.values,
        "started": facts.began.isoformat(),
        "stopped": view.end is not None and view.end.stopped,
        "targets": facts.targets,
        "critical_path": list(path),
        "tasks": [
            {**said, **_more(view.tasks[said["name"]], tasks.get(said["name"]))}
            for said in facts.values["tasks"]
        ],
    }
    return json.dumps(values, indent=2) + "\n"


def _more(task: TaskView, what: Task | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "descr": what.descr if what is not None else "",
        "lang": what.lang if what is not None else "",
        "deps": list(what.deps) if what is not None else [],
        "tries": [
            {
                "start": attempt.start,
                "end": attempt.end,
                "where": attempt.where,
                "reason": None if attempt.reason is None else reason_text(attempt.reason),
            }
            for attempt in task.tries
        ],
    }
    if task.ended is not None:
        found["waived"] = task.ended.waived
        if task.ended.outcome is Outcome.FAILED and task.ended.log:
            found["output"] = plain_text(end_of(task.ended, _OUTPUT))
    return found
