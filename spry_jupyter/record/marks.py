"""What tasks with outputs were made of when they last succeeded: a mark for each.

A mark says `running` from before the first attempt until the task has succeeded, whatever happens
meanwhile to this process or to the machine: only one that says `done` speaks for a task.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Mapping, Sequence

    from spry_jupyter.record.files import Entry

    Who = tuple[str, str]  # the file that defines the task, and its name

RUNNING, DONE, FAILED, SPOILED, TOUCHED = "running", "done", "failed", "spoiled", "touched"
_FEW = 20  # tasks up to which each mark is fetched when it is needed
_ONE = (
    "select state, run, holder, boot, key, inputs, outputs, captured is not null from mark "
    "where book = ? and name = ?"
)
_EVERY = (
    "select book, name, state, run, holder, boot, key, inputs, outputs, captured is not null "
    "from mark"
)


class Mark:
    """What is known of a task.

    Attributes:
        state: `running`, `done`, `failed`, `spoiled`: its inputs changed while it ran, or
            `touched`: they were written, and then were as before.
        run: The run that wrote it.
        holder: What the mark of every process of that run's runner starts with.
        boot: Names the time since the machine was started, in which files were looked at.
        key: The digest of its definition.
        has_captured: Whether the value that it captured is kept.
    """

    __slots__ = ("_inputs", "_outputs", "boot", "has_captured", "holder", "key", "run", "state")

    def __init__(  # noqa: PLR0917 - a row of `_ONE`
        self,
        state: str,
        run: str,
        holder: str,
        boot: str,
        key: bytes,
        inputs: str,
        outputs: str | None,
        has_captured: int,
    ) -> None:
        self.state = state
        self.run = run
        self.holder = holder
        self.boot = boot
        self.key = key
        self.has_captured = bool(has_captured)
        self._inputs = inputs
        self._outputs = outputs

    @property
    def inputs(self) -> list[Entry]:
        """What was read."""
        return _unpacked(self._inputs)

    @property
    def outputs(self) -> list[Entry]:
        """What was written."""
        return _unpacked(self._outputs) if self._outputs is not None else []


class Marks:
    """The marks of one store."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Look at them through an open database."""
        self._db = database
        self._read: dict[Who, Mark | None] = {}
        self._version = self._data_version()

    def load(self, wanted: Collection[Who]) -> None:
        """Fetch what will be needed, if it is much, at once.

        Raises:
            sqlite3.Error: If it cannot be read.
        """
        if len(wanted) <= _FEW:
            return
        self._version = self._data_version()
        self._read = dict.fromkeys(wanted)
        for book, name, *values in self._db.execute(_EVERY):
            if (book, name) in self._read:
                self._read[book, name] = Mark(*values)

    def current(self, who: Who) -> Mark | None:
        """Return a task's mark as it is now.

        Raises:
            sqlite3.Error: If it cannot be read.
        """
        version = self._data_version()
        if version != self._version:  # another process has written
            self._version = version
            self._read.clear()
        if who not in self._read:
            row = self._db.execute(_ONE, who).fetchone()
            self._read[who] = Mark(*row) if row is not None else None
        return self._read[who]

    def about(self, who: Who) -> dict[str, str]:
        """Return the `fingerprint.summary` of a task's definition as it was."""
        row = self._db.execute("select about from mark where book = ? and name = ?", who).fetchone()
        return dict(json.loads(row[0])) if row is not None else {}

    def captured(self, who: Who) -> bytes | None:
        """Return the value that a task captured."""
        sql = "select captured from mark where book = ? and name = ?"
        row = self._db.execute(sql, who).fetchone()
        return row[0] if row is not None else None

    def begin(
        self,
        who: Who,
        *,
        run: str,
        holder: str,
        boot: str,
        key: bytes,
        about: Mapping[str, str],
        inputs: Sequence[Entry],
    ) -> None:
        """Write that a task is about to run; what it wrote before speaks for it no more."""
        self._read.pop(who, None)
        self._db.execute(
            "insert or replace into mark values (?,?,?,?,?,?,?,?,?,null,null)",
            (*who, RUNNING, run, holder, boot, key, json.dumps(about), _packed(inputs)),
        )

    def succeed(
        self,
        who: Who,
        *,
        run: str,
        state: str,
        inputs: Sequence[Entry],
        outputs: Sequence[Entry],
        captured: bytes | None,
    ) -> None:
        """Write that a task has succeeded, `done` or `touched`, with what it has read and written.

        It stays as it is where another run has begun the task meanwhile.
        """
        self._read.pop(who, None)
        self._db.execute(
            "update mark set state = ?, inputs = ?, outputs = ?, captured = ? "
            "where book = ? and name = ? and run = ? and state = ?",
            (state, _packed(inputs), _packed(outputs), captured, *who, run, RUNNING),
        )

    def end(self, who: Who, *, run: str, state: str) -> None:
        """Write that a task has ended without a success that counts."""
        self._read.pop(who, None)
        self._db.execute(
            "update mark set state = ? where book = ? and name = ? and run = ? and state = ?",
            (state, *who, run, RUNNING),
        )

    def refresh(
        self, who: Who, mark: Mark, boot: str, inputs: Sequence[Entry], outputs: Sequence[Entry]
    ) -> None:
        """Write what says of the same contents, as they look now, that they need not be read."""
        self._read.pop(who, None)
        self._db.execute(
            "update mark set boot = ?, inputs = ?, outputs = ? "
            "where book = ? and name = ? and run = ? and state = ?",
            (boot, _packed(inputs), _packed(outputs), *who, mark.run, DONE),
        )

    def _data_version(self) -> int:
        version: int = self._db.execute("pragma data_version").fetchone()[0]
        return version


def _packed(entries: Sequence[Entry]) -> str:
    return json.dumps(entries)


def _unpacked(text: str) -> list[Entry]:
    return list(map(tuple, json.loads(text)))
