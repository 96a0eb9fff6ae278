"""How long logs are kept."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from typing import TYPE_CHECKING

from spry_jupyter.record import retention
from spry_jupyter.record.retention import forsaken, goes_on, hold, prune, release

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NOW = 1_800_000_000.0
DAY = 24 * 3600.0


def name(age: float) -> str:
    """The name of a run that began so many seconds ago."""
    return time.strftime("%Y%m%d-%H%M%S-000000-abcdef", time.gmtime(NOW - age))


def run(runs: Path, age: float, size: int | None = 0) -> str:
    """A run that is over; without a size its runner was killed."""
    folder = runs / name(age)
    folder.mkdir(parents=True)
    if size is not None:
        release(str(folder), -1, size)
    return folder.name


def left(runs: Path) -> list[str]:
    """What is there."""
    return [path.name for path in runs.iterdir()]


def test_the_newest_runs_are_kept_up_to_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST_RUNS", 3)
    names = [run(tmp_path, age) for age in range(5)]
    assert forsaken(str(tmp_path), NOW) == names[3:]


def test_what_is_older_than_the_age_goes_whatever_the_number(tmp_path: Path) -> None:
    run(tmp_path, 29 * DAY)
    old = [run(tmp_path, 31 * DAY), run(tmp_path, 90 * DAY)]
    assert forsaken(str(tmp_path), NOW) == old


def test_what_is_past_the_size_goes_and_the_newest_is_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST_BYTES", 100)
    run(tmp_path, 1, size=5000)
    run(tmp_path, 2, size=60)
    gone = [run(tmp_path, 3, size=60), run(tmp_path, 4, size=0)]
    assert forsaken(str(tmp_path), NOW) == gone


def test_the_size_of_a_run_whose_runner_was_killed_is_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST_BYTES", 100)
    run(tmp_path, 1)
    killed = run(tmp_path, 2, size=None)
    (tmp_path / killed / "a.log").write_bytes(b"x" * 101)
    assert forsaken(str(tmp_path), NOW) == [killed]


def test_what_is_no_runs_folder_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST_RUNS", 0)
    (tmp_path / "mine").mkdir()
    prune(str(tmp_path))
    assert left(tmp_path) == ["mine"]


def test_a_run_that_is_held_is_not_pruned_however_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST_RUNS", 0)
    held = run(tmp_path, 90 * DAY, size=None)
    run(tmp_path, 91 * DAY)
    fd = hold(str(tmp_path / held))
    assert goes_on(str(tmp_path / held))
    prune(str(tmp_path))
    assert left(tmp_path) == [held]
    release(str(tmp_path / held), fd, 0)
    prune(str(tmp_path))
    assert left(tmp_path) == []


def test_a_run_that_has_just_been_made_is_taken_to_go_on(tmp_path: Path) -> None:
    young = tmp_path / time.strftime("%Y%m%d-%H%M%S-000000-abcdef", time.gmtime())
    young.mkdir()
    assert goes_on(str(young))
    release(str(young), -1, 0)
    assert not goes_on(str(young))


def test_a_run_is_held_also_where_somebody_just_looks_whether_it_goes_on(tmp_path: Path) -> None:
    looking = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_EX)
    held: list[int] = []
    holder = threading.Thread(target=lambda: held.append(retention.hold(str(tmp_path))))
    holder.start()
    holder.join(0.1)
    os.close(looking)
    holder.join()
    assert held[0] >= 0
    os.close(held[0])
