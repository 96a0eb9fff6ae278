"""Real kernels with the magics loaded, and a way to see which processes of their tasks are left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kernels import at_desk, kernel, shared_kernel, watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headless import LiveKernel
    from kernel_desk import Desk

__all__ = ["kernel", "shared_kernel", "watch"]


@pytest.fixture
def desk(shared_kernel: LiveKernel, tmp_path: Path) -> Iterator[Desk]:
    """The test's folder, without tasks, in a kernel that many share and nobody can ask."""
    yield from at_desk(shared_kernel, tmp_path)
