"""Real tasks in real processes, and a way to see which of their processes are left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bench import Bench

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
