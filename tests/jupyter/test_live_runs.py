"""A run in JupyterLab while it lasts: seen, cancelled, found again by another page, and kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import OpenInLab
    from lab_notebook import LabNotebook

LOAD = "%load_ext spry_jupyter"
GATED = "until [ -e go ]; do sleep 0.05; done; echo done"
TASKS = (LOAD, f"%%spry_task a\n{GATED}", "%%spry_task b --dep a\necho b")
GO = "open('go', 'w').close()"


def prepared(notebook: LabNotebook, count: int = 3) -> LabNotebook:
    """Run the cells that define tasks."""
    for cell in range(count):
        notebook.run(cell)
    return notebook


def let_go(notebook: LabNotebook) -> None:
    """Let the task that waits go on."""
    notebook.path.with_name("go").touch()


def test_a_run_is_shown_while_its_cell_runs_and_becomes_a_record(open_in_lab: OpenInLab) -> None:
    notebook = prepared(open_in_lab(*TASKS, "%spry_run b"))
    notebook.start(3)
    view = notebook.outputs(3).locator(".spry-run")
    expect(view).to_be_visible()
    expect(view.locator(".spry-status")).to_contain_text("Running")
    notebook.screenshot("running")
    let_go(notebook)
    notebook.wait(3)
    expect(view).to_have_count(0)
    notebook.screenshot("record")
    notebook.save()
    (output,) = json.loads(notebook.path.read_text(encoding="utf-8"))["cells"][3]["outputs"]
    assert set(output["data"]) == {"text/plain", "text/html"}
    assert "".join(output["data"]["text/plain"]) == "✓ a completed\n✓ b completed"


@pytest.mark.parametrize("line", ["%spry_run b", "run = %spry_run b --background"])
def test_case_31_the_cancel_button_answers_while_the_run_goes_on(
    open_in_lab: OpenInLab, line: str
) -> None:
    notebook = prepared(open_in_lab(*TASKS, line))
    notebook.start(3)
    button = notebook.outputs(3).get_by_role("button", name="Cancel all")
    button.click()
    notebook.screenshot("asked")
    expect(notebook.outputs(3)).to_contain_text("cancelled")
    notebook.wait(3)


def test_a_page_that_is_loaded_anew_finds_a_background_run_again(open_in_lab: OpenInLab) -> None:
    notebook = prepared(open_in_lab(*TASKS, "run = %spry_run b --background"))
    notebook.start(3)
    view = notebook.outputs(3).locator(".spry-run")
    expect(view.locator(".spry-status")).to_contain_text("Running")
    notebook.save()
    notebook.page.reload()
    expect(view.locator(".spry-status")).to_contain_text("Running", timeout=30_000)
    expect(view.locator(".spry-clock")).to_contain_text("0 of 2")
    let_go(notebook)
    expect(view.locator(".spry-status")).to_contain_text("Succeeded")
    expect(view.locator(".spry-clock")).to_contain_text("2 of 2")


def test_a_run_goes_on_without_a_browser_and_is_there_when_one_comes_back(
    open_in_lab: OpenInLab,
) -> None:
    notebook = prepared(open_in_lab(*TASKS, "%spry_run b", "print(_.ok)"))
    notebook.start(3)
    expect(notebook.outputs(3).locator(".spry-status")).to_contain_text("Running")
    notebook.save()
    notebook.page.goto("about:blank")
    let_go(notebook)
    notebook.page.go_back()
    notebook.await_ready()
    view = notebook.outputs(3).locator(".spry-run")
    expect(view.locator(".spry-status")).to_contain_text("Succeeded")
    assert notebook.run(4) == "True"
