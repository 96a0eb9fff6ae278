"""Where faults are tried: in the runner, on the command line, in kernels, and with executors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bench import Bench
from command_line import Desk
from headless import LiveKernel, live_kernel
from kernel_desk import Desk as KernelDesk
from watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A folder to run tasks in from this very process."""
    return Bench(tmp_path)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The command line, in a folder of the test's own."""
    desk = Desk(tmp_path)
    yield desk
    desk.close()


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
def _shared_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveKernel]:
    with live_kernel(tmp_path_factory.mktemp("faults")) as running:
        running.client.allow_stdin = False
        assert running.run("%load_ext spry_jupyter").text == ""
        yield running


@pytest.fixture
def cells(_shared_kernel: LiveKernel, tmp_path: Path) -> Iterator[KernelDesk]:
    """The test's folder, without tasks, in a kernel that many share."""
    yield KernelDesk(_shared_kernel, tmp_path)
    _shared_kernel.run("%spry_stop")
