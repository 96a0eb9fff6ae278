"""The picture of a graph as somebody at JupyterLab meets it, in a light and a dark room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
import pytest
from headless import execute
from lab_notebook import notebook_of, open_notebook
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import OpenInLab
    from lab_notebook import LabNotebook
    from lab_server import LabServer
    from playwright.sync_api import Page

HOSTILE = "<img src=x onerror=alert(1)>"
CELLS = (
    "%load_ext spry_jupyter",
    f'%%spry_task fetch --descr "{HOSTILE}" --retry 3\ntrue',
    "%%spry_task total --dep fetch,gone -l python --timeout 30s --tag sums\npass",
    "%spry_task all --dep total",
    "%spry_dag",
)
WRONG = (f'%%spry_task "{HOSTILE}"\ntrue', f"%spry_dag '{HOSTILE}'")
# The colours that a reader sees: of the page, and of each node's box and name.
COLOURS = """() => {
    const seen = (part, name) => getComputedStyle(part)[name];
    const nodes = [...document.querySelectorAll(".spry-live .spry-node")];
    return [
        seen(document.querySelector(".jp-Notebook"), "backgroundColor"),
        ...nodes.map((node) => seen(node.querySelector(".spry-box"), "fill")),
        ...nodes.map((node) => seen(node.querySelector(".spry-name"), "fill")),
    ];
}"""


@pytest.fixture
def alerts(page: Page) -> list[str]:
    """What the page said in dialogs of the browser's own."""
    heard: list[str] = []

    def hear(dialog: object) -> None:
        heard.append(str(dialog))
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", hear)
    return heard


@pytest.fixture
def drawn(open_in_lab: OpenInLab) -> Iterator[LabNotebook]:
    """A notebook whose last cell but two shows a picture."""
    notebook = open_in_lab(*CELLS, *WRONG)
    for cell in range(len(CELLS)):
        notebook.run(cell)
    yield notebook
    notebook.command("apputils:change-theme", theme="JupyterLab Light")


def test_a_picture_can_be_read_by_mouse_keyboard_and_screen_reader_in_light_and_dark(
    drawn: LabNotebook,
) -> None:
    picture = drawn.outputs(4).get_by_label("Graph of 3 tasks", exact=True)
    expect(picture).to_be_visible()
    assert picture.locator(".spry-name").all_text_contents() == ["fetch", "total", "all", "gone?"]
    nodes = picture.locator(".spry-node")
    assert nodes.nth(1).locator("title").text_content() == (
        "total\npython · ≤ 30s · @sums\nneeds fetch, gone"
    )
    nodes.first.focus()
    drawn.page.keyboard.press("Tab")
    expect(nodes.nth(1)).to_be_focused()
    label = nodes.nth(1).get_attribute("aria-label")
    assert label == "total, python, ≤ 30s, @sums, needs fetch, gone"
    boxes_and_names_are_seen_in_both_themes(drawn)


def boxes_and_names_are_seen_in_both_themes(drawn: LabNotebook) -> None:
    seen = {}
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        drawn.command("apputils:change-theme", theme=theme)
        drawn.page.wait_for_function(
            "(name) => document.body.dataset.jpThemeName === name", arg=theme
        )
        drawn.page.locator("#jupyterlab-splash").wait_for(state="detached")
        page, *parts = drawn.page.evaluate(COLOURS)
        seen[page] = parts
        drawn.screenshot(theme.rpartition(" ")[2])
    light, dark = seen.values()  # two pages, so there were two colours of the page
    assert light == dark
    boxes, names = light[:4], light[4:]
    assert all(sum(map(int, box[4:-1].split(", "))) > 600 for box in boxes)
    assert all(sum(map(int, name[4:-1].split(", "))) < 200 for name in names)


def test_what_users_write_is_only_text_in_a_picture_and_in_its_errors(
    drawn: LabNotebook, alerts: list[str]
) -> None:
    for cell in (5, 6):
        assert HOSTILE in drawn.run(cell)
    live = drawn.page.locator(".spry-live")
    assert (live.locator("title").first.text_content() or "").startswith(HOSTILE)
    live.locator(".spry-node").first.hover()
    for cell in (4, 5, 6):
        assert drawn.outputs(cell).locator("img:not(.spry-still), script").count() == 0
    assert alerts == []


def test_in_a_notebook_that_is_not_trusted_a_picture_is_an_image(
    lab: LabServer, page: Page, tmp_path: Path, alerts: list[str]
) -> None:
    path = lab.root / tmp_path.name / "stranger.ipynb"
    path.parent.mkdir()
    nbformat.write(execute(notebook_of(CELLS), path.parent), path)
    notebook = open_notebook(page, lab, path, shots=tmp_path)
    still = notebook.outputs(4).get_by_role("img")
    expect(still).to_be_visible()
    assert (still.get_attribute("alt") or "").startswith("Graph of 3 tasks. ")
    assert still.evaluate("image => image.complete && image.naturalWidth > 200")
    assert notebook.text(4) == ""
    assert notebook.outputs(4).locator("svg.spry-graph").count() == 0
    assert alerts == []
    notebook.screenshot("stranger")
