"""A run that is live in Notebook 7, and one whose kernel is restarted meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
import pytest
from command_line import until
from live_view import LOAD, LiveView, live_view
from playwright.sync_api import expect
from sleepers import own_nap, sleepers

if TYPE_CHECKING:
    from conftest import OpenInLab
    from lab_notebook import App, LabNotebook

GATE = "until [ -e go ]; do sleep 0.05; done"


def fifteen(nap: str) -> str:
    """Fifteen tasks in three steps, which wait at a gate."""
    tasks = []
    for i in range(5):
        tasks += [
            f"```bash first-{i}\necho 'first {i} speaks'; {GATE}\n```",
            f"```bash then-{i} --dep first-{i}\ntrue\n```",
            f"```bash last-{i} --dep then-{i}\nsleep {nap}\n```",
        ]
    return "\n".join(tasks)


def started(open_in_lab: OpenInLab, app: App, nap: str = "600") -> tuple[LabNotebook, LiveView]:
    notebook = open_in_lab(f"{LOAD}\n%spry_load Spryfile.md", "%spry_runbook -j 0", app=app)
    notebook.path.with_name("Spryfile.md").write_text(fifteen(nap), encoding="utf-8")
    notebook.run(0)
    notebook.start(1)
    return notebook, live_view(notebook, 1)


def test_fifteen_tasks_are_seen_looked_into_and_cancelled_in_notebook_7(
    open_in_lab: OpenInLab,
) -> None:
    notebook, view = started(open_in_lab, "notebook")
    view.expect_count("running", 5)
    view.expect_count("waiting", 10)
    view.node("first-3").click()
    expect(view.log).to_contain_text("first 3 speaks")
    notebook.screenshot("running")
    view.button("Cancel").click()
    view.expect_count("cancelled", 3)  # those that need it, too
    notebook.path.with_name("go").touch()
    view.expect_count("succeeded", 8)
    view.expect_count("running", 4)
    notebook.screenshot("going-on")
    view.button("Cancel all").click()
    notebook.wait(1)
    expect(notebook.outputs(1)).to_contain_text("8 completed, 7 cancelled")
    notebook.screenshot("over")


def test_a_run_comes_back_to_a_reloaded_page_of_notebook_7(open_in_lab: OpenInLab) -> None:
    notebook, view = started(open_in_lab, "notebook")
    view.expect_count("running", 5)
    notebook.save()
    notebook.page.reload()
    view = live_view(notebook, 1)
    view.expect_count("running", 5)
    view.node("first-0").click()
    expect(view.log).to_contain_text("first 0 speaks")
    notebook.path.with_name("go").touch()
    view.expect_count("succeeded", 10)
    view.expect_count("running", 5)
    view.button("Cancel all").click()
    expect(view.root.locator(".spry-status")).to_contain_text("Stopped")
    notebook.screenshot("back")


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_kernel_that_is_restarted_in_a_run_leaves_a_clean_page_and_no_process(
    open_in_lab: OpenInLab, app: App
) -> None:
    nap = own_nap()
    notebook, view = started(open_in_lab, app, nap)
    notebook.path.with_name("go").touch()
    view.expect_count("running", 5)
    view.expect_count("succeeded", 10)
    until(lambda: len(sleepers(nap)) == 5)
    left = sleepers(nap)
    notebook.screenshot("before")
    notebook.page.evaluate("() => { window.jupyterapp.commands.execute('kernelmenu:restart'); }")
    notebook.page.locator(".jp-Dialog .jp-mod-accept").click()
    notebook.await_ready()
    _, alive = psutil.wait_procs(left, timeout=20)
    assert not alive
    expect(view.root.locator(".spry-status")).to_contain_text("The kernel is gone")
    expect(view.button("Cancel all")).to_be_hidden()
    notebook.screenshot("after")
    notebook.run(0)
    assert "registered last-4" in notebook.text(0)
