"""What counts as left in the background when a run ends."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import psutil

from spry_jupyter.model import Duration, Limits
from spry_jupyter.run import boot, client, trees

if TYPE_CHECKING:
    import pytest
    from conftest import Bench


def test_what_a_timeout_has_ended_does_not_count_as_left(bench: Bench) -> None:
    """A process on its way out has lost its environment, and with it what says whose it is."""
    limits = Limits(timeout=Duration(0.05, "50ms"))
    book = bench.book(*[bench.task(f"t{i}", "sleep NAP; true", limits=limits) for i in range(6)])
    for _ in range(20):
        assert not book.run(check=False).view.warnings


def test_what_the_guardian_had_no_time_to_end_the_front_does(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = "from spry_jupyter.run import trees; trees._KILL_SECONDS = -1.0; main("
    monkeypatch.setattr(boot, "_CODE", boot._CODE.replace("main(", late))
    monkeypatch.setattr(client, "_clients", {})
    ready = bench.fifo("ready")
    run = bench.book(bench.task("a", "echo > ready; sleep NAP")).run(background=True)
    bench.hear(ready)
    for process in psutil.Process(client.client().pid).children():
        process.kill()
    run.wait(check=False)
    assert bench.naps() == []


def test_a_process_is_ending_from_its_last_breath_on() -> None:
    living = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    assert not trees.is_ending(living.pid)
    assert not trees.is_ending(os.getpid())
    assert living.stdin is not None
    living.stdin.close()
    os.waitid(os.P_PID, living.pid, os.WEXITED | os.WNOWAIT)
    assert trees.is_ending(living.pid)  # nobody has asked how it ended
    living.wait()
    assert trees.is_ending(living.pid)
