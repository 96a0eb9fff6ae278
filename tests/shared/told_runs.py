"""Runs that are over, told by their events, with logs where they say they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.model import (
    Blocked,
    Event,
    Exited,
    NotStarted,
    Outcome,
    Reason,
    RunEnded,
    RunStarted,
    Task,
    TaskEnded,
    TaskRetrying,
    TaskStarted,
    Warned,
)
from spry_jupyter.plan.closure import Closure, resolve
from spry_jupyter.plan.graph import Graph
from spry_jupyter.show.view import RunView

if TYPE_CHECKING:
    from pathlib import Path

ATTACK = "<img src=x onerror=alert(1)>"
RUN = "20261124-081500-000001-abcdef"


class Told:
    """A run that is being told.

    Attributes:
        closure: What it is about.
        view: What has been told.
    """

    def __init__(self, folder: Path, *tasks: Task) -> None:
        self.closure: Closure = resolve(Graph.of(tasks))
        self.view = RunView()
        self._folder = folder
        names = tuple(task.name for task in self.closure.tasks)
        self.tell(RunStarted(at=0.0, run=RUN, tasks=names, folder=str(folder)))

    def tell(self, *events: Event) -> Told:
        for event in events:
            self.view.apply(event)
        return self

    def ran(
        self,
        name: str,
        start: float,
        end: float,
        outcome: Outcome = Outcome.SUCCEEDED,
        reason: Reason | None = None,
        *,
        output: bytes = b"",
        waived: bool = False,
    ) -> Told:
        """Tell of a task with one attempt, or with the last of several."""
        log = self._folder / f"{len(list(self._folder.iterdir()))}.log"
        log.write_bytes(output)
        number = self.view.tasks[name].attempt + 1
        begun = self.view.tasks[name].since
        return self.tell(
            TaskStarted(at=start, name=name, attempt=number),
            TaskEnded(
                at=end,
                name=name,
                outcome=outcome,
                reason=reason,
                duration=end - (start if begun is None else begun),
                attempts=number,
                log=str(log) if output else "",
                size=len(output),
                waived=waived,
            ),
        )

    def failed(self, name: str, start: float, end: float, output: bytes = b"") -> Told:
        return self.ran(name, start, end, Outcome.FAILED, Exited(2), output=output)

    def over(self, *, ok: bool, stopped: bool = False) -> Told:
        return self.tell(RunEnded(at=self.view.at, ok=ok, stopped=stopped))


def eventful(folder: Path) -> Told:
    """A run in which everything happens that can."""
    told = Told(
        folder,
        Task(name="fetch", body="x", descr=f"Get it, {ATTACK}"),
        Task(name="lint", body="x", allow_failure=True),
        Task(name="build", body="x", deps=("fetch",)),
        Task(name="absent", body="x", deps=("fetch",)),
        Task(name="test", body="x", deps=("build", "lint")),
        Task(name="deploy", body="x", deps=("test",)),
        Task(name="tidy", body="x", deps=("deploy",), always=True),
        Task(name="all", deps=("tidy",)),
    )
    told.ran("fetch", 0.0, 1.0, output=b"fetched\n")
    told.ran("lint", 0.0, 0.5, Outcome.FAILED, Exited(1), output=b"untidy\n", waived=True)
    told.tell(
        TaskStarted(at=1.0, name="build", attempt=1),
        TaskRetrying(at=2.0, name="build", reason=Exited(1), retry=1, of=1, delay=1.0),
    )
    told.ran("build", 3.0, 4.0, output=b"\x1b[32mbuilt\x1b[0m\n")
    told.tell(
        TaskEnded(
            at=1.1, name="absent", outcome=Outcome.FAILED, reason=NotStarted(f"no {ATTACK}\0")
        )
    )
    told.failed("test", 4.0, 6.0, output=f"\x1b[31mFAILED\x1b[0m {ATTACK} \x00]]>\n".encode())
    told.tell(
        TaskEnded(at=6.1, name="deploy", outcome=Outcome.SKIPPED, reason=Blocked("test")),
        Warned(at=6.2, text=f"careful, {ATTACK}"),
    )
    told.ran("tidy", 6.5, 7.0)
    told.tell(TaskEnded(at=7.0, name="all", outcome=Outcome.SUCCEEDED))
    return told.over(ok=False)
