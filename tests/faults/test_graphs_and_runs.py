"""Graphs that cannot be run, runs that fail in part, and runs beside each other."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from command_line import until

if TYPE_CHECKING:
    from command_line import Desk
    from kernel_desk import Desk as KernelDesk


def test_case_73_faults_of_a_graph_are_told_with_their_path(desk: Desk) -> None:
    desk.tasks(
        "bash a --dep b\ntrue",
        "bash b --dep c\ntrue",
        "bash c --dep a\ntrue",
        "bash self --dep self\ntrue",
        "bash lost --dep nowhere\ntrue",
    )
    said = desk.spry("runbook")
    assert (said.status, said.out) == (2, "")
    assert {
        "Error: Circular dependency detected: a → b → c → a",
        "Error: Circular dependency detected: self → self",
        'Error: Task "nowhere" referenced by "lost" does not exist',
    } <= set(said.err.splitlines())


def test_case_73_a_name_that_is_taken_is_told_with_both_places(desk: Desk) -> None:
    desk.tasks("bash a\ntrue", "bash a\ntrue")
    said = desk.spry("task", "a")
    assert said.status == 2
    assert 'Error: Task "a" is defined twice' in said.err


@pytest.mark.parametrize("closed", [False, True], ids=["chain", "cycle"])
def test_case_73_a_chain_of_ten_thousand_is_no_matter_of_recursion(
    desk: Desk, closed: bool
) -> None:
    count = 10_000
    lines = [f"```bash t{i} --dep t{i + 1}\n```\n" for i in range(count - 1)]
    lines.append(f"```bash t{count - 1}{' --dep t0' if closed else ''}\n```\n")
    desk.write("Spryfile.md", "".join(lines))
    said = desk.spry("task", "t0")
    if closed:
        assert said.status == 2
        assert said.err.startswith("Error: Circular dependency detected: t0 → t1 → t2")
    else:
        assert said.status == 0
        assert said.lines[0] == f"✓ t{count - 1} completed"
        assert said.lines[-1] == "✓ t0 completed"
    assert "Recursion" not in said.err


def test_case_74_a_run_keeps_its_tasks_as_they_were(cells: KernelDesk) -> None:
    go = cells.fifo("go")
    cells.task("first", "read -r _ < go")
    cells.task("second --dep first", "echo old")
    cells.cell("run = %spry_run second --background")
    cells.task("second --dep first", "echo new")
    cells.cell("%spry_rm first")
    go.write_text("go\n")
    assert cells.says("run.wait(); print(run['second'].output)").splitlines()[-1] == "old"


def test_case_75_a_failure_skips_its_dependents_and_spares_the_rest(desk: Desk) -> None:
    desk.tasks(
        "bash fails\nexit 3",
        "bash needs --dep fails\ntrue",
        "bash needs_that --dep needs\ntrue",
        "bash other\ntrue",
        "bash needs_other --dep other\ntrue",
        "bash always --dep needs --always\ntrue",
    )
    said = desk.spry("runbook")
    assert said.status == 1
    assert sorted(said.lines) == [
        "⊘ needs skipped (dependency failed)",
        "⊘ needs_that skipped (dependency failed)",
        "✓ always completed",
        "✓ needs_other completed",
        "✓ other completed",
        "✗ fails failed with exit code 3",
    ]


@pytest.mark.parametrize(("jobs", "status"), [("0", 0), ("1", 0), ("1000000", 0), ("-1", 2)])
def test_case_76_any_sensible_number_of_jobs_is_taken(desk: Desk, jobs: str, status: int) -> None:
    desk.tasks("bash a\ntrue", "bash b\ntrue")
    said = desk.spry("runbook", f"--jobs={jobs}")
    assert said.status == status
    assert len(said.lines) == (2 if status == 0 else 0)
    assert "Traceback" not in said.err


def test_case_77_runs_of_one_folder_go_on_beside_each_other_and_are_all_recorded(
    desk: Desk,
) -> None:
    desk.tasks("bash a\ntouch $SPRY_RUN; until [ -e go ]; do sleep 0.02; done")
    processes = [desk.start("task", "a") for _ in range(4)]
    until(lambda: len([path for path in desk.folder.iterdir() if path.name.startswith("20")]) == 4)
    desk.write("go", "")
    assert [desk.end(process)[::2] for process in processes] == [(0, "")] * 4
    with closing(sqlite3.connect(desk.folder / ".spry" / "record.db")) as database:
        assert database.execute("select count(*) from task").fetchone() == (4,)


def test_case_77_a_task_with_outputs_that_another_run_works_on_is_waited_for(desk: Desk) -> None:
    ready, go = desk.fifo("ready"), desk.fifo("go")
    desk.tasks("bash a --output out\necho > ready; read -r _ < go; echo $SPRY_RUN > out")
    first = desk.start("task", "a")
    desk.hear(ready)
    second = desk.start("task", "a")
    assert second.stderr is not None
    line = second.stderr.readline()
    assert "a" in line
    assert second.poll() is None
    go.write_text("go\n")
    assert desk.end(first).lines == ["✓ a completed"]
    assert desk.end(second).lines == ["● a up to date"]
