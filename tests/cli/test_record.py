"""What is kept of earlier runs, and a record that is in no state to be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from records import spoil

if TYPE_CHECKING:
    from conftest import Desk


def test_the_log_is_that_of_the_last_run_in_which_the_task_ran(desk: Desk) -> None:
    desk.tasks("bash a\n[ ! -e stop ]", "bash b --dep a\necho once")
    assert desk.spry("task", "b").status == 0
    desk.write("stop", "")
    assert desk.spry("task", "b").lines[-1] == "⊘ b skipped (dependency failed)"
    assert desk.spry("log", "b") == (0, "once\n", "")


def test_a_task_that_was_only_ever_skipped_has_not_run(desk: Desk) -> None:
    desk.tasks("bash a\nfalse", "bash b --dep a\necho never")
    desk.spry("task", "b")
    assert desk.spry("log", "b") == (2, "", 'Error: Task "b" has not run yet\n')


def test_a_group_that_has_run_said_nothing(desk: Desk) -> None:
    desk.tasks("bash a\ntrue", "bash g --dep a")
    assert desk.spry("log", "g") == (2, "", 'Error: Task "g" has not run yet\n')
    desk.spry("task", "g")
    assert desk.spry("log", "g") == (0, "", "")


def test_runs_are_kept_beside_the_file_again_once_they_can_be(desk: Desk) -> None:
    desk.tasks("bash a\necho said")
    (desk.folder / "tmp").mkdir()
    there = {"TMPDIR": str(desk.folder / "tmp")}
    in_the_way = desk.write(".spry", "")
    assert "logs go to" in desk.spry("task", "a", env=there).err
    in_the_way.unlink()
    assert desk.spry("log", "a", env=there) == (0, "said\n", "")
    assert desk.spry("task", "a", env=there).err == ""
    assert (desk.folder / ".spry" / "record.db").exists()
    assert desk.spry("log", "a", env=there) == (0, "said\n", "")


def test_a_task_that_deletes_its_log_fails_no_other_way(desk: Desk) -> None:
    desk.tasks("bash a\necho lost; sync; rm -rf .spry; exit 3")
    said = desk.spry("runbook")
    assert (said.status, said.lines) == (1, ["✗ a failed with exit code 3"])
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "statement",
    [
        "drop table task",
        "drop table run",
        "drop table latest",
        "update task set outcome = 'strange'",
    ],
)
@pytest.mark.parametrize("option", ["--resume", "--yes"])
def test_a_run_does_without_a_record_that_cannot_be_used(
    desk: Desk, statement: str, option: str
) -> None:
    desk.tasks("bash a\necho x >> ran; echo said")
    desk.spry("task", "a")
    spoil(desk.folder, statement)
    said = desk.spry("task", "a", option)
    assert said.status == 0
    assert "Traceback" not in said.err
    assert (desk.folder / "ran").read_text().count("x") == 2


def test_what_cannot_be_kept_beside_another_file_is_said_each_time(desk: Desk) -> None:
    desk.tasks("bash far --output far\ntouch far", file="sub/far.md")
    desk.tasks("bash near --dep far --output near\ntouch near", file="near.md")
    desk.write("sub/.spry", "in the way")
    for said in ("✓", "●", "●"):
        done = desk.spry("task", "near", "-f", "near.md", "-f", "sub/far.md")
        assert [line[0] for line in done.lines] == [said] * 2
        assert done.err.startswith(
            f"Warning: {desk.folder}/sub/.spry cannot be written (File exists): "
            "what is known of its tasks goes to "
        )
