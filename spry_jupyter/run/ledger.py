"""What the record is asked and told of the tasks of one run that have outputs."""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from spry_jupyter.record.marks import Mark, Marks, Who
    from spry_jupyter.record.memory import Memory
    from spry_jupyter.run.look import Look
    from spry_jupyter.run.request import RunRequest

    T = TypeVar("T")


class Ledger:
    """The marks of these tasks. Where they cannot be read nothing is known, and nothing written."""

    def __init__(self, request: RunRequest, memory: Memory, holder: str, boot: str) -> None:
        """Fetch what will be needed.

        Args:
            request: The run.
            memory: Has the record.
            holder: What the mark of every process of this runner starts with.
            boot: Names the time since the machine was started.
        """
        self._request = request
        self._memory = memory
        self._holder = holder
        self._boot = boot
        wanted: dict[str, list[Who]] = {}
        for task in request.ties:
            store, who = self._where(task)
            wanted.setdefault(store, []).append(who)
        for store, names in wanted.items():
            memory.ask(store, _loading(names))

    def current(self, task: int) -> Mark | None:
        """Return a task's mark as it is now."""
        return self._ask(task, lambda marks, who: marks.current(who))

    def captured(self, task: int) -> bytes | None:
        """Return the value that a task captured."""
        return self._ask(task, lambda marks, who: marks.captured(who))

    def begin(self, task: int, look: Look) -> None:
        """Write that a task is about to run, as it was looked at."""
        self._ask(
            task,
            lambda marks, who: marks.begin(
                who,
                run=self._request.id,
                holder=self._holder,
                boot=self._boot,
                key=look.key,
                about=look.about(),
                inputs=look.inputs,
            ),
        )

    def refresh(self, task: int, mark: Mark, look: Look) -> None:
        """Write that its files need not be read as they look now."""
        self._ask(
            task,
            lambda marks, who: marks.refresh(who, mark, self._boot, look.inputs, look.outputs),
        )

    def succeed(self, task: int, look: Look, captured: bytes | None, state: str) -> None:
        """Write that a task has succeeded, with what was found afterwards."""
        self._ask(
            task,
            lambda marks, who: marks.succeed(
                who,
                run=self._request.id,
                state=state,
                inputs=look.inputs,
                outputs=look.outputs,
                captured=captured,
            ),
        )

    def end(self, task: int, state: str) -> None:
        """Write that a task has ended without a success that counts."""
        self._ask(task, lambda marks, who: marks.end(who, run=self._request.id, state=state))

    def _ask(self, task: int, question: Callable[[Marks, Who], T]) -> T | None:
        store, who = self._where(task)
        return self._memory.ask(store, lambda marks: question(marks, who))

    def _where(self, task: int) -> tuple[str, Who]:
        store, book, *_ = self._request.ties[task]
        return store, (book, self._request.closure.tasks[task].name)


def _loading(names: list[Who]) -> Callable[[Marks], None]:
    return lambda marks: marks.load(names)
