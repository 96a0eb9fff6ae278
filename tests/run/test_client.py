"""The front's end of the runner."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

import psutil
import pytest

from spry_jupyter.run.client import Client, Inbox

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_said_to_a_runner_that_is_gone_reaches_nobody_else(tmp_path: Path) -> None:
    client = Client()
    client.close()
    files = [(tmp_path / str(i)).open("wb") for i in range(40)]
    client.cancel("r1")
    for file in files:
        file.close()
    assert [path.name for path in tmp_path.iterdir() if path.stat().st_size] == []


def test_a_batch_arrives_where_who_waited_has_closed_its_loop() -> None:
    def closed() -> None:
        raise RuntimeError("Event loop is closed")

    inbox = Inbox()
    with inbox.waking(closed):
        inbox.put([])
    assert inbox.get_nowait() == []


def test_all_who_wait_for_a_runner_are_greeted() -> None:
    client = Client()
    client._greeted = False  # as where it is not this machine that runs tasks
    threads = [threading.Thread(target=client.greet, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    client._greeting.put("")
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    client.close()


def test_who_is_interrupted_while_the_runner_ends_leaves_no_dead_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(_pid: int, _options: int) -> NoReturn:
        monkeypatch.undo()
        raise KeyboardInterrupt

    client = Client()
    monkeypatch.setattr(os, "waitpid", interrupted)
    with pytest.raises(KeyboardInterrupt):
        client.close()
    client._reading.join(20)
    assert not psutil.pid_exists(client.pid)


UNSTARTABLE = """
import os, sys
from spry_jupyter.run.boot import Boot
sys.executable = "/nowhere/python"
before = os.listdir("/proc/self/fd")
try:
    Boot()
except FileNotFoundError:
    print(os.listdir("/proc/self/fd") == before)
"""


def test_a_runner_that_cannot_be_started_leaves_nothing_open() -> None:
    # In a process of its own: here other tests' threads may be closing theirs.
    argv = [sys.executable, "-c", UNSTARTABLE]
    assert subprocess.run(argv, capture_output=True, text=True, check=False).stdout == "True\n"
