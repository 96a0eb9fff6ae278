"""Cells in the colours of their languages, in JupyterLab and Notebook 7."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import OpenInLab
    from lab_notebook import App, LabNotebook
    from playwright.sync_api import Locator

LOOP = "for x in 1 2; do echo $x; done"
DEFINE = "def area(side):\n    return side"
COLOUR = "node => getComputedStyle(node).color"


def word(notebook: LabNotebook, cell: int, text: str) -> Locator:
    """The span of a word in a cell's code; there is none for a word without a colour of its own."""
    code = notebook.cell(cell).locator(".cm-line span")
    return code.filter(has_text=text).first


def has_colour_of(notebook: LabNotebook, cell: int, text: str, like: Locator) -> None:
    """Wait until a word has the colour of another."""
    wanted = like.evaluate(COLOUR)
    expect(word(notebook, cell, text)).to_have_css("color", wanted)


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_tasks_cell_has_the_colours_of_its_language(open_in_lab: OpenInLab, app: App) -> None:
    notebook = open_in_lab(
        DEFINE,
        f"%%spry_task build\n{LOOP}",
        f"%%bash\n{LOOP}",
        f"%%spry_task count --lang python\n{DEFINE}",
        "%%spry_task serve -l node\nconst port = 1;",
        f"%%spry_task x {{ lang: 'py' }}\n{DEFINE}",
        "%%spry_task prose --lang cat\nfor while def",
        app=app,
    )
    keyword = word(notebook, 0, "def")
    expect(keyword).to_be_visible()
    plain = notebook.cell(0).locator(".cm-content")
    assert keyword.evaluate(COLOUR) != plain.evaluate(COLOUR)
    for cell, text in ((1, "done"), (2, "done"), (3, "def"), (4, "const"), (5, "def")):
        has_colour_of(notebook, cell, text, keyword)
    notebook.screenshot(f"colours-{app}")
    expect(notebook.cell(6).locator(".cm-line span")).to_have_count(0)


def test_the_colours_change_with_the_first_line(open_in_lab: OpenInLab) -> None:
    notebook = open_in_lab(DEFINE, f"%%spry_task build\n{LOOP}\ndef")
    keyword = word(notebook, 0, "def")
    has_colour_of(notebook, 1, "done", keyword)
    expect(word(notebook, 1, "def")).to_have_count(0)
    line = notebook.cell(1).locator(".cm-line").first
    line.click()
    notebook.page.keyboard.press("End")
    notebook.page.keyboard.type(" --lang python")
    has_colour_of(notebook, 1, "def", keyword)
    expect(word(notebook, 1, "done")).to_have_count(0)
    for _ in " --lang python":
        notebook.page.keyboard.press("Backspace")
    has_colour_of(notebook, 1, "done", keyword)
