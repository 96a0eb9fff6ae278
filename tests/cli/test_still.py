"""The answer that is given without reading the tasks: only while nothing at all has moved."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_line import until

from spry_jupyter.run import still
from spry_jupyter.run.calm import keep

if TYPE_CHECKING:
    from collections.abc import Callable

    from command_line import Desk, Said

pytestmark = pytest.mark.skipif(
    not os.path.isdir("/dev/shm") or sys.platform != "linux",  # noqa: PTH112 - as it is looked for
    reason="it is kept in memory that only Linux has",
)

BOOK = (
    """bash list --input 'src/**/*.c' --input link --env MODE --output 'out/*.o'
    mkdir -p out; cat src/*.c > out/all.o; [ ! -e stop ]""",
    "bash use --dep list --input conf --output used\ncat out/*.o > used",
    "bash all --dep use",
)
ANSWER = "● list up to date\n● use up to date\n✓ all completed\n"


def run(desk: Desk, mode: str = "1", **env: str) -> tuple[Said, bool]:
    """Run everything; whether that left a trace, as it does unless the answer was there."""
    before = list((desk.folder / ".spry/runs").glob("*"))
    said = desk.spry("runbook", env={"MODE": mode, **env})
    return said, list((desk.folder / ".spry/runs").glob("*")) != before


@pytest.fixture
def resting(desk: Desk) -> Desk:
    """A desk at which nothing has moved for a while, so that the answer is at hand."""
    for name in ("src/a.c", "src/sub/b.c", "conf/one", "real", "other"):
        desk.write(name, f"{name}\n")
    (desk.folder / "link").symlink_to("real")
    desk.tasks(*BOOK)
    run(desk)
    until(lambda: not run(desk)[1])
    return desk


def test_the_answer_is_that_of_a_run_and_leaves_no_trace(resting: Desk) -> None:
    assert run(resting) == ((0, ANSWER, ""), False)
    said = resting.spry("runbook", "-v", env={"MODE": "1"})
    assert [line for line in said.lines if line[0] in "●✓"] == ANSWER.splitlines()


def retarget(desk: Desk) -> None:
    (desk.folder / "link").unlink()
    (desk.folder / "link").symlink_to("other")


def keep_times(desk: Desk) -> None:
    path = desk.folder / "src/a.c"
    before = path.stat()
    path.write_text("SRC/A.C\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: list[Callable[[Desk], object]] = [
    keep_times,
    retarget,
    lambda desk: desk.write("src/new.c", ""),
    lambda desk: desk.write("src/sub/new.c", ""),
    lambda desk: desk.write("src/fresh/new.c", ""),
    lambda desk: (desk.folder / "src/sub/b.c").unlink(),
    lambda desk: desk.write("conf/two", ""),
    lambda desk: (desk.folder / "conf/one").chmod(0o755),
    lambda desk: desk.write("real", "changed\n"),
    lambda desk: desk.write("used", "tampered\n"),
    lambda desk: (desk.folder / "used").unlink(),
    lambda desk: desk.write("out/more.o", ""),
    lambda desk: desk.tasks(*BOOK, "bash new\ntrue"),
    lambda desk: desk.tasks(BOOK[0] + "; :", *BOOK[1:]),
    lambda desk: desk.spry("clean"),
    lambda desk: shutil.rmtree(desk.folder / ".spry"),
    lambda desk: desk.spry("task", "use", "--force", env={"MODE": "2"}),
]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_moves_is_seen(resting: Desk, change: Callable[[Desk], object]) -> None:
    change(resting)
    said, traced = run(resting)
    assert traced
    assert said.status == 0
    assert said.out != ANSWER


def test_a_variable_that_a_task_declares_and_the_path_to_programs_count(resting: Desk) -> None:
    assert run(resting, mode="2")[0].lines[0] == "✓ list completed"
    until(lambda: not run(resting, mode="2")[1])
    assert run(resting, mode="2", OTHER="3") == ((0, ANSWER, ""), False)
    assert run(resting, mode="2", PATH=f"{resting.folder}:{os.environ['PATH']}")[1]


def test_a_program_that_comes_to_stand_nearer_on_the_path_counts(resting: Desk) -> None:
    (resting.folder / "bin").mkdir()
    path = f"{resting.folder}/bin:{os.environ['PATH']}"
    run(resting, PATH=path)
    until(lambda: not run(resting, PATH=path)[1])
    nearer = resting.folder / "bin/bash"
    nearer.write_text(f'#!/bin/sh\nexec {shutil.which("bash")} "$@"\n')
    nearer.chmod(0o755)
    said, traced = run(resting, PATH=path)
    assert traced
    assert said.lines[0] == "✓ list completed"


def test_a_failure_that_changed_no_file_is_not_forgotten(resting: Desk) -> None:
    resting.write("stop", "")
    assert resting.spry("task", "list", "--force", env={"MODE": "1"}).status == 1
    assert run(resting)[0].status == 1


def test_a_run_that_works_on_a_task_is_waited_for(resting: Desk) -> None:
    began, go = resting.fifo("began"), resting.fifo("go")
    resting.tasks(
        "bash a --env MODE --output o\n[ $MODE = 1 ] || echo > began; touch o", file="a.md"
    )
    words = ("task", "a", "-f", "a.md")
    runs = resting.folder / ".spry/runs"

    def quiet() -> bool:
        before = list(runs.glob("*"))
        resting.spry(*words, env={"MODE": "1"})
        return list(runs.glob("*")) == before

    until(quiet)
    resting.tasks(*BOOK, "bash b --output p\necho > began; read -r _ < go; touch p", file="b.md")
    working = resting.start("task", "b", "-f", "b.md", env={"MODE": "1"})
    resting.hear(began)
    assert not quiet()
    go.write_text("\n")
    assert resting.end(working).status == 0


def test_nobody_else_can_read_or_write_what_is_kept(resting: Desk) -> None:
    folder = Path(f"/dev/shm/spry-{os.getuid()}/still")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    assert len(list(folder.iterdir())) <= 16


def test_what_moved_since_the_answer_was_sought_is_not_relied_on(tmp_path: Path) -> None:
    path, store = tmp_path / "in", tmp_path / "record.db"
    path.touch()
    store.touch()
    answer = str(tmp_path / "still" / "answer")
    tmp_path.chmod(0o700)
    changed = path.stat().st_ctime_ns
    for later, kept in ((0, False), (10_000_000, False), (4_000_000_000, True)):
        keep(answer, b"told", [still.note(str(path))], [], since=changed + later, store=str(store))
        assert os.path.exists(answer) is kept  # noqa: PTH110 - as elsewhere
    assert still.answer(answer) == b"told"
    path.write_text("moved")
    assert still.answer(answer) is None


def test_another_version_of_the_program_takes_no_answer_of_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "still.py"
    program.write_text("")
    monkeypatch.setattr(still, "__file__", str(program))
    before = still.place(["task", "a"])
    assert still.place(["task", "a"]) == before
    written = program.stat().st_ctime_ns
    while program.stat().st_ctime_ns == written:  # within a tick of the clock it looks the same
        program.write_text("")
    assert still.place(["task", "a"]) != before


def test_what_leads_nowhere_may_become_a_folder(desk: Desk) -> None:
    desk.write("src/a/x.c", "")
    (desk.folder / "src/link").symlink_to("../later")
    desk.tasks("bash a --input 'src/*/x.c' --output o\necho src/*/x.c > o")
    run(desk)
    until(lambda: not run(desk)[1])
    desk.write("later/x.c", "")
    assert run(desk)[0].lines == ["✓ a completed"]


def test_a_hint_is_given_each_time(desk: Desk) -> None:
    desk.write("Spryfile.md", "# Nothing yet\n")
    said = [run(desk)[0] for _ in range(3)]
    assert said == [(0, "", "Hint: there is no task to run\n")] * 3


def test_a_folder_that_is_gone_is_said_to_be(desk: Desk) -> None:
    gone = desk.folder / "gone"
    gone.mkdir()
    program = ("sh", "-c", 'cd gone && rmdir ../gone && exec "$@"', "sh", *desk.module)
    said = desk.spry("task", "a", program=program)
    assert said.status == 2
    assert "Traceback" not in said.err
