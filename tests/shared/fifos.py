"""Events that a task sends to its test through a FIFO, waited for as long as is reasonable."""

from __future__ import annotations

import os
import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 30.0  # seconds after which something that should have happened counts as a failure


def make_fifo(folder: Path, name: str) -> Path:
    """Make a FIFO: a task's `echo > NAME` is an event to wait for with `hear`."""
    path = folder / name
    os.mkfifo(path)
    return path


def hear(path: Path) -> str:
    """Wait until somebody has written into a FIFO, and return that."""
    descriptor = os.open(path, os.O_RDWR)  # which does not wait for a writer as reading does
    try:
        ready, _, _ = select.select([descriptor], [], [], PATIENCE)
        assert ready, f"nobody wrote into {path.name}"
        return os.read(descriptor, 65536).decode()
    finally:
        os.close(descriptor)
