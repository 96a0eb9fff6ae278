"""Records of runs as something else than the product has left them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def spoil(folder: Path, statement: str) -> None:
    """Change the record of a folder's runs with a statement of SQL."""
    with closing(sqlite3.connect(folder / ".spry" / "record.db")) as record:
        record.execute(statement)
        record.commit()
