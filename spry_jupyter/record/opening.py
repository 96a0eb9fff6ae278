"""Opening the database of a record, whatever state it is in.

A new one is made, an older one is brought up to this version with all that it holds, a damaged one
is set aside. One that a later version wrote is left alone.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing

from spry_jupyter.record.schema import SCHEMA, STEPS, VERSION

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable

_BUSY_SECONDS = 10.0
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Newer(sqlite3.DatabaseError):
    """A later version of this program wrote it."""


def connect(path: str) -> sqlite3.Connection:
    """Open a database, made or brought up to this version if need be.

    Args:
        path: Absolute.

    Raises:
        Newer: If it is of a later version.
        sqlite3.Error: If it cannot be read or written.
    """
    database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        # Moving what is written from the log into the database waits for the disk, and so do all
        # tasks meanwhile: for the end of a run, unless the log grows past 32 MiB.
        database.execute("pragma wal_autocheckpoint=8192")
        version = _version(database)
        _refuse_newer(version)
        if version == 0:
            # Nothing is lost with what is empty: should the power fail now, there is no record
            # afterwards, or one that is seen to be damaged and set aside.
            database.execute("pragma synchronous=off")
            _use_wal(database)
        if version < VERSION:
            _bring_up(database)
        database.execute("pragma synchronous=normal")
    except BaseException:
        database.close()
        raise
    return database


def connect_to_read(path: str) -> sqlite3.Connection:
    """Open a database that nothing will be written to, also where nothing can be.

    Raises:
        Newer: If it is of a later version.
        sqlite3.Error: If it cannot be read.
    """
    try:
        return connect(path)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            raise
        from urllib.parse import quote  # noqa: PLC0415 - few folders are somebody else's

        database = sqlite3.connect(f"file:{quote(path)}?immutable=1", uri=True)
        version = _version(database)
        if version == VERSION:
            return database
        with closing(database):
            if not 0 < version < VERSION:
                raise
            return _brought_up_copy(database)


def is_damaged(error: Exception) -> bool:
    """Whether an error says that the database itself is broken, not that it is out of reach."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _DAMAGED
    return False


def set_aside(path: str) -> str:
    """Put a damaged database out of the way; return where it is now.

    Several may find the damage at once: who comes later finds a sound one, and leaves it there.

    Raises:
        OSError: If it cannot be moved.
    """
    import fcntl  # noqa: PLC0415 - only damage needs it

    fd = os.open(f"{path}.mending", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        if _is_sound(path):
            return ""
        aside = f"{path}.damaged-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
        os.replace(path, aside)
        for ending in ("-wal", "-shm"):
            _move(path + ending, aside + ending)
        return aside
    finally:
        os.unlink(f"{path}.mending")
        os.close(fd)


def _move(path: str, to: str) -> None:
    try:
        os.replace(path, to)
    except FileNotFoundError:
        return


def _is_sound(path: str) -> bool:
    try:
        database = connect(path)
        found: list[tuple[str]] = database.execute("pragma quick_check(1)").fetchall()
        database.close()
    except sqlite3.Error:
        return False
    return found == [("ok",)]


def _version(database: sqlite3.Connection) -> int:
    version: int = database.execute("pragma user_version").fetchone()[0]
    return version


def _refuse_newer(version: int) -> None:
    if version > VERSION:
        raise Newer(f"it is of version {version}, this program knows {VERSION}")


def _bring_up(database: sqlite3.Connection) -> None:
    database.execute("begin immediate")
    try:
        version = _version(database)  # another may have done it meanwhile, or more than that
        _refuse_newer(version)
        for step in STEPS[version - 1 :] if version else (SCHEMA,):
            for statement in step.split(";"):
                database.execute(statement)
        database.execute(f"pragma user_version={VERSION}")
        database.execute("commit")
    except BaseException:
        if database.in_transaction:
            database.execute("rollback")
        raise


def _brought_up_copy(database: sqlite3.Connection) -> sqlite3.Connection:
    """Return what an older database holds, in memory and as this version has it."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    database.backup(copy)
    _bring_up(copy)
    copy.execute("pragma query_only=on")
    return copy


def _use_wal(database: sqlite3.Connection) -> None:
    """Change the journal; where several open a new record at once, SQLite does not wait here."""
    patient(lambda: database.execute("pragma journal_mode=wal"))


def patient(do: Callable[[], object]) -> None:
    """Do what SQLite refuses while another process is busy, as soon as that is over.

    Raises:
        sqlite3.Error: If it takes too long, or for another reason.
    """
    patience = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            do()
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > patience:
                raise
            time.sleep(0.005)
        else:
            return
