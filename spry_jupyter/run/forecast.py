"""What a run would do, without doing any of it: which tasks are up to date, and why others are not."""

from __future__ import annotations

import os

from spry_jupyter.model import Verdict
from spry_jupyter.plan.order import execution_order
from spry_jupyter.plan.reads import behind_groups
from spry_jupyter.record.budget import Budget
from spry_jupyter.record.memory import Memory
from spry_jupyter.run.look import ALWAYS, Look, Lookout
from spry_jupyter.run.surroundings import surroundings
from spry_jupyter.run.values import Values

TYPE_CHECKING = False  # typing is known to type checkers
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.record.marks import Mark, Marks
    from spry_jupyter.run.request import RunRequest

    T = TypeVar("T")


def forecast(request: RunRequest) -> tuple[tuple[Verdict, ...], str]:
    """Say what would become of each task of a run that is not going to be.

    Args:
        request: The draft of the run.

    Returns:
        A verdict for each task, and what the user should know of the record, or an empty string.
    """
    store = request.store if os.path.exists(request.store) else ""
    told = surroundings(request)
    memory = Memory(store, "", request.closure, request.homes, told)
    try:
        return _Prophet(request, memory).verdicts(), memory.trouble
    finally:
        memory.close()


def without_record(closure: Closure) -> tuple[Verdict, ...]:
    """Return the verdicts where no task has outputs, so that no record can change them."""
    group, task = Verdict(True), Verdict(True, (ALWAYS,))
    return tuple([group if what.is_group else task for what in closure.tasks])


class _Prophet:
    """Goes through the tasks in the order in which they would run."""

    def __init__(self, request: RunRequest, memory: Memory) -> None:
        self._request = request
        self._memory = memory
        self._values = Values(request)
        self._lookout = Lookout(request, self._values)
        self._resumable = memory.done() if request.resume else {}
        self._busy: dict[int, str] = {}  # tasks that would do something, by name
        self._passing: set[str] = set()  # reasons that hold only until these have run

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return a verdict for each task."""
        closure = self._request.closure
        found: dict[int, Verdict] = {}
        for i in execution_order(closure):
            after = () if closure.wanted[i] else closure.after[i]
            idle = bool(after) and not any(found[k].runs for k in after)
            verdict = found[i] = Verdict(False, skipped=True) if idle else self._verdict(i)
            idle_group = closure.tasks[i].is_group and not self._before(i)
            if verdict.runs and not idle_group:
                self._busy[i] = closure.tasks[i].name
        return tuple([found[i] for i in range(len(closure.tasks))])

    def _verdict(self, task: int) -> Verdict:
        if self._request.closure.tasks[task].is_group:
            return Verdict(True)
        if task not in self._request.ties:
            return self._without_output(task)
        look, mark = self._look(task)
        before = self._before(task)
        if look.fault and before:  # what it misses may come from there
            return Verdict(True, (f"{before[0]} runs before it",))
        # What a dep is going to write anew is not what it is now.
        why = [reason for reason in look.why if reason not in self._passing]
        busy = self._read_from(task)
        if busy and not why:
            why = [f"{busy[0]} runs before it, and may write something new"]
        what = self._request.closure.tasks[task]
        if not why and mark is not None and mark.has_captured:
            value = self._ask(task, lambda marks, who: marks.captured(who))
            self._values.suppose(task, what.capture, value or b"")
        if why:
            names = {entry[0] for entry in (*look.outputs, *(mark.outputs if mark else ()))}
            self._passing.update(
                f"its input {name} {how}"
                for name in names
                for how in ("changed", "is new", "is gone")
            )
        return Verdict(bool(why), tuple(dict.fromkeys(why)))

    def _without_output(self, task: int) -> Verdict:
        done = None if self._before(task) else self._resumable.get(task)
        closure = self._request.closure
        needed = [closure.tasks[k].name for k in behind_groups(closure, task)]
        if done is None or self._memory.is_outrun(closure.tasks[task].name, needed):
            return Verdict(True, (ALWAYS,))
        if not self._request.closure.tasks[task].inputs:
            return Verdict(False)
        why = self._lookout.read(task, done[1], Budget()).why
        return Verdict(bool(why), tuple(why))

    def _look(self, task: int) -> tuple[Look, Mark | None]:
        found = self._ask(task, lambda marks, who: (marks.current(who), marks.about(who)))
        mark, about = found or (None, {})
        before = self._before(task)
        ran = before[0] if before else ""
        if not ran and mark is not None and not self._read_from_any(task):
            closure = self._request.closure
            names = [closure.tasks[k].name for k in behind_groups(closure, task)]
            ran = self._memory.ran_since(names, mark.run)
        force = self._request.force
        return self._lookout.look(task, mark, Budget(), ran, force=force, about=about), mark

    def _ask(self, task: int, question: Callable[[Marks, tuple[str, str]], T]) -> T | None:
        """Return what the record says of a task; nothing is made if there is none."""
        store, book, *_ = self._request.ties[task]
        who = (book, self._request.closure.tasks[task].name)
        if not os.path.exists(store):
            return None
        return self._memory.ask(store, lambda marks: question(marks, who))

    def _before(self, task: int) -> Sequence[str]:
        """Return the deps that would do something."""
        needs = self._request.closure.needs[task]
        return [self._busy[k] for k in needs if k in self._busy]

    def _read_from_any(self, task: int) -> bool:
        what = self._request.closure.tasks[task]
        return bool(what.inputs or self._request.ties[task][2])

    def _read_from(self, task: int) -> Sequence[str]:
        """Return the deps that would do something and that the task reads from."""
        _, _, written, captured = self._request.ties[task]
        return self._before(task) if written or captured else []
