"""The record of a run as an output of a cell, and `--report` in a notebook."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from headless import execute
from lab_notebook import notebook_of

if TYPE_CHECKING:
    from pathlib import Path

    from kernel_desk import Desk

LINES = "✗ a failed with exit code 1\n⊘ b skipped (dependency failed)"


def test_a_run_displays_its_record_and_its_lines_as_text(desk: Desk) -> None:
    desk.task("a", "exit 1")
    desk.task("b --dep a")
    desk.cell("from spry_jupyter import Runbook\n%spry_save Spryfile.md")
    (shown,) = desk.cell("Runbook.load().run('b', check=False)").outputs
    assert shown.data["text/plain"] == LINES
    record = shown.data["text/html"]
    assert record.startswith('<div class="spry-record" data-targets="b">')
    assert 'class="spry-failed" data-task="a"' in record
    assert record.count("data:image/svg+xml;base64,") == 2


def test_a_notebook_that_ran_headless_keeps_the_record_of_a_run_that_failed(
    tmp_path: Path,
) -> None:
    book = notebook_of(
        ["%load_ext spry_jupyter", "%%spry_task a\nexit 1", "%spry_task b --dep a", "%spry_run b"]
    )
    execute(book, tmp_path, allow_errors=True)
    shown, error = book.cells[3].outputs
    assert shown.data["text/plain"].splitlines()[:2] == LINES.splitlines()
    assert 'class="spry-record"' in shown.data["text/html"]
    assert error.ename == "RunFailed"


def test_a_magic_writes_reports_also_of_a_run_in_the_background(desk: Desk) -> None:
    desk.task("a")
    desk.cell("%spry_run a --report run.json --report out/run.html")
    assert json.loads((desk.folder / "run.json").read_text())["ok"]
    assert (desk.folder / "out/run.html").exists()
    desk.cell("run = %spry_run a --background --report later.xml\nrun.wait()")
    assert (desk.folder / "later.xml").exists()


def test_a_report_of_an_unknown_kind_is_one_line_of_error(desk: Desk) -> None:
    desk.task("a", "touch ran")
    said = desk.cell("%spry_run a --report run.txt")
    assert said.error == "RequestError"
    assert 'Unknown kind of report "run.txt"' in said.text
    assert not (desk.folder / "ran").exists()
