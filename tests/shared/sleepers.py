"""Processes that a test can tell as its own, whatever else they have left behind."""

from __future__ import annotations

import itertools
import os
import time
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable

_PATIENCE = 20.0  # seconds
_numbers = itertools.count(1)


def own_nap() -> str:
    """Return a number of seconds that no other process of this machine sleeps."""
    return f"{3000 + os.getpid()}.{next(_numbers):04d}"


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


def until_dead(processes: Iterable[psutil.Process]) -> None:
    """Wait until these have ended; who waits for them, init perhaps, may take its time."""
    deadline = time.monotonic() + _PATIENCE
    while any(not _is_dead(process) for process in processes):
        assert time.monotonic() < deadline
        time.sleep(0.002)


def _is_dead(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True
