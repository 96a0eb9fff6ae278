"""The command line as its users meet it: real processes in a folder of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command_line import MODULE, PATIENCE, Desk, Said, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["MODULE", "PATIENCE", "Desk", "Said", "until"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()
