"""What a run would do, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.plan.order import execution_order, why_each
from spry_jupyter.show.listing import counted, padded

if TYPE_CHECKING:
    from spry_jupyter.plan.closure import Closure


def dry_run(closure: Closure, *, jobs: int, verbose: bool = False) -> str:
    """Return what would run, in order, and why; with `verbose` also each task's script."""
    tasks = closure.tasks
    limit = f", at most {jobs} at once" if jobs else ""
    why = why_each(closure)
    names = padded([task.name for task in tasks])
    lines = [f"Would run {counted(len(tasks), 'task')}{limit}:"]
    for number, i in enumerate(execution_order(closure), start=1):
        lines.append(f"{number:>4}. {names[i]}  {why[i]}")
        if verbose:
            lines += [f"        {row}" for row in tasks[i].body.splitlines()]
    return "\n".join(lines)
