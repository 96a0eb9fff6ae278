"""What is known of earlier runs, whatever happens while it is written."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import psutil
import pytest
from command_line import until
from namespaces import MOUNTS, needs_mounts
from records import spoil
from sleepers import until_dead

from spry_jupyter.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench import Bench
    from command_line import Desk

WRITER = """
import sys
from spry_jupyter.model import Outcome, RunStarted, TaskEnded
from spry_jupyter.record.store import Store
store, name = Store(sys.argv[1]), sys.argv[2]
store.note(name, [RunStarted(at=0.0, run=name, tasks=(), folder="/")], lambda _: (b"", ""))
for i in range(int(sys.argv[3])):
    end = TaskEnded(at=0.0, name=f"t{i}", outcome=Outcome.SUCCEEDED, attempts=1)
    store.note(name, [end], lambda _: (b"", ""))
    print(i, flush=True)
"""


def writer(store: Path, name: str, count: int) -> subprocess.Popen[str]:
    """Start a program that commits one task after the other, and says each when that is done."""
    words = [sys.executable, "-c", WRITER, str(store), name, str(count)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def kept(store: Path, name: str) -> int:
    """Return how many tasks of a run the store holds; it has to be sound."""
    database = sqlite3.connect(store)
    try:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
        (count,) = database.execute("select count(*) from task where run = ?", (name,)).fetchone()
        return int(count)
    finally:
        database.close()


def test_case_89_what_was_acknowledged_outlives_a_kill_at_any_moment(tmp_path: Path) -> None:
    store = tmp_path / "record.db"
    chance = random.Random(89)
    for round_ in range(15):
        process = writer(store, f"run{round_}", 1_000_000)
        assert process.stdout is not None
        before = chance.randrange(1, 60)
        for _ in range(before):
            process.stdout.readline()
        process.kill()
        said = before + len(process.stdout.read().split())
        process.communicate()
        assert kept(store, f"run{round_}") >= said


def test_case_90_91_after_a_kill_the_finished_is_done_and_the_unfinished_runs_again(
    desk: Desk,
) -> None:
    ready = desk.fifo("ready")
    desk.tasks(
        "bash whole --output whole.txt\necho x >> ran_whole; echo whole > whole.txt",
        "bash part --output part.txt --dep whole\n"
        "echo x >> ran_part; echo half > part.txt; [ -e go_on ] || { echo > ready; sleep NAP; }",
    )
    process = desk.start("task", "part", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    desk.hear(ready)
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    until_dead(family)
    desk.write("go_on", "")
    assert desk.spry("task", "part").lines == ["● whole up to date", "✓ part completed"]
    assert (desk.folder / "ran_whole").read_text() == "x\n"
    assert (desk.folder / "ran_part").read_text() == "x\nx\n"


def test_case_92_two_that_commit_at_once_lose_nothing(tmp_path: Path) -> None:
    store = tmp_path / "record.db"
    processes = [writer(store, name, 500) for name in ("one", "two")]
    for process in processes:
        assert len(process.communicate()[0].split()) == 500
        assert process.returncode == 0
    assert (kept(store, "one"), kept(store, "two")) == (500, 500)


SPOILT: dict[str, Callable[[Desk], object]] = {
    "no database": lambda desk: desk.write(".spry/record.db", "no database" * 1000),
    "cut short": lambda desk: os.truncate(desk.folder / ".spry/record.db", 5000),
    "of a later version": lambda desk: spoil(desk.folder, "pragma user_version = 999"),
    "a folder": lambda desk: (
        (desk.folder / ".spry/record.db").unlink(),
        (desk.folder / ".spry/record.db").mkdir(),
    ),
}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT.keys())
def test_case_93_a_record_that_cannot_be_used_costs_a_warning_and_no_run(
    desk: Desk, spoilt: Callable[[Desk], object]
) -> None:
    desk.tasks("bash a --output out\necho x >> ran; touch out")
    assert desk.spry("task", "a").status == 0
    for name in ("record.db-wal", "record.db-shm"):
        (desk.folder / ".spry" / name).unlink(missing_ok=True)
    spoilt(desk)
    said = desk.spry("task", "a")
    assert (said.status, said.lines) == (0, ["✓ a completed"])
    assert (desk.folder / "ran").read_text() == "x\nx\n"
    (warning,) = said.err.splitlines()
    assert warning.startswith("Warning: ")
    assert "record.db" in warning


@pytest.mark.parametrize("how", ["no database", "cut short"])
def test_case_93_a_damaged_record_is_set_aside_and_the_next_one_holds_what_follows(
    desk: Desk, how: str
) -> None:
    desk.tasks("bash a --output out\ntouch out")
    desk.spry("task", "a")
    for name in ("record.db-wal", "record.db-shm"):
        (desk.folder / ".spry" / name).unlink(missing_ok=True)
    SPOILT[how](desk)
    damaged = (desk.folder / ".spry/record.db").read_bytes()
    warned = desk.spry("task", "a").err
    (aside,) = (desk.folder / ".spry").glob("record.db.damaged-*")
    assert aside.read_bytes() == damaged
    record = desk.folder / ".spry/record.db"
    kept = f"it is kept as {aside}, and a new record begins"
    assert warned == f"Warning: {record} is damaged: {kept}\n"
    again = desk.spry("task", "a")
    assert (again.lines, again.err) == (["● a up to date"], "")


def test_case_93_a_record_of_a_later_version_is_left_as_it_is(desk: Desk) -> None:
    desk.tasks("bash a\ntrue")
    desk.spry("task", "a")
    SPOILT["of a later version"](desk)
    assert "version 999" in desk.spry("task", "a").err
    with closing(sqlite3.connect(desk.folder / ".spry/record.db")) as record:
        assert record.execute("pragma user_version").fetchone() == (999,)
        assert record.execute("select count(*) from run").fetchone() == (1,)


@needs_mounts
def test_case_93_a_record_that_cannot_be_written_costs_a_warning_and_no_run(desk: Desk) -> None:
    desk.tasks("bash a\necho out")
    assert desk.spry("task", "a").status == 0
    script = (
        "cd .spry; mount --bind record.db record.db; mount -o remount,ro,bind record.db; cd ..;"
        ' exec "$@"'
    )
    said = desk.spry(program=(*MOUNTS, script, "sh", *desk.module, "task", "a"))
    assert (said.status, said.lines) == (0, ["✓ a completed"])
    assert said.err.startswith("Warning: ")
    assert len(said.err.splitlines()) == 1


@needs_mounts
def test_case_94_a_disk_that_is_full_at_the_commit_costs_a_warning_and_no_run(desk: Desk) -> None:
    desk.tasks(
        "bash fill\ncat /dev/zero > .spry/filling 2>/dev/null || true",
        "bash a --dep fill\necho a > done",
    )
    script = 'mkdir -p .spry; mount -t tmpfs -o size=300k none .spry; exec "$@"'
    said = desk.spry(program=(*MOUNTS, script, "sh", *desk.module, "task", "a"))
    assert (said.status, said.lines) == (0, ["✓ fill completed", "✓ a completed"])
    assert (desk.folder / "done").exists()
    assert "not recorded" in said.err
    assert "Traceback" not in said.err


RUN, SKIP = Outcome.SUCCEEDED, Outcome.UP_TO_DATE


def keep_time(path: Path) -> None:
    """Change a file, but neither its size nor its time."""
    before = path.stat()
    path.write_text("owt\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def at(year: int) -> Callable[[Path], None]:
    """Change a file, and say that it was in some year."""

    def change(path: Path) -> None:
        path.write_text(f"{year}\n")
        os.utime(path, ((year - 1970) * 31_556_952,) * 2)

    return change


MATRIX: dict[str, tuple[Callable[[Path], object], Outcome]] = {
    "none": (lambda _: None, SKIP),
    "touch, same content": (lambda path: path.touch(), SKIP),
    "content, same size, mtime restored": (keep_time, RUN),
    "content, mtime 2001": (at(2001), RUN),
    "content, mtime 2040": (at(2040), RUN),
    "again, no change": (lambda _: None, SKIP),
    "output tampered": (lambda path: path.with_name("out").write_text("x"), RUN),
    "output deleted": (lambda path: path.with_name("out").unlink(), RUN),
    "command text": (lambda path: path.with_name("more").touch(), RUN),
    "environment variable": (lambda path: path.with_name("variable").touch(), RUN),
}


def test_case_95_what_changed_decides_and_nothing_else_does(bench: Bench) -> None:
    source = bench.folder / "source"
    source.write_text("one\n")

    def run() -> Outcome | None:
        more = "; true" if (bench.folder / "more").exists() else ""
        value = "2" if (bench.folder / "variable").exists() else "1"
        fields = {"inputs": ("source",), "outputs": ("out",), "env": (("V", value),)}
        fields["folder"] = str(bench.folder)  # type: ignore[assignment]
        return bench.book(bench.task("a", f"cat source > out{more}", **fields)).run()["a"].outcome

    assert run() is RUN
    found = {}
    for name, (change, _) in MATRIX.items():
        change(source)
        found[name] = run()
    assert found == {name: expected for name, (_, expected) in MATRIX.items()}


def test_case_95_a_task_that_was_killed_half_way_is_not_up_to_date(bench: Bench) -> None:
    ready = bench.fifo("ready")
    fields = {"outputs": ("out",), "folder": str(bench.folder)}
    body = "echo half > out; [ -e go_on ] || { echo > ready; sleep NAP; }"
    run = bench.book(bench.task("a", body, **fields)).run(background=True, check=False)
    bench.hear(ready)
    until(bench.naps)
    for sleeper in bench.naps():
        sleeper.kill()
    run.wait(check=False)
    assert run["a"].outcome is Outcome.FAILED
    (bench.folder / "go_on").touch()
    assert bench.book(bench.task("a", body, **fields)).run()["a"].outcome is RUN
