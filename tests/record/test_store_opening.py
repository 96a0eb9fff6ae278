"""A record that several runs open at the same moment, or that cannot be written."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from spry_jupyter.record import opening
from spry_jupyter.record.store import Store

if TYPE_CHECKING:
    from pathlib import Path

# Each round makes a new record with as many processes as there are writers, all at one moment.
RACE = """
import os, sys, time
from spry_jupyter.record.store import Store
ROUNDS, WRITERS = 40, 4
def write(path):
    store = Store(path)
    store.note("run", [], lambda name: (b"", ""))
    store.close()
for number in range(ROUNDS):
    start = time.monotonic() + 0.005
    writers = []
    for _ in range(WRITERS):
        pid = os.fork()
        if pid == 0:
            while time.monotonic() < start:
                pass
            write(f"{sys.argv[1]}/record{number}.db")
            os._exit(0)
        writers.append(pid)
    for pid in writers:
        assert os.waitpid(pid, 0)[1] == 0
"""


def test_runs_that_open_a_new_record_at_once_all_can_write_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RACE, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0


def test_what_cannot_be_written_can_still_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "a record?.db")
    Store(path).close()

    def refuse(_path: str) -> sqlite3.Connection:
        """Stand in for SQLite in a folder of somebody else, which root has not."""
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY
        raise error

    monkeypatch.setattr(opening, "connect", refuse)
    before = sorted(tmp_path.iterdir())
    with closing(Store(path, to_read=True)) as store:
        assert store.last_log("a", ()) is None
        with pytest.raises(sqlite3.OperationalError):
            store.database.execute("delete from run")
    assert sorted(tmp_path.iterdir()) == before
    with closing(sqlite3.connect(path)) as database:
        database.execute("pragma user_version=1")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        Store(path, to_read=True)
