"""The files here of what runs on a worker, where one of them cannot be written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from spry_jupyter.model import Exited
from spry_jupyter.run.dask.remote import Remote
from spry_jupyter.run.executor import Attempt, Ended

if TYPE_CHECKING:
    from pathlib import Path


def ended(log: Path, capture: Path) -> Ended:
    """Return the ending of an attempt that said and captured a line."""
    attempt = Attempt(
        id=1, argv=(), env={}, cwd="/", script="", body=b"", log=str(log), capture=str(capture)
    )
    remote = Remote(attempt, elsewhere=True)
    remote.take(0, b"said\n")
    remote.take_captured(b"said\n")
    return remote.closed(Ended(1, Exited(0), 5))


def test_a_capture_that_cannot_be_opened_is_no_empty_value(tmp_path: Path) -> None:
    end = ended(tmp_path / "a.log", tmp_path / "nowhere" / "spool")
    assert (end.uncaptured, end.cut, end.size) == (os.strerror(2), "", 5)


def test_a_log_that_cannot_be_opened_spoils_no_capture(tmp_path: Path) -> None:
    end = ended(tmp_path / "nowhere" / "a.log", tmp_path / "spool")
    assert (end.uncaptured, end.cut, end.size) == ("", os.strerror(2), 0)
    assert (tmp_path / "spool").read_text() == "said\n"
