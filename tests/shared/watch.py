"""The processes of cells' tasks: how a test hears that they are there, and who of them is left."""

from __future__ import annotations

import os
import select
import time
from typing import TYPE_CHECKING

import psutil
from fifos import PATIENCE, make_fifo
from sleepers import own_nap, sleepers

if TYPE_CHECKING:
    from pathlib import Path


class Watch:
    """The processes of a test, and what they have to say to it.

    Attributes:
        folder: Where the test's files are.
        nap: A number of seconds that no other process of this machine sleeps: it marks those
            processes too that have left everything else of their task behind.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.nap = own_nap()
        self.ready = make_fifo(folder, "ready")
        # With a writer of our own there is no end of file between two of them.
        self._ready = os.open(self.ready, os.O_RDWR | os.O_NONBLOCK)

    def cell(self, name: str, body: str, flags: str = "") -> str:
        """Return the cell of a task; in its body NAP is `nap`, and READY what `hear` listens to."""
        text = body.replace("NAP", self.nap).replace("READY", str(self.ready))
        return f"%%spry_task {name} {flags}\n{text}"

    def hear(self, count: int = 1) -> None:
        """Return when so many tasks have written a line to READY."""
        deadline = time.monotonic() + PATIENCE
        heard = 0
        while heard < count:
            left = deadline - time.monotonic()
            readable, _, _ = select.select([self._ready], [], [], max(0.0, left))
            assert readable, f"{heard} of {count} tasks got ready"
            heard += os.read(self._ready, 4096).count(b"\n")

    def naps(self) -> list[psutil.Process]:
        """Return the living processes that sleep `nap` seconds."""
        return sleepers(self.nap)

    def left_after(self, seconds: float) -> list[psutil.Process]:
        """Return who of them still lives when they have had this long to end."""
        _, alive = psutil.wait_procs(self.naps(), timeout=seconds)
        return alive or self.naps()

    def close(self) -> None:
        """Leave nothing behind, also where a test has failed."""
        os.close(self._ready)
        for process in self.naps():
            process.kill()
