"""Earlier runs, from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Desk

FLAKY = "bash flaky\ntest -e ran || { touch ran; echo first; exit 3; }\necho second"


@pytest.fixture
def past(desk: Desk) -> Desk:
    """Two runs of a task that fails the first time."""
    desk.tasks(FLAKY, "bash after --dep flaky\n:")
    assert desk.spry("task", "after").status == 1
    assert desk.spry("task", "after").status == 0
    return desk


def test_the_newest_run_comes_first_with_the_outcomes_of_its_tasks(past: Desk) -> None:
    head, *runs = past.spry("history").out.partition("\n\n")[0].splitlines()
    assert head.split() == ["when", "result", "took", "tasks"]
    assert [line.split()[2] for line in runs] == ["succeeded", "failed"]
    assert runs[0].endswith("2 succeeded")
    assert runs[1].endswith("1 failed, 1 skipped")


def test_a_task_that_failed_and_then_succeeded_unchanged_is_called_flaky(past: Desk) -> None:
    rows = past.spry("history").out.partition("\n\n")[2].splitlines()[1:]
    after, flaky = (row.split() for row in rows)
    assert (after[:4], after[-1][-1]) == (["after", "⊘✓", "2", "100%"], "s")
    assert (flaky[:4], flaky[-1]) == (["flaky", "✗✓", "2", "50%"], "50%")


def test_one_tasks_runs_are_numbered_and_the_numbers_open_their_logs(past: Desk) -> None:
    lines = past.spry("history", "flaky").lines
    assert lines[1].split()[0] == "1"
    assert "✓ succeeded" in lines[1]
    assert "✗ failed with exit code 3" in lines[2]
    assert lines[-1].startswith("1 of 2 runs succeeded; usually in ")
    assert past.spry("log", "flaky", "--run", "1").out == "second\n"
    assert past.spry("log", "flaky", "--run", "2").out == "first\n"


def test_a_number_that_is_none_of_a_run_is_refused(past: Desk) -> None:
    said = past.spry("log", "flaky", "--run", "3")
    assert (said.status, said.err) == (
        2,
        'Error: There are 2 runs of "flaky"\n  number 1 is the newest\n',
    )
    assert past.spry("log", "flaky", "--run", "0").status == 2


def test_history_as_json_holds_all_of_it(past: Desk) -> None:
    told = json.loads(past.spry("history", "--json").out)
    assert [run["ok"] for run in told["runs"]] == [True, False]
    assert [task["name"] for task in told["tasks"]] == ["after", "flaky"]
    assert told["tasks"][1]["runs"][1]["reason"] == "failed with exit code 3"


def test_a_task_that_never_ran_has_no_history(desk: Desk) -> None:
    desk.tasks("bash build\n:")
    assert desk.spry("history").out == "no runs yet\n"
    assert desk.spry("history", "build").err == 'Error: Task "build" has not run yet\n'
    assert "did you mean" in desk.spry("history", "biuld").err
    assert not (desk.folder / ".spry").exists()


@pytest.mark.parametrize("command", ["history", "history build", "log build", "log build --run 1"])
def test_a_record_that_is_damaged_within_is_an_error_in_one_sentence(
    past: Desk, command: str
) -> None:
    record = past.folder / ".spry" / "record.db"
    with record.open("r+b") as file:  # all but the first page, which opening it reads
        file.seek(4096)
        file.write(b"\xff" * (record.stat().st_size - 4096))
    said = past.spry(*command.split())
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(f"Error: {record} cannot be read: ")
    assert len(said.err.splitlines()) == 1
