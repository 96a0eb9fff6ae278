"""Script files: where they lie, and that none is left."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from command_line import until

from spry_jupyter.run import forsaken
from spry_jupyter.run.client import client
from spry_jupyter.run.scripts import Scripts

if TYPE_CHECKING:
    from conftest import Bench

MEMORY = Path(forsaken.home())
pytestmark = pytest.mark.skipif(not MEMORY.parent.is_dir(), reason="no memory to keep files in")


def left() -> list[Path]:
    folder = MEMORY / client()._prefix.rstrip(".")
    return [path for path in folder.iterdir() if path.is_dir()]


def test_a_script_is_its_owners_alone_and_gone_when_the_run_is(bench: Bench) -> None:
    run = bench.book(bench.task("a", 'stat -c %a "$0" "$(dirname "$0")"')).run()
    assert run["a"].output == "600\n700\n"
    until(lambda: not left())


def test_a_runner_that_is_killed_leaves_no_script(bench: Bench) -> None:
    ready = bench.fifo("ready")
    run = bench.book(bench.task("a", "echo > ready; sleep NAP")).run(background=True)
    bench.hear(ready)
    folder = MEMORY / client()._prefix.rstrip(".")
    assert list(folder.rglob("a.sh"))
    for process in psutil.Process(client().pid).children():
        process.kill()
    run.wait(check=False)
    assert not folder.exists()


def test_what_a_guardian_that_is_stopped_does_not_take_away_the_loop_does() -> None:
    scripts = Scripts(f"{os.getpid()}-test.")
    taken, remover = os.pipe()
    try:
        os.set_blocking(remover, False)
        with suppress(BlockingIOError):  # until it is full
            while True:
                os.write(remover, bytes(1 << 12))
        os.set_blocking(remover, True)
        scripts.leave_to(remover)
        folder = Path(scripts.folder("run", 0, ""))
        loop = threading.Thread(target=scripts.drop, args=("run",), daemon=True)
        loop.start()
        loop.join(20)
        assert not folder.exists()
    finally:
        os.close(taken)
        os.close(remover)
        scripts.close()


def test_scripts_of_a_front_that_is_no_more_are_cleared_up() -> None:
    gone = next(pid for pid in range(400_000, 500_000) if not psutil.pid_exists(pid))
    forsaken = MEMORY / f"{gone}-x" / "run"
    forsaken.mkdir(parents=True)
    (forsaken / "a.sh").write_text("true\n")
    Scripts(f"{os.getpid()}-test.").close()
    assert not forsaken.parent.exists()


def test_scripts_that_memory_has_no_room_for_lie_beside_the_logs() -> None:
    scripts = Scripts(f"{os.getpid()}-test.")
    try:
        assert scripts.folder("run", 1 << 60, "elsewhere") == "elsewhere"
    finally:
        scripts.close()
