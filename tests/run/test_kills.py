"""Killed at any moment, a run leaves nothing behind that passes for up to date when it is not.

The moments are random; `SPRY_KILLS=200` tries more of them.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from pathlib import Path

KILLS = int(os.environ.get("SPRY_KILLS", "12"))
PATIENCE = 60.0
LONGEST = 0.7  # seconds after which a run is killed, if it has not ended
SPRY = (sys.executable, "-m", "spry_jupyter")
# Each task first writes something wrong, and what is right a moment later.
BOOK = """
```bash first --input in.txt --output first.txt
echo wrong > first.txt; sleep 0.02; cat in.txt > first.txt
```
```bash second --dep first --output second.txt
echo wrong > second.txt; sleep 0.02; { cat first.txt; echo 2; } > second.txt
```
```bash folder --dep first --input other.txt --output made
rm -rf made; mkdir made; cp in.txt made/one; sleep 0.02; cp other.txt made/two
```
```bash told --dep second --output told.txt -C told
sleep 0.01; cat second.txt | tee told.txt
```
```bash last --dep told,folder --env told --output last.txt
echo wrong > last.txt; sleep 0.01; { echo "$told"; cat made/*; } > last.txt
```
"""


def victims(front: subprocess.Popen[bytes], rng: random.Random) -> list[psutil.Process]:
    """Some of the processes of a run: its front, its runner, its guardian, a task, or all."""
    try:
        below = psutil.Process(front.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    every = [*below, psutil.Process(front.pid)]
    return every if rng.random() < 0.4 else [rng.choice(every)]


def kill(folder: Path, rng: random.Random) -> None:
    """Begin a run, and kill it at a random moment."""
    front = subprocess.Popen(
        [*SPRY, "runbook"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(rng.uniform(0.0, LONGEST))
    for process in victims(front, rng):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    front.wait(PATIENCE)


def right(folder: Path) -> dict[str, str]:
    """What the files have to be."""
    text, other = (folder / "in.txt").read_text(), (folder / "other.txt").read_text()
    return {
        "first.txt": text,
        "second.txt": f"{text}2\n",
        "made/one": text,
        "made/two": other,
        "told.txt": f"{text}2\n",
        "last.txt": f"{text}2\n{text}{other}",
    }


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_no_moment_of_a_kill_makes_what_is_stale_look_up_to_date(tmp_path: Path) -> None:
    seed = random.randrange(10**9)
    rng = random.Random(seed)
    (tmp_path / "Spryfile.md").write_text(BOOK, encoding="utf-8")
    for number in range(KILLS):
        for name in ("in.txt", "other.txt"):
            if number == 0 or rng.random() < 0.7:
                (tmp_path / name).write_text(f"{name} {rng.randrange(3)}\n", encoding="utf-8")
        kill(tmp_path, rng)
        done = subprocess.run(
            [*SPRY, "runbook"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        where = f"kill {number} of seed {seed}: {done.stdout}{done.stderr}"
        assert done.returncode == 0, where
        assert "record" not in done.stderr, where
        found = {name: (tmp_path / name).read_text() for name in right(tmp_path)}
        assert found == right(tmp_path), where
    again = subprocess.run(
        [*SPRY, "runbook"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert again.stdout.count("up to date") == 5
    assert not list(tmp_path.glob(".spry/*damaged*"))
