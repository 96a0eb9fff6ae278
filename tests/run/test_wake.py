"""What wakes the loop when a child ends."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Bench

PROGRAM = """
import os, select, signal, sys
sys.platform = {platform!r}
from spry_jupyter.run.wake import Wake
wake = Wake()
for _ in range(3):
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", ""], os.environ)
    assert select.select([wake.ends], [], [], 30)[0]
    wake.clear(wake.ends)
    assert os.waitpid(pid, 0) == (pid, 0)
    assert not select.select([wake.ends], [], [], 0)[0]
signal.signal(signal.SIGTERM, lambda *_: None)
os.kill(os.getpid(), signal.SIGTERM)
assert select.select([wake.signals], [], [], 30)[0]
print(wake.ends == wake.signals)
"""


@pytest.mark.parametrize("platform", [sys.platform, "elsewhere"])
def test_it_tells_each_end_of_a_child_once_and_signals(platform: str) -> None:
    program = PROGRAM.format(platform=platform)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{platform != 'linux'}\n"


def test_a_task_has_no_signal_blocked(bench: Bench) -> None:
    run = bench.book(bench.task("a", "grep SigBlk /proc/self/status")).run()
    assert run["a"].output.split() == ["SigBlk:", "0" * 16]
