"""A record that several runs open at the same moment, or that cannot be written."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from earlier_records import first_version

from spry_jupyter.model import Outcome, RunStarted, TaskEnded
from spry_jupyter.record import opening
from spry_jupyter.record.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Each round makes a new record with as many processes as there are writers, all at one moment.
RACE = """
import os, sys, time
from spry_jupyter.model import RunEnded
from spry_jupyter.record.store import Store
ROUNDS, WRITERS = 40, 4
def write(path):
    store = Store(path)
    store.note("run", [RunEnded(at=0.0, ok=True)], lambda name: (b"", ""))
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


def refuse(_path: str) -> sqlite3.Connection:
    """Stand in for SQLite in a folder of somebody else, which root has not."""
    error = sqlite3.OperationalError("attempt to write a readonly database")
    error.sqlite_errorcode = sqlite3.SQLITE_READONLY
    raise error


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be written."""
    monkeypatch.setattr(opening, "connect", refuse)


@pytest.mark.parametrize("made", [lambda path: Store(str(path)).close(), first_version])
def test_what_cannot_be_written_can_still_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Callable[[Path], None]
) -> None:
    path = tmp_path / "a record?.db"
    made(path)
    monkeypatch.setattr(opening, "connect", refuse)
    before = sorted(tmp_path.iterdir())
    with closing(Store(str(path), to_read=True)) as store:
        assert store.last_log("a", ()) == (("r1", "/log") if made is first_version else None)
        with pytest.raises(sqlite3.OperationalError):
            store.database.execute("delete from run")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("version", [0, 99])
@pytest.mark.usefixtures("refused")
def test_what_this_version_does_not_know_and_cannot_write_is_refused(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "record.db"
    first_version(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"pragma user_version={version}")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        Store(str(path), to_read=True)


def test_what_a_later_version_brings_up_at_the_same_moment_keeps_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "record.db"
    first_version(path)
    look = opening._version

    def look_before_another(database: sqlite3.Connection) -> int:
        found = look(database)
        monkeypatch.setattr(opening, "_version", look)
        with closing(sqlite3.connect(path)) as other:
            other.execute("pragma user_version=99")
        return found

    monkeypatch.setattr(opening, "_version", look_before_another)
    with pytest.raises(opening.Newer):
        Store(str(path))
    with closing(sqlite3.connect(path)) as database:
        assert look(database) == 99


TORN: dict[str, Callable[[bytes], bytes | None]] = {
    "all of it": lambda data: data,
    "nothing": lambda _: None,
    "its name": lambda _: b"",
    "half of it": lambda data: data[: len(data) // 2],
    "its length": lambda data: bytes(len(data)),
    "its first page": lambda data: data[:4096] + bytes(len(data[4096:])),
}
# Its magic number, then: how many pages follow, the size of a new database, of sectors and pages.
JOURNAL = bytes.fromhex("d9d505f920a163d7 ffffffff 00000000 00000000 00000200 00001000")


@pytest.mark.parametrize("record", TORN)
@pytest.mark.parametrize("log", TORN)
@pytest.mark.parametrize("journal", [b"", JOURNAL.ljust(512, b"\0")])
def test_a_new_record_can_be_written_whatever_of_it_reached_the_disk(
    tmp_path: Path, record: str, log: str, journal: bytes
) -> None:
    path = tmp_path / "record.db"
    ended = TaskEnded(at=0.0, name="a", outcome=Outcome.SUCCEEDED, attempts=1)
    with closing(Store(str(path))) as store:
        store.note("run1", [RunStarted(at=0.0, run="run1", tasks=(), folder=""), ended], traits)
        files = {"": path.read_bytes(), "-wal": (tmp_path / "record.db-wal").read_bytes()}
    there = {"": TORN[record](files[""]), "-wal": TORN[log](files["-wal"]), "-journal": journal}
    for ending, data in there.items():
        if data is not None:
            (tmp_path / f"record.db{ending}").write_bytes(data)
    with closing(opened(path)) as store:
        store.note("run2", [ended], traits)
        assert store.last_start("a", "") == "run2"
        assert store.database.execute("pragma integrity_check").fetchone() == ("ok",)


def traits(_name: str) -> tuple[bytes, str]:
    """Tell nothing of a task."""
    return b"", ""


def opened(path: Path) -> Store:
    """Open a record, or a new one where it is damaged, as a run does."""
    try:
        return Store(str(path))
    except sqlite3.Error as error:
        if not opening.is_damaged(error):
            raise
        assert opening.set_aside(str(path))
        return Store(str(path))
