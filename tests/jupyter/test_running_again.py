"""What failed runs again by a click at its record, and what succeeded does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from live_view import live_view
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import OpenInLab
    from lab_notebook import App


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_click_at_what_failed_adds_a_cell_that_goes_on_from_there(
    open_in_lab: OpenInLab, app: App
) -> None:
    notebook = open_in_lab(
        "%load_ext spry_jupyter",
        "%%spry_task first\necho once >> ran",
        "%%spry_task second --dep first\n[ -e mended ] && echo well",
        "%spry_run second -j 2",
        app=app,
    )
    for cell in range(4):
        notebook.run(cell)
    button = notebook.outputs(3).get_by_role("button", name="Run again from here")
    expect(button).to_have_count(1)
    notebook.screenshot(f"failed-{app}")
    notebook.path.with_name("mended").touch()
    count = len(notebook)
    button.click()
    expect(notebook.cell(4).locator(".cm-content")).to_have_text("%spry_run second -j 2 --resume")
    notebook.wait(4)
    assert len(notebook) == count + 1
    expect(notebook.outputs(4)).to_contain_text("up to date")
    notebook.screenshot(f"again-{app}")
    assert notebook.path.with_name("ran").read_text() == "once\n"


BROKEN = (
    "%load_ext spry_jupyter",
    "%%spry_task bad\n[ -e mended ] && echo well",
    "%%spry_task after --dep bad\necho at-last",
    "%%spry_task slow\necho once >> ran; until [ -e go ]; do sleep 0.05; done",
    "%spry_runbook",
)


@pytest.mark.parametrize("reloaded", [False, True])
def test_a_click_in_the_live_view_runs_again_what_failed_when_the_rest_has_ended(
    open_in_lab: OpenInLab, *, reloaded: bool
) -> None:
    notebook = open_in_lab(*BROKEN)
    for cell in range(4):
        notebook.run(cell)
    notebook.start(4)
    view = live_view(notebook, 4)
    view.expect_count("failed", 1)
    if reloaded:
        notebook.save()
        notebook.page.reload()
        view = live_view(notebook, 4)
    view.node("bad").click()
    view.button("Run again from here").click()
    expect(view.button("Runs again when the rest has ended")).to_be_disabled()
    notebook.path.with_name("mended").touch()
    notebook.path.with_name("go").touch()
    said = ("2 completed", "1 up to date") if not reloaded else ("✓ Succeeded", "3 of 3")
    for words in said:
        expect(notebook.outputs(4)).to_contain_text(words, timeout=30_000)
    notebook.screenshot("again")
    assert notebook.path.with_name("ran").read_text() == "once\n"
