"""What would run and why, and forgetting what is known."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from spry_jupyter.errors import RequestError
from spry_jupyter.record.clean import clean

if TYPE_CHECKING:
    from command_line import Desk


@pytest.fixture
def build(desk: Desk) -> Desk:
    """A desk whose tasks have all run."""
    desk.write("src/a.c", "int a;\n")
    desk.tasks(
        "bash gen --output gen.h\necho '#define G' > gen.h",
        "bash cc --dep gen --input 'src/*.c' --env MODE --output prog\ncat gen.h src/*.c > prog",
        "bash all --dep cc",
    )
    assert desk.spry("task", "all", env={"MODE": "1"}).status == 0
    return desk


def why(desk: Desk, *words: str, mode: str = "1") -> list[str]:
    """What is said of `cc`."""
    said = desk.spry("task", "cc", "--why", *words, env={"MODE": mode}).lines
    return [line.removeprefix("      because ") for line in said if "because" in line]


def test_a_dry_run_tells_what_is_up_to_date_from_what_would_run(build: Desk) -> None:
    build.write("src/a.c", "int b;\n")
    assert build.spry("task", "all", "-n", "-j1", env={"MODE": "1"}).lines == [
        "Would run 2 tasks, at most 1 at once:",
        "   1. cc   needed by all; its input src/a.c changed",
        "   2. all  asked for",
        "● gen up to date",
    ]


def test_a_dry_run_of_what_is_up_to_date_says_so_and_leaves_nothing_behind(build: Desk) -> None:
    before = sorted(path.name for path in (build.folder / ".spry/runs").iterdir())
    said = build.spry("task", "cc", "-n", env={"MODE": "1"})
    assert said.out == "Would run nothing:\n● gen up to date\n● cc up to date\n"
    assert sorted(path.name for path in (build.folder / ".spry/runs").iterdir()) == before


def test_a_dry_run_makes_no_record(desk: Desk) -> None:
    desk.tasks("bash a --output out\ntouch out")
    assert desk.spry("task", "a", "-n").lines[1:] == [
        "   1. a  asked for; there is no record of a success"
    ]
    assert not (desk.folder / ".spry").exists()


def test_all_that_differs_is_named(build: Desk) -> None:
    build.write("src/a.c", "int b;\n")
    build.write("src/b.c", "\n")
    build.write("prog", "mine\n")
    text = (build.folder / "Spryfile.md").read_text()
    build.write("Spryfile.md", text.replace("src/*.c > prog", "src/*.c | tee prog"))
    assert why(build, mode="2") == [
        "line 1 of its script changed: cat gen.h src/*.c | tee prog",
        "the variable MODE changed",
        "its input src/a.c changed",
        "its input src/b.c is new",
        "its output prog changed",
    ]


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("src/a.c", None, "its input src/*.c matches no file"),
        ("gen.h", "mine\n", "gen runs before it, and may write something new"),
        ("prog", None, "its output prog is missing"),
    ],
)
def test_a_file_that_is_gone_or_may_become_another_is_a_reason(
    build: Desk, file: str, text: str | None, reason: str
) -> None:
    (build.folder / file).unlink()
    if text is not None:
        build.write(file, text)
    assert reason in why(build)


def test_force_is_a_reason(build: Desk) -> None:
    assert "it is forced" in why(build, "--force")


def test_a_dry_run_knows_what_resume_would_leave_out(desk: Desk) -> None:
    desk.tasks("bash a\ntrue", "bash b --dep a\n[ -e go ]", "bash c --dep b\ntrue")
    desk.spry("runbook")
    said = desk.spry("runbook", "-n", "--resume")
    assert [line.split()[1] for line in said.lines[1:]] == ["b", "c", "a"]
    assert said.lines[-1] == "● a up to date"


def test_clean_forgets_runs_and_logs_and_deletes_no_output(build: Desk) -> None:
    said = build.spry("clean")
    assert (said.status, said.out) == (0, f"forgot 1 run in {build.folder / '.spry'}\n")
    assert (build.folder / "prog").exists()
    assert not any((build.folder / ".spry/runs").iterdir())
    assert build.spry("log", "cc").status == 2
    assert "there is no record of a success" in why(build)


def test_clean_has_nothing_to_say_where_nothing_is_kept(desk: Desk) -> None:
    desk.tasks("bash a\ntrue")
    assert desk.spry("clean") == (0, "", "")
    assert desk.spry("clean", "-f", "missing.md").status == 2


def test_clean_leaves_a_run_alone_that_goes_on(desk: Desk) -> None:
    began, go = desk.fifo("began"), desk.fifo("go")
    desk.tasks("bash a --output out\necho > began; read -r _ < go; echo said; touch out")
    running = desk.start("task", "a")
    desk.hear(began)
    assert desk.spry("clean").status == 0
    go.write_text("\n")
    assert desk.end(running) == (0, "✓ a completed\n", "")
    assert desk.spry("task", "a", "-n").lines[0].startswith("Would run 1 task")


def test_clean_says_that_a_record_is_being_written_rather_than_delete_it(
    build: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = build.folder / ".spry/record.db"
    monkeypatch.setattr("spry_jupyter.record.opening._BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(record, isolation_level=None)) as database:
        database.execute("begin immediate")
        with pytest.raises(RequestError, match="cannot be emptied: database is locked"):
            clean([build.folder])
    assert build.spry("task", "cc", env={"MODE": "1"}).lines[-1] == "● cc up to date"


def test_an_interpreter_that_gave_way_to_another_is_called_one(desk: Desk) -> None:
    desk.tasks("bash a --output out\ntouch out")
    desk.spry("task", "a")
    desk.write("bin/bash", '#!/bin/sh\nexec /bin/bash "$@"\n').chmod(0o755)
    path = f"{desk.folder}/bin:{os.environ['PATH']}"
    why = desk.spry("task", "a", "--why", env={"PATH": path}).out
    assert "because its interpreter bin/bash is new" in why
    assert "its input" not in why


def test_each_limit_is_named_by_its_flag_and_a_file_that_became_a_link_once(desk: Desk) -> None:
    line = "bash a --input in --timeout 9 {} --output out"
    desk.write("in", "")
    desk.tasks(line.format("") + "\ntouch out")
    desk.spry("task", "a")
    (desk.folder / "in").rename(desk.folder / "real")
    (desk.folder / "in").symlink_to("real")
    desk.tasks(line.format("--retry 2") + "\ntouch out")
    said = [text for text in desk.spry("task", "a", "--why").lines if "because" in text]
    assert said == ["      because --retry is new", "      because its input in changed"]


def test_what_cleans_up_after_what_is_up_to_date_would_not_run(desk: Desk) -> None:
    desk.tasks("bash a --output out --finally z\ntouch out", "bash z\ntrue")
    assert desk.spry("task", "a", "-n", "-j8").lines[0] == "Would run 2 tasks, at most 8 at once:"
    desk.spry("task", "a")
    rest = ["● a up to date", "⊘ z skipped (condition not met)"]
    assert desk.spry("task", "a", "-n").lines == ["Would run nothing:", *rest]
    assert desk.spry("task", "a").lines == rest
    assert desk.spry("task", "a", "z", "-n").lines[1] == "   1. z  cleans up after a"
