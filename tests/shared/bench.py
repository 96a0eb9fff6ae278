"""Real tasks in real processes, and a way to see which of their processes are left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fifos import hear, make_fifo
from sleepers import own_nap, sleepers

from spry_jupyter.model import Limits, Task
from spry_jupyter.read.durations import parse_duration
from spry_jupyter.runbook import Runbook

if TYPE_CHECKING:
    import psutil

    from spry_jupyter.results import Run


class Bench:
    """A folder to run tasks in, and the processes that a test can tell as its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # A number of seconds that no other process of this machine sleeps: it marks those
        # processes too that have left everything else of their task behind.
        self.nap = own_nap()

    def book(self, *tasks: Task) -> Runbook:
        return Runbook(tasks, folder=self.folder)

    def task(self, name: str, body: str, **fields: object) -> Task:
        return Task(name=name, body=body.replace("NAP", self.nap), **fields)  # type: ignore[arg-type]

    def log(self, run: Run, name: str) -> Path:
        """Return where the log of a task with a plain name is."""
        return Path(run.view.folder) / f"{name}.log"

    def limits(self, timeout: str) -> Limits:
        """Return limits with a timeout as an author would write it."""
        return Limits(timeout=parse_duration(timeout))

    def naps(self) -> list[psutil.Process]:
        """Return the living processes that sleep this test's number of seconds."""
        return sleepers(self.nap)

    def fifo(self, name: str) -> Path:
        """Make a FIFO: a task's `echo > NAME` is an event to wait for with `hear`."""
        return make_fifo(self.folder, name)

    def hear(self, path: Path) -> str:
        """Wait until somebody has written into a FIFO, and return that."""
        return hear(path)
