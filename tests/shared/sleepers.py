"""Processes that a test can tell as its own, whatever else they have left behind."""

from __future__ import annotations

import itertools
import os

import psutil

_numbers = itertools.count(1)


def own_nap() -> str:
    """Return a number of seconds that no other process of this machine sleeps."""
    return f"{3000 + os.getpid() % 1000}.{next(_numbers):04d}"


def sleepers(nap: str) -> list[psutil.Process]:
    """Return the living processes that sleep this number of seconds."""
    found = []
    for process in psutil.process_iter():
        try:
            if nap in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found
