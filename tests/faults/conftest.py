"""Where faults are tried: in the runner, on the command line, in kernels, and with executors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bench import Bench
from command_line import Desk
from kernels import at_desk, kernel, shared_kernel, watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headless import LiveKernel
    from kernel_desk import Desk as KernelDesk

__all__ = ["kernel", "shared_kernel", "watch"]


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
def cells(shared_kernel: LiveKernel, tmp_path: Path) -> Iterator[KernelDesk]:
    """The test's folder, without tasks, in a kernel that many share."""
    yield from at_desk(shared_kernel, tmp_path)
