"""Real kernels with the magics, as fixtures; a folder's conftest imports those that it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from headless import LiveKernel, live_kernel
from kernel_desk import Desk
from watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOAD = "%load_ext spry_jupyter"


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    """Which processes of a test's tasks are left."""
    found = Watch(tmp_path)
    yield found
    found.close()


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[LiveKernel]:
    """A kernel of the test's own, in its temporary folder."""
    with live_kernel(tmp_path) as running:
        assert running.run(LOAD).text == ""
        yield running


@pytest.fixture(scope="session")
def shared_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveKernel]:
    """A kernel that many tests share and nobody can ask."""
    with live_kernel(tmp_path_factory.mktemp("shared")) as running:
        running.client.allow_stdin = False
        assert running.run(LOAD).text == ""
        yield running


def at_desk(kernel: LiveKernel, folder: Path) -> Iterator[Desk]:
    """Give the user of a folder, without tasks, in a kernel that many share; a fixture's body."""
    yield Desk(kernel, folder)
    kernel.run("%spry_stop")
