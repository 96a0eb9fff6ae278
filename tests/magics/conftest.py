"""Real kernels with the magics loaded, and a way to see which processes of their tasks are left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from headless import LiveKernel, live_kernel
from kernel_desk import Desk
from watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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
