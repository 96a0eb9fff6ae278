"""The record of a run where people read it: in JupyterLab, reopened without trust, exported."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import nbformat
import pytest
from lab_notebook import open_notebook

from spry_jupyter import Runbook

if TYPE_CHECKING:
    from pathlib import Path

    from chromium import PageWatch
    from conftest import OpenInLab
    from lab_notebook import LabNotebook
    from lab_server import LabServer
    from playwright.sync_api import Locator, Page

ATTACK = "<img src=x onerror=alert(1)>"
CELLS = (
    "%load_ext spry_jupyter",
    f"%%spry_task fetch --descr '{ATTACK}'\nprintf '\\r10%%\\r100%%\\n'; sleep 0.3",
    f"%%spry_task test --dep fetch\nprintf '\\033[31mFAILED\\033[0m %s\\n' '{ATTACK}'; exit 2",
    "%%spry_task deploy --dep test\necho never",
    f"%%spry_task absent --cwd 'no{ATTACK}'\necho never",
    f"%%spry_task '{ATTACK}'\ntrue",
    "try:\n    %spry_runbook\nexcept Exception as error:\n    run = error.run",
    "run",
)
REFUSED, RUN, SHOWN = 5, 6, 7


@pytest.fixture
def shown(open_in_lab: OpenInLab) -> LabNotebook:
    """A notebook whose last two cells show a run that failed."""
    notebook = open_in_lab(*CELLS)
    notebook.page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    for cell in range(len(CELLS)):
        notebook.run(cell)
    notebook.save()
    return notebook


def check_record(place: Locator, *, pictures: int = 2) -> None:
    """See that a record is all there, and that what was meant as markup is text."""
    record = place.locator(".spry-record")
    record.locator("img").first.wait_for()
    assert (
        record.locator("img").evaluate_all(
            "all => Promise.all(all.map(img => img.decode().then(() => img.naturalWidth > 100)))"
        )
        == [True] * pictures
    )
    text = record.inner_text()
    for said in ("Run failed", "failed with exit code 2", "skipped (dependency failed)"):
        assert said in text
    assert text.count(ATTACK) >= 3
    assert record.locator("details").count() == 2
    assert record.locator("details[open] pre").inner_text() == f"FAILED {ATTACK}"
    assert record.locator("details:not([open]) pre").text_content() == "100%"
    assert record.locator("script, svg, iframe, [onerror], img[src='x']").count() == 0


def without_trust(notebook: LabNotebook) -> Path:
    """Save the notebook as somebody else would have sent it: nobody here has signed it."""
    book = nbformat.read(notebook.path, as_version=4)
    book.cells.append(nbformat.v4.new_markdown_cell("changed by somebody"))
    path = notebook.path.with_name("sent.ipynb")
    nbformat.write(book, path)
    return path


def test_a_record_is_shown_by_a_run_and_when_the_notebook_is_opened_without_trust(
    shown: LabNotebook, lab: LabServer, page: Page
) -> None:
    for cell in (RUN, SHOWN):
        check_record(shown.outputs(cell))
        (output,) = nbformat.read(shown.path, as_version=4).cells[cell].outputs
        assert set(output.data) == {"text/plain", "text/html"}  # and no widget, which nobody has
    assert ATTACK in shown.text(REFUSED)
    shown.cell(SHOWN).scroll_into_view_if_needed()
    shown.screenshot("live")
    row = shown.outputs(SHOWN).locator("tr.spry-failed").first
    assert row.get_attribute("data-task") == "test"
    sent = open_notebook(page, lab, without_trust(shown), shots=shown.shots)
    for cell in (RUN, SHOWN):
        check_record(sent.outputs(cell))
        assert sent.outputs(cell).locator("[data-task]").count() == 0  # so it was not trusted
    sent.cell(SHOWN).scroll_into_view_if_needed()
    sent.screenshot("without-trust")


def test_a_record_is_in_exported_html_without_a_network(
    shown: LabNotebook, page: Page, page_watch: PageWatch
) -> None:
    command = (sys.executable, "-m", "nbconvert", "--to", "html", str(shown.path))
    subprocess.run(command, check=True, capture_output=True)
    own = shown.path.with_suffix(".html").as_uri()
    page.goto(own)
    for cell in (RUN, SHOWN):
        check_record(page.locator(".jp-Cell").nth(cell))
    page.locator(".jp-Cell").nth(SHOWN).scroll_into_view_if_needed()
    shown.screenshot("exported")
    # What nbconvert's own template asks for, whatever the notebook holds.
    asked = {urlsplit(url).hostname for url in page_watch.foreign if url != own}
    assert asked <= {"cdnjs.cloudflare.com"}
    page_watch.foreign.clear()
    page_watch.errors.clear()


def test_a_page_needs_nothing_but_itself_and_runs_nothing(
    page: Page, page_watch: PageWatch, tmp_path: Path
) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    fences = (
        f"```bash fetch --descr '{ATTACK}'\nprintf '\\r10%%\\r100%%\\n'\n```",
        f"```bash test --dep fetch\necho 'FAILED {ATTACK}'; exit 2\n```",
        "```bash deploy --dep test\necho never\n```",
        f"```bash absent --cwd 'no{ATTACK}'\necho never\n```",
    )
    (tmp_path / "Spryfile.md").write_text("\n\n".join(fences), encoding="utf-8")
    book = Runbook.load(tmp_path / "Spryfile.md")
    assert not book.run(check=False, report=tmp_path / "run.html").ok
    own = (tmp_path / "run.html").as_uri()
    page.goto(own)
    check_record(page.locator("body"))
    page_watch.foreign.remove(own)
