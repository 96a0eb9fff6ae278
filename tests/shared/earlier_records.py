"""Records as earlier versions made them."""

from __future__ import annotations

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
