"""`--report FILE`: what is left when a run is over, however it ended."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from conftest import Desk

KINDS = ("run.json", "run.xml", "run.trace.json", "run.html")
FAILING = ("bash a\necho said", "bash b --dep a\necho why; exit 3", "bash c --dep b\ntrue")


def words_for(*files: str) -> list[str]:
    return [word for file in files for word in ("--report", file)]


def test_each_kind_of_report_is_written_beside_the_lines(desk: Desk) -> None:
    desk.tasks(*FAILING)
    said = desk.spry("task", "c", *words_for(*KINDS))
    assert said.status == 1
    assert said.lines == [
        "✓ a completed",
        "✗ b failed with exit code 3",
        "why",
        "⊘ c skipped (dependency failed)",
    ]
    tasks = {task["name"]: task for task in json.loads(text(desk, "run.json"))["tasks"]}
    assert [tasks[name]["outcome"] for name in "abc"] == ["succeeded", "failed", "skipped"]
    assert tasks["b"]["output"] == "why\n"
    (suite,) = ET.fromstring(text(desk, "run.xml"))
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    slices = [e for e in json.loads(text(desk, "run.trace.json"))["traceEvents"] if e["ph"] == "X"]
    assert [each["name"] for each in slices] == ["a", "b"]
    assert "failed with exit code 3" in text(desk, "run.html")


def text(desk: Desk, name: str) -> str:
    return (desk.folder / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("file", ["run.txt", "run", "Spryfile.md/run.json"])
def test_a_report_that_cannot_be_is_an_error_before_anything_runs(desk: Desk, file: str) -> None:
    desk.tasks("bash a\ntouch ran")
    said = desk.spry("task", "a", "--report", file)
    assert (said.status, said.out) == (2, "")
    assert file in said.err
    assert not (desk.folder / "ran").exists()
    assert not (desk.folder / ".spry").exists()


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_run_that_is_stopped_is_reported(desk: Desk, number: int, status: int) -> None:
    go = desk.fifo("go")
    desk.tasks("bash a\necho > go\nsleep NAP", "bash b --dep a\ntrue")
    started = desk.start("task", "b", *words_for(*KINDS))
    desk.hear(go)
    os.kill(started.pid, number)
    assert desk.end(started).status == status
    values = json.loads(text(desk, "run.json"))
    assert (values["ok"], values["stopped"]) == (False, True)
    assert [task["outcome"] for task in values["tasks"]] == ["cancelled", "cancelled"]
    assert all((desk.folder / kind).stat().st_size for kind in KINDS)


def test_a_report_that_cannot_be_written_in_the_end_is_said_and_changes_no_status(
    desk: Desk,
) -> None:
    desk.tasks("bash a\nmkdir -p run.json/in-the-way")
    said = desk.spry("task", "a", "--report", "run.json", "--report", "run.xml")
    assert (said.status, said.out) == (0, "✓ a completed\n")
    assert "Warning: The report" in said.err
    assert "run.json cannot be written" in said.err
    assert ET.fromstring(text(desk, "run.xml")).tag == "testsuites"


def test_a_secret_is_in_no_report(desk: Desk) -> None:
    desk.tasks("bash a --secret TOKEN\necho $TOKEN; exit 1", "bash b --descr TOKEN\ntrue")
    desk.spry("runbook", *words_for(*KINDS), env={"TOKEN": "hunter2-hunter2"})
    for kind in KINDS:
        assert "hunter2" not in text(desk, kind)
    assert "***" in text(desk, "run.json")


def test_a_dry_run_writes_no_report(desk: Desk) -> None:
    desk.tasks("bash a\ntrue")
    assert desk.spry("task", "a", "--dry-run", "--report", "run.json").status == 0
    assert not (desk.folder / "run.json").exists()


def test_the_one_try_of_a_task_lasts_as_long_as_the_task_does(desk: Desk) -> None:
    desk.tasks("bash a --if true\nsleep 0.05", "bash b\ntrue")
    assert desk.spry("runbook", "--report", "r.json").status == 0
    tasks = json.loads((desk.folder / "r.json").read_text())["tasks"]
    for task in tasks:
        [only] = task["tries"]
        assert only["end"] - only["start"] == pytest.approx(task["duration"], abs=1e-9)
