"""What failed runs again by a click at its record, and what succeeded does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
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
