"""Many tasks that are killed at once."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 60
# An executor takes its process's children for its own, so it gets a process.
ALONE = """
import sys
from spry_jupyter.run import trees
from spry_jupyter.run.executor import Attempt, Ended
from spry_jupyter.run.local import LocalExecutor

walks = 0
owners = trees.owners

def counted(*args):
    global walks
    walks += 1
    return owners(*args)

trees.owners = counted
trees.become_subreaper()
executor = LocalExecutor(b"many-")
folder, count = sys.argv[1], int(sys.argv[2])
for i in range(count):
    env = {b"SPRY_ATTEMPT": b"many-%d" % i}
    executor.start(Attempt(id=i, argv=(b"/bin/sleep", b"600"), env=env, cwd=folder, script="", body=b"", log=f"{folder}/{i}.log"))
for i in range(count):
    executor.stop(i, 0.0)
ends = []
while len(ends) < count:
    ends += [report for report in executor.poll(0.1) if isinstance(report, Ended)]
print(walks, {str(end.reason) for end in ends}, {end.survivors for end in ends})
"""


def test_they_are_looked_for_together(tmp_path: Path) -> None:
    words = [sys.executable, "-c", ALONE, str(tmp_path), str(COUNT)]
    said = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout
    walks, _, ends = said.strip().partition(" ")
    assert ends == "{'Signalled(signal=9)'} {0}"
    assert int(walks) < COUNT
