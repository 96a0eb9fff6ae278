"""Every text of a run can be read on a light page and on a dark one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from legible import faint
from live_view import LOAD, live_view
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import OpenInLab
    from lab_notebook import LabNotebook
    from playwright.sync_api import Locator

COLOURS = (
    "for i in $(seq 30 37) $(seq 90 97); do printf '\\033[%smcolour %s\\033[0m\\n' $i $i; done"
)
DEEP = "for i in 17 18 52 226 231; do printf '\\033[38;5;%smof 256: %s\\033[0m\\n' $i $i; done"
TASKS = f"""
```bash say --descr "All colours"
{COLOURS}; {DEEP}
```
```bash bad --dep say
{COLOURS}; {DEEP}; exit 1
```
```bash after --dep bad
true
```
```bash again --retry 1 --retry-delay 10m
exit 1
```
```bash slow
sleep 600
```
```bash last --dep slow
true
```
"""


def faint_in(notebook: LabNotebook, root: Locator) -> list[str]:
    """Return what cannot be read well, in both themes."""
    found = []
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        notebook.command("apputils:change-theme", theme=theme)
        shown = "(name) => document.body.dataset.jpThemeName === name"
        notebook.page.wait_for_function(shown, arg=theme)
        notebook.page.locator("#jupyterlab-splash").wait_for(state="detached")
        found += [f"{theme}: {text}" for text in faint(root)]
    return found


def test_every_text_of_a_run_and_of_its_record_has_a_contrast_of_four_and_a_half(
    open_in_lab: OpenInLab,
) -> None:
    notebook = open_in_lab(f"{LOAD}\n%spry_load Spryfile.md", "%spry_runbook --show all")
    notebook.path.with_name("Spryfile.md").write_text(TASKS, encoding="utf-8")
    notebook.run(0)
    notebook.start(1)
    view = live_view(notebook, 1)
    view.expect_count("skipped", 1)
    view.expect_count("retrying", 1)
    view.node("slow").click()
    view.button("Cancel").click()
    view.expect_count("cancelled", 2)
    view.node("say").click()
    expect(view.log).to_contain_text("of 256: 231")
    notebook.page.mouse.move(0, 0)
    assert faint_in(notebook, view.root) == []
    view.show("Timeline")
    assert faint_in(notebook, view.root) == []
    view.button("Cancel all").click()
    notebook.wait(1)
    record = notebook.outputs(1).locator(".spry-record")
    record.locator("details:not([open]) summary").first.click()
    assert faint_in(notebook, record) == []
    notebook.screenshot("record")
