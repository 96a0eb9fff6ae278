"""The front's end of the runner."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from spry_jupyter.run.boot import Boot
from spry_jupyter.run.client import Client, Inbox


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


def test_a_runner_that_cannot_be_started_leaves_nothing_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = set(Path("/proc/self/fd").iterdir())
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with pytest.raises(FileNotFoundError):
        Boot()
    assert set(Path("/proc/self/fd").iterdir()) <= before
