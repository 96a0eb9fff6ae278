"""Real kernels with the magics loaded, and a way to see which processes of their tasks are left."""

from __future__ import annotations

import os
import select
import time
from typing import TYPE_CHECKING

import psutil
import pytest
from headless import LiveKernel, live_kernel
from kernel_desk import Desk
from sleepers import own_nap, sleepers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 30.0  # seconds after which something that should have happened counts as a failure


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
        self.ready = folder / "ready"
        os.mkfifo(self.ready)
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


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    found = Watch(tmp_path)
    yield found
    found.close()


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[LiveKernel]:
    """A kernel of the test's own, with the magics, in the test's temporary folder."""
    with live_kernel(tmp_path) as running:
        assert running.run("%load_ext spry_jupyter").text == ""
        yield running


@pytest.fixture(scope="session")
def _kernel_of_desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveKernel]:
    with live_kernel(tmp_path_factory.mktemp("desks")) as running:
        running.client.allow_stdin = False
        assert running.run("%load_ext spry_jupyter").text == ""
        yield running


@pytest.fixture
def desk(_kernel_of_desks: LiveKernel, tmp_path: Path) -> Iterator[Desk]:
    """The test's folder, without tasks, in a kernel that many share and nobody can ask."""
    yield Desk(_kernel_of_desks, tmp_path)
    _kernel_of_desks.run("%spry_stop")
