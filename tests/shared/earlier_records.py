"""Records as earlier versions made them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FIRST = """
create table run (
    id text primary key, started real not null, ended real, ok integer, stopped integer
) without rowid;
create table task (
    name text not null, run text not null, outcome text not null, reason text, duration real,
    attempts integer, log text, size integer, captured text, digest blob,
    primary key (name, run)
) without rowid;
create table pace (name text primary key, seconds real not null) without rowid;
"""
"""What made the tables of the first version."""


def first_version(path: Path) -> None:
    """Make a record as the first version did, with a run in it."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("pragma journal_mode=wal")
        database.executescript(FIRST)
        database.execute("insert into run values ('r1', 1.0, 2.0, 1, 0)")
        database.execute(
            "insert into task values ('a', 'r1', 'succeeded', null, 1.0, 1, '/log', 3, '', x'00')"
        )
        database.execute("pragma user_version=1")
        database.commit()
