"""The magics as somebody at JupyterLab meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
from command_line import until
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import OpenInLab

LOAD = "%load_ext spry_jupyter"


def test_a_cell_again_is_silent_and_another_cell_is_warned_of(open_in_lab: OpenInLab) -> None:
    notebook = open_in_lab(LOAD, "%%spry_task a\ntrue", "%%spry_task a\ntrue", "%spry_run a")
    notebook.run(0)
    assert notebook.run(1) == "registered a"
    assert notebook.run(1) == "registered a"
    warned = notebook.run(2)
    assert f'Warning: Task "a" replaces the one at In {notebook.prompt(1)[:-1]}' in warned
    notebook.run(3)
    assert notebook.said(3) == "✓ a completed"


def test_run_all_stops_at_the_failure_and_shows_its_lines(open_in_lab: OpenInLab) -> None:
    notebook = open_in_lab(
        LOAD,
        '%%spry_task step1\necho "Step 1 complete"',
        "%%spry_task step2 --dep step1\nexit 1",
        '%%spry_task step3 --dep step2\necho "Step 3 complete"',
        "%spry_run step3",
        "print('not reached')",
    )
    notebook.run_all()
    notebook.wait(4)
    assert notebook.said(4).splitlines() == [
        "✓ step1 completed",
        "✗ step2 failed with exit code 1",
        "⊘ step3 skipped (dependency failed)",
        'Error: Task "step2" failed with exit code 1',
    ]
    assert notebook.text(5) == ""
    notebook.screenshot("failure")


def test_tab_completes_tasks_and_flags(open_in_lab: OpenInLab) -> None:
    notebook = open_in_lab(
        LOAD, "%%spry_task build-app\ntrue", "%spry_run bui", "%%spry_task b --de"
    )
    notebook.run(0)
    notebook.run(1)
    for cell, offer, completed in (
        (2, "build-app", "%spry_run build-app"),
        (3, "--descr", "%%spry_task b --descr"),
    ):
        notebook.cell(cell).locator(".cm-content").click()
        notebook.page.keyboard.press("End")
        notebook.page.keyboard.press("Tab")
        notebook.page.locator(".jp-Completer-item").get_by_text(offer, exact=True).click()
        expect(notebook.cell(cell).locator(".cm-line").first).to_have_text(completed)


def test_a_question_is_asked_below_the_cell(open_in_lab: OpenInLab) -> None:
    task = '%%spry_task a --confirm "Deploy to production?"\necho done'
    notebook = open_in_lab(LOAD, task, "%spry_run a")
    notebook.run(0)
    notebook.run(1)
    notebook.start(2)
    box = notebook.outputs(2).locator("input.jp-Stdin-input")
    expect(notebook.outputs(2)).to_contain_text("Deploy to production?")
    box.fill("y")
    box.press("Enter")
    notebook.wait(2)
    assert "✓ a completed" in notebook.said(2).splitlines()


def test_the_stop_button_stops_every_task(open_in_lab: OpenInLab) -> None:
    notebook = open_in_lab(LOAD, "%%spry_task a\necho $$ > pid; sleep 600", "%spry_run a")
    notebook.run(0)
    notebook.run(1)
    notebook.start(2)
    pid = notebook.path.with_name("pid")
    until(lambda: pid.exists() and pid.read_text().endswith("\n"))
    assert psutil.pid_exists(int(pid.read_text()))
    notebook.interrupt()
    notebook.wait(2)
    assert notebook.said(2).splitlines() == [
        "⊘ a cancelled",
        "Interrupted: the run was interrupted, no process of it is left",
    ]
    assert not psutil.pid_exists(int(pid.read_text()))


def test_a_run_in_the_background_leaves_the_cell_and_is_shown_by_waiting(
    open_in_lab: OpenInLab,
) -> None:
    notebook = open_in_lab(
        LOAD,
        "%%spry_task a --capture said\nuntil [ -e go ]; do sleep 0.1; done; echo hello",
        "run = %spry_run a --background",
        "open('go', 'w').close()",
        "run.wait()",
        "said",
    )
    for cell in range(4):
        notebook.run(cell)
    notebook.run(4)
    assert notebook.said(2) == notebook.said(4) == "✓ a completed"
    assert notebook.run(5) == "'hello'"
