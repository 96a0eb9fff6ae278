"""What is known of a task is its own: not another file's, and not of another time."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from command_line import Desk

TEST = "bash test --input src\n[ ! -e broken ]"
DEPLOY = "bash deploy --dep test\n[ -e go ]"


@pytest.fixture
def stuck(desk: Desk) -> Desk:
    """A desk at which the tests have passed, and what comes behind them has failed."""
    desk.write("src/a.c", "int a;\n")
    desk.tasks(TEST, DEPLOY)
    assert desk.spry("task", "deploy").status == 1
    return desk


def test_resume_tests_again_what_has_been_edited_since_the_tests_passed(stuck: Desk) -> None:
    assert stuck.spry("task", "deploy", "--resume").lines[0] == "● test up to date"
    stuck.write("src/a.c", "int b;\n")
    why = stuck.spry("task", "deploy", "--resume", "--why")
    assert "because what it reads is not what it was when it last succeeded" in why.out
    assert stuck.spry("task", "deploy", "--resume").lines[0] == "✓ test completed"
    assert stuck.spry("task", "deploy", "--resume").lines[0] == "● test up to date"
    assert "● test up to date" in stuck.spry("task", "deploy", "--resume", "--why").out


def test_resume_takes_a_file_that_was_only_touched_for_what_it_was(stuck: Desk) -> None:
    os.utime(stuck.folder / "src/a.c")
    assert stuck.spry("task", "deploy", "--resume").lines[0] == "● test up to date"


def test_resume_knows_much_that_is_read_by_how_it_looks(stuck: Desk) -> None:
    with (stuck.folder / "src/large").open("wb") as file:
        file.truncate(3_000_000)
    os.utime(stuck.folder / "src/large", (1, 1))
    said = [stuck.spry("task", "deploy", "--resume").lines[0] for _ in range(20)]
    assert said[0] == "✓ test completed"
    assert said[-1] == "● test up to date"
    with (stuck.folder / "src/large").open("r+b") as file:
        file.write(b"x")
    os.utime(stuck.folder / "src/large", (1, 1))
    assert stuck.spry("task", "deploy", "--resume").lines[0] == "✓ test completed"


def test_an_edit_between_a_failure_and_a_success_makes_the_failure_no_flake(stuck: Desk) -> None:
    stuck.write("broken", "")
    stuck.spry("task", "test")
    stuck.write("src/a.c", "int mended;\n")
    (stuck.folder / "broken").unlink()
    stuck.spry("task", "test")
    assert "flaky" not in stuck.spry("history", "test").out


def test_resume_asks_only_what_a_task_itself_is_given(desk: Desk) -> None:
    desk.tasks("bash a\n:", "bash b --env MODE\n[ $MODE = 2 ]")
    assert desk.spry("task", "a").status == 0
    said = [sorted(desk.spry("runbook", "--resume", env={"MODE": mode}).lines) for mode in "122"]
    assert said[0] == ["● a up to date", "✗ b failed with exit code 1"]
    assert said[1] == ["● a up to date", "✓ b completed"]
    assert said[2] == ["● a up to date", "● b up to date"]


def test_resume_sees_what_a_file_of_variables_says_now(desk: Desk) -> None:
    desk.write(".env", "A=1\n")
    desk.tasks("bash a --dotenv .env\necho $A", "bash b --dep a\nfalse")
    desk.spry("runbook")
    assert desk.spry("runbook", "--resume").lines[0] == "● a up to date"
    desk.write(".env", "A=2\n")
    assert desk.spry("runbook", "--resume").lines[0] == "✓ a completed"


def test_the_last_run_is_the_last_also_after_the_clock_was_set_back(desk: Desk) -> None:
    desk.tasks("bash a\ncat said; [ ! -e broken ]")
    desk.write("said", "first\n")
    desk.spry("task", "a")
    (run,) = (desk.folder / ".spry/runs").iterdir()
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    ahead = run.with_name(f"{later:%Y%m%d-%H%M%S}-999999-abcdef")
    run.rename(ahead)  # as it had been called, had the clock been ahead
    with closing(sqlite3.connect(desk.folder / ".spry/record.db")) as database:
        log = str(ahead / "a.log")
        database.execute("update task set run = ?, log = ?", (ahead.name, log))
        database.execute("update run set id = ?", (ahead.name,))
        database.execute(
            "update latest set (run, started, succeeded) = (?1, ?1, ?1)", (ahead.name,)
        )
        database.commit()
    desk.write("said", "second\n")
    desk.write("broken", "")
    assert desk.spry("task", "a").status == 1
    assert desk.spry("log", "a").out == "second\n"
    assert "✗ failed" in desk.spry("history", "a").lines[1]
    assert desk.spry("task", "a", "--resume").status == 1


@pytest.fixture
def two(desk: Desk) -> Desk:
    """Two files in one folder, with tasks of one name."""
    desk.tasks("bash a\necho one", file="one.md")
    desk.tasks("bash a\necho two; false", file="two.md")
    for file in ("one.md", "two.md"):
        desk.spry("task", "a", "-f", file)
    return desk


@pytest.mark.parametrize(("file", "said"), [("one.md", "one\n"), ("two.md", "two\n")])
def test_a_log_is_that_of_the_task_of_the_file_that_is_named(
    two: Desk, file: str, said: str
) -> None:
    assert two.spry("log", "a", "-f", file).out == said
    assert two.spry("log", "a", "--run", "1", "-f", file).out == said
    assert two.spry("log", "a", "--run", "2", "-f", file).status == 2


def test_the_history_of_a_file_is_that_of_its_tasks(two: Desk) -> None:
    one, other = (two.spry("history", "-f", file).out for file in ("one.md", "two.md"))
    assert "failed" not in one
    assert "succeeded" not in other
    assert two.spry("history", "-f", "one.md", "-f", "two.md").status == 2  # one name, two tasks


def test_resume_takes_up_the_last_run_of_the_file_that_is_named(two: Desk) -> None:
    assert two.spry("task", "a", "--resume", "-f", "one.md").lines == ["● a up to date"]


def test_runs_of_several_files_are_found_by_each_of_them(desk: Desk) -> None:
    desk.tasks("bash far\necho far", file="sub/far.md")
    desk.tasks("bash near --dep far\n:", file="near.md")
    files = ("-f", "near.md", "-f", "sub/far.md")
    assert desk.spry("task", "near", *files).status == 0
    assert desk.spry("log", "far", *files).out == "far\n"
    assert "1 succeeded" not in desk.spry("history", *files).lines[1]
    assert desk.spry("task", "far", "--resume", *files).lines == ["● far up to date"]


def test_resume_believes_nothing_of_a_run_that_was_killed(desk: Desk) -> None:
    """A task that it was working on had succeeded in the run before."""
    began = desk.fifo("began")
    body = "echo x >> ran; [ ! -e slow ] || { echo > began; sleep NAP; }"
    desk.tasks(f"bash a\n{body}", "bash b --dep a\n[ -e go ]")
    assert desk.spry("task", "b").lines[0] == "✓ a completed"
    desk.write("slow", "")
    desk.write("go", "")
    front = desk.start("task", "b")
    desk.hear(began)
    whole = psutil.Process(front.pid)
    for process in [*whole.children(recursive=True), whole]:
        process.kill()  # what is left of its tasks, the next start ends
    (desk.folder / "slow").unlink()
    assert desk.spry("task", "b", "--resume", "-n").lines[0].startswith("Would run 2 tasks")
    assert desk.spry("task", "b", "--resume").lines == ["✓ a completed", "✓ b completed"]


def test_a_dep_that_ran_by_itself_makes_what_names_no_inputs_run_when_resumed(desk: Desk) -> None:
    desk.write("src", "1")
    desk.tasks(
        "bash load\ncat src > db",
        "bash all --dep load",
        "bash report --dep all --output out\ncat db > out",
    )
    desk.spry("task", "report")
    desk.write("src", "2")
    desk.spry("task", "load")
    why = desk.spry("task", "report", "--resume", "--why").out
    assert "because load ran, and it names no inputs" in why
    assert desk.spry("task", "report", "--resume").lines[-1] == "✓ report completed"
    assert (desk.folder / "out").read_text() == "2"
    assert desk.spry("task", "report", "--resume").lines[-1] == "● report up to date"


def test_a_dep_that_ran_by_itself_makes_its_dependents_run_when_resumed(desk: Desk) -> None:
    desk.tasks("bash load\n:", "bash all --dep load", "bash deploy --dep all\n:")
    desk.spry("task", "deploy")
    assert desk.spry("task", "deploy", "--resume").lines[-1] == "● deploy up to date"
    desk.spry("task", "load")
    rest = ["● load up to date", "✓ all completed", "✓ deploy completed"]
    assert "deploy  asked for" in desk.spry("task", "deploy", "--resume", "-n").out
    assert desk.spry("task", "deploy", "--resume").lines == rest
    assert desk.spry("task", "deploy", "--resume").lines[-1] == "● deploy up to date"
