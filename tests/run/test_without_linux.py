"""Runs where the system has only what macOS has, too.

The runner is told that it is elsewhere, and what only Linux has is taken away from it. It may signal
the processes of its test alone: a mistake here would end every process of the user.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from spry_jupyter.errors import RunFailed
from spry_jupyter.model import Duration, Limits
from spry_jupyter.run import boot, client, trees

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Bench

ELSEWHERE = """
import os, select, sys
sys.platform = "darwin"
for module, name in (os, "pipe2"), (os, "splice"), (os, "pidfd_open"), (select, "epoll"):
    delattr(module, name)
send = os.kill
def kill(pid, number):
    try:
        variables = open(f"/proc/{pid}/environ", "rb").read()
    except OSError:
        variables = b""
    if not variables or b"SPRY_ELSEWHERE=1" in variables:  # one that ends has none any more
        send(pid, number)
    else:
        print(pid, number, file=open(os.environ["SPRY_STRANGERS"], "a"))
os.kill = kill
"""


@pytest.fixture
def strangers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Start a runner that is elsewhere; return the file with the signals it sent to strangers."""
    log = tmp_path / "strangers"
    monkeypatch.setenv("SPRY_ELSEWHERE", "1")
    monkeypatch.setenv("SPRY_STRANGERS", str(log))
    monkeypatch.setattr(boot, "_CODE", ELSEWHERE + boot._CODE)
    monkeypatch.setattr(client, "_clients", {})
    yield log
    client.client().close()


def test_tasks_run_there_and_say_what_they_say(bench: Bench, strangers: Path) -> None:
    loud = bench.task("loud", "echo out; echo err >&2; echo more")
    captured = bench.task("captured", "echo value; echo err >&2", capture="value")
    run = bench.book(loud, captured).run()
    assert run["loud"].output == "out\nerr\nmore\n"
    assert run.captured["value"] == "value"
    assert not strangers.exists()


def test_the_tree_of_a_task_is_ended_there(bench: Bench, strangers: Path) -> None:
    limits = Limits(timeout=Duration(0.2, "200ms"))
    task = bench.task("a", "sleep NAP & sleep NAP", limits=limits)
    with pytest.raises(RunFailed, match="timed out after 200ms"):
        bench.book(task).run("a")
    assert bench.naps() == []
    assert not strangers.exists()


def test_a_runner_that_ends_there_signals_no_stranger(bench: Bench, strangers: Path) -> None:
    run = bench.book(bench.task("a", "sleep NAP & true")).run("a")
    client.client().close()
    assert run.ok
    assert bench.naps() == []
    assert not strangers.exists()


def test_only_descendants_are_below_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "_LINUX", False)
    shell = subprocess.Popen(["sh", "-c", "read line; true"], stdin=subprocess.PIPE)
    try:
        assert shell.pid in trees.below(os.getpid())
        assert os.getpid() not in trees.below(shell.pid)
        assert all(row[0] == shell.pid for row in trees.below(shell.pid).values())
        assert 1 not in trees.below(os.getpid())
    finally:
        shell.kill()
        shell.communicate()
