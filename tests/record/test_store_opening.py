"""A new record that several runs open at the same moment."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Each round makes a new record with as many processes as there are writers, all at one moment.
RACE = """
import os, sys, time
from spry_jupyter.record.store import Store
ROUNDS, WRITERS = 40, 4
def write(path):
    store = Store(path)
    store.note("run", [], lambda name: b"")
    store.close()
for number in range(ROUNDS):
    start = time.monotonic() + 0.005
    writers = []
    for _ in range(WRITERS):
        pid = os.fork()
        if pid == 0:
            while time.monotonic() < start:
                pass
            write(f"{sys.argv[1]}/record{number}.db")
            os._exit(0)
        writers.append(pid)
    for pid in writers:
        assert os.waitpid(pid, 0)[1] == 0
"""


def test_runs_that_open_a_new_record_at_once_all_can_write_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RACE, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
