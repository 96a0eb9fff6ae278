"""What a run would do, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.plan.order import execution_order, why_each
from spry_jupyter.show.harmless import one_line
from spry_jupyter.show.listing import counted, padded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.model import Verdict
    from spry_jupyter.plan.closure import Closure


def dry_run(
    closure: Closure, verdicts: Sequence[Verdict], *, jobs: int, verbose: bool = False
) -> str:
    """Return what would run, in order, and why; then what is up to date, or has nothing to do.

    Args:
        closure: What is asked for.
        verdicts: For each of its tasks.
        jobs: Tasks at once; 0 is no limit.
        verbose: Also all that makes a task run, and its script.
    """
    tasks = closure.tasks
    order = execution_order(closure)
    would = [i for i in order if verdicts[i].runs]
    limit = f", at most {jobs} at once" if jobs else ""
    needed = why_each(closure)
    names = dict(zip(would, padded([tasks[i].name for i in would]), strict=True))
    lines = [f"Would run {counted(len(would), 'task')}{limit}:" if would else "Would run nothing:"]
    for number, i in enumerate(would, start=1):
        why = verdicts[i].why
        first = f"; {one_line(why[0])}" if why and tasks[i].outputs and not verbose else ""
        lines.append(f"{number:>4}. {names[i]}  {needed[i]}{first}")
        if verbose:
            lines += [f"      because {one_line(reason)}" for reason in why]
            lines += [
                f"        {one_line(row.expandtabs(4))}" for row in tasks[i].body.splitlines()
            ]
    for i in order:
        if verdicts[i].skipped:
            lines.append(f"⊘ {tasks[i].name} skipped (condition not met)")
        elif not verdicts[i].runs:
            lines.append(f"● {tasks[i].name} up to date")
    return "\n".join(lines)
