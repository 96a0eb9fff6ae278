"""A run that is live in JupyterLab: seen, looked into, stopped, and found again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from live_view import BY_HAND, LOAD, LiveView, live_view
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import OpenInLab
    from lab_notebook import LabNotebook
    from lab_server import LabServer

GATE = "until [ -e go ]; do sleep 0.05; done"
HOSTILE = "<img src=x onerror=alert(1)>"


def fence(name: str, body: str, flags: str = "") -> str:
    return f"```bash {name} {flags}\n{body}\n```\n"


def opened(open_in_lab: OpenInLab, spryfile: str, *cells: str) -> LabNotebook:
    """A notebook whose first cell gets ready, and whose folder has these tasks."""
    notebook = open_in_lab(*cells)
    notebook.path.with_name("Spryfile.md").write_text(spryfile, encoding="utf-8")
    notebook.run(0)
    return notebook


def started(open_in_lab: OpenInLab, spryfile: str, *more: str) -> tuple[LabNotebook, LiveView]:
    """All the tasks, running in a cell that awaits."""
    cells = (f"{LOAD}\n%spry_load Spryfile.md", "%spry_runbook", *more)
    notebook = open_in_lab(*cells)
    notebook.path.with_name("Spryfile.md").write_text(spryfile, encoding="utf-8")
    notebook.run(0)
    notebook.start(1)
    return notebook, live_view(notebook, 1)


def release(notebook: LabNotebook) -> None:
    """Let go on what waits at a gate."""
    notebook.path.with_name("go").touch()


def fifteen() -> str:
    """Fifteen tasks in three steps, of which one fails and is tried again."""
    first = [fence(f"first-{i}", GATE) for i in range(5)]
    then = [fence(f"then-{i}", "true", f"--dep first-{i}") for i in range(4)]
    then += [fence("then-4", "exit 3", "--dep first-4 --retry 1 --retry-delay 100ms")]
    last = [fence(f"last-{i}", "true", f"--dep then-{i}") for i in range(5)]
    return "\n".join([*first, *then, *last])


def test_tasks_change_state_as_they_wait_run_succeed_fail_and_are_skipped(
    open_in_lab: OpenInLab,
) -> None:
    notebook = opened(open_in_lab, fifteen(), BY_HAND, "await follow()")
    notebook.start(1)
    view = live_view(notebook, 1)
    view.expect_count("running", 5)
    view.expect_count("waiting", 10)
    expect(view.root.locator(".spry-node.spry-running")).to_have_count(5)
    expect(view.node("first-0").locator(".spry-time")).to_have_text(re.compile(r"^\d"))
    expect(view.root.locator(".spry-status")).to_have_text("Running")
    notebook.screenshot("running")
    release(notebook)
    notebook.wait(1)
    for state, count in (("succeeded", 13), ("failed", 1), ("skipped", 1)):
        view.expect_count(state, count)
    expect(view.root.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "15")
    expect(view.node("then-4")).to_have_attribute("aria-label", re.compile("failed$"))
    expect(view.root.locator(".spry-status")).to_contain_text(
        '✗ Failed: Task "then-4" failed with exit code 3'
    )
    view.show("Timeline")
    expect(view.row("then-4").locator(".spry-lane i")).to_have_count(2)
    expect(view.root.locator(".spry-row.spry-critical").first).to_be_visible()
    view.chip("skipped").click()
    expect(view.root.locator(".spry-row")).to_have_count(1)
    notebook.screenshot("failed")


def test_a_click_shows_a_task_and_its_log_as_it_grows(open_in_lab: OpenInLab) -> None:
    says = (
        f'echo first; {GATE}; for i in $(seq 1 300); do echo "line $i"; done; echo "$TOKEN" | wc -c'
    )
    tasks = fence("prepare", "true") + fence(
        "build", says, '--dep prepare --env TOKEN=hunter2 --descr "Build it" --timeout 1m30s'
    )
    notebook, view = started(open_in_lab, tasks)
    view.node("build").click()
    expect(view.log).to_contain_text("first")
    expect(view.detail).to_contain_text("Build it")
    view.detail.get_by_text("Details").click()
    for told in ("prepare", "TOKEN", "1m30s"):
        expect(view.detail.locator(".spry-about")).to_contain_text(told)
    view.detail.get_by_text("Command (bash)").click()
    expect(view.detail.locator("pre")).to_have_text(says)
    expect(view.root).not_to_contain_text("hunter2")
    view.detail.get_by_role("button", name="prepare").click()
    expect(view.detail.locator(".spry-state")).to_contain_text("completed")
    expect(view.detail.locator(".spry-state")).to_contain_text("exit code 0")
    release(notebook)
    notebook.wait(1)


def test_a_log_is_followed_held_and_searched(open_in_lab: OpenInLab) -> None:
    says = f'seq -f "line %g" 1 3000; {GATE}; echo the-end; sleep 600'
    notebook, view = started(open_in_lab, fence("talk", says))
    view.node("talk").click()
    expect(view.log).to_contain_text("line 3000")
    follow = view.button("Follow")
    expect(follow).to_have_attribute("aria-pressed", "true")
    view.log.evaluate("node => { node.scrollTop = 100 }")
    expect(follow).to_have_attribute("aria-pressed", "false")
    release(notebook)
    search = view.detail.get_by_role("searchbox")
    search.fill("LINE 123")
    expect(view.detail.locator(".spry-found")).to_have_text("1 of 11")
    expect(view.log.locator("mark[aria-current]")).to_have_text("line 123")
    search.press("Enter")
    expect(view.log.locator("mark[aria-current]")).to_have_text("line 123")
    expect(view.log).to_contain_text("line 1230")
    follow.click()
    expect(view.log).to_contain_text("the-end")
    search.fill("")
    view.button("Copy").click()
    expect(view.button("Copied")).to_be_visible()
    search.focus()
    notebook.page.keyboard.press("Control+V")
    expect(search).not_to_have_value("")
    words = search.input_value().split()
    assert (len(words), words[:2], words[-1]) == (6001, ["line", "1"], "the-end")
    search.fill("")
    view.button("Cancel all").click()
    notebook.wait(1)


def test_of_a_long_log_the_end_is_shown_and_the_rest_on_demand(open_in_lab: OpenInLab) -> None:
    notebook, view = started(open_in_lab, fence("talk", f"seq 1 36000; {GATE}"))
    view.node("talk").click()
    expect(view.log).to_contain_text("36000")
    earlier = view.detail.locator(".spry-earlier")
    expect(earlier).to_contain_text("Show earlier output")
    earlier.click()
    expect(view.log.locator(".spry-line").last).to_have_text("36000")
    search = view.detail.get_by_role("searchbox")
    search.fill("399")  # it is looked for in what comes before, too, and stays in sight
    expect(earlier).to_be_hidden()
    expect(view.detail.locator(".spry-found")).to_have_text(re.compile(r"\d+ of 76"))
    expect(view.log.locator("mark[aria-current]")).to_be_in_viewport()
    search.fill("1")
    view.log.evaluate("node => { node.scrollTop = 0 }")
    expect(view.log.locator(".spry-line").first).to_have_text("1")
    release(notebook)
    notebook.wait(1)


def test_one_task_is_cancelled_and_then_all(open_in_lab: OpenInLab) -> None:
    tasks = "\n".join(fence(name, "sleep 600") for name in ("a", "b", "c"))
    notebook, view = started(open_in_lab, tasks)
    view.expect_count("running", 3)
    view.node("b").click()
    view.button("Cancel").click()
    view.expect_count("cancelled", 1)
    expect(view.detail.locator(".spry-state")).to_contain_text("cancelled")
    expect(view.chip("running")).to_contain_text(" 2 ")
    view.button("Cancel all").click()
    notebook.wait(1)
    expect(notebook.outputs(1)).to_contain_text("3 cancelled")


def test_a_failed_task_can_be_run_again_from_where_it_failed(open_in_lab: OpenInLab) -> None:
    tasks = fence("bad", "exit 1") + fence("slow", GATE)
    notebook = opened(open_in_lab, tasks, BY_HAND, "await follow()", "again")
    notebook.start(1)
    view = live_view(notebook, 1)
    view.expect_count("failed", 1)
    view.node("bad").click()
    expect(view.button("Run again from here")).to_be_visible()
    view.button("Run again from here").click()
    expect(view.button("Runs again when the rest has ended")).to_be_disabled()
    view.node("slow").click()
    expect(view.button("Run again from here")).to_be_hidden()
    release(notebook)
    notebook.wait(1)
    view.node("bad").click()


def test_the_state_comes_back_to_a_page_that_is_loaded_anew(open_in_lab: OpenInLab) -> None:
    tasks = fence("done", "echo said; true") + fence("slow", f"echo begun; {GATE}; echo ended")
    notebook, view = started(open_in_lab, tasks)
    view.expect_count("succeeded", 1)
    notebook.save()
    notebook.page.reload()
    view = live_view(notebook, 1)
    view.expect_count("succeeded", 1)
    view.expect_count("running", 1)
    view.node("slow").click()
    expect(view.log).to_contain_text("begun")
    view.node("done").click()
    expect(view.log).to_contain_text("said")
    release(notebook)
    view.expect_count("succeeded", 2)
    expect(view.root.locator(".spry-status")).to_have_text("✓ Succeeded")


def test_a_second_view_and_a_second_page_show_the_same(
    open_in_lab: OpenInLab, lab: LabServer, tmp_path: Path
) -> None:
    notebook, view = started(
        open_in_lab, fence("slow", f"echo begun; {GATE}; echo more; sleep 600")
    )
    view.expect_count("running", 1)
    view.node("slow").click()
    expect(view.log).to_contain_text("begun")
    notebook.save()
    notebook.command("notebook:create-output-view")
    second = LiveView(notebook.page.locator(".jp-LinkedOutputView .spry-run"))
    second.expect_count("running", 1)
    second.node("slow").click()
    expect(second.log).to_contain_text("begun")
    page = notebook.page.context.new_page()
    page.goto(notebook.page.url)
    elsewhere = LiveView(page.locator(".jp-Notebook .spry-run"))
    elsewhere.expect_count("running", 1)
    elsewhere.node("slow").click()
    expect(elsewhere.log).to_contain_text("begun")
    release(notebook)
    for each in (view, second, elsewhere):
        expect(each.log.get_by_text("more")).to_have_count(1)
    elsewhere.button("Cancel all").click()
    notebook.wait(1)
    page.close()


def test_case_78_whatever_a_task_says_is_text(open_in_lab: OpenInLab) -> None:
    link = r"\033]8;;https://example.com/\033\\a link\033]8;;\033\\"
    tasks = fence(
        "said",
        f"echo '{HOSTILE}'; printf '{link}\\n'; printf '\\033[31mred\\033[0m 1%%\\r2%%\\n'; {GATE}",
        f'--descr "{HOSTILE}" --env "X={HOSTILE}" --if "true # {HOSTILE}"',
    ) + fence("lost", "true", f'--cwd "{HOSTILE}"')
    notebook, view = started(open_in_lab, tasks)
    notebook.page.on("dialog", lambda _: pytest.fail("a script ran"))
    view.expect_count("failed", 1)
    view.node("lost").click()
    expect(view.detail).to_contain_text(HOSTILE)
    view.node("said").click()
    expect(view.detail.locator("p").first).to_have_text(HOSTILE)
    lines = view.log.locator(".spry-line")
    expect(lines.nth(0)).to_have_text(HOSTILE)
    expect(lines.nth(1)).to_have_text("a link")
    expect(lines.nth(2)).to_have_text("2%d 1%")
    expect(lines.nth(2).locator("span")).to_have_text("d")
    for what in ("img", "a", "script", "b"):
        expect(view.root.locator(what)).to_have_count(0)
    release(notebook)
    notebook.wait(1)


def test_of_very_many_tasks_stages_are_drawn_and_a_click_shows_those_of_one(
    open_in_lab: OpenInLab,
) -> None:
    tasks = [fence(f"first-{i}", "true") for i in range(200)]
    tasks += [fence(f"then-{i}", GATE, f"--dep first-{i}") for i in range(101)]
    notebook, view = started(open_in_lab, "\n".join(tasks))
    stage = view.root.locator(".spry-stage")
    expect(stage.locator(".spry-notes")).to_have_text(["200 of 200", "0 of 101"])
    stage.nth(1).click()
    row = view.root.get_by_role("option").first
    expect(row).to_have_attribute("aria-setsize", "101")
    notebook.screenshot("stage")
    view.button("stage 2 ×").click()
    expect(row).to_have_attribute("aria-setsize", "301")
    release(notebook)
    notebook.wait(1)


def test_keys_reach_every_task_and_none_the_notebook(open_in_lab: OpenInLab) -> None:
    tasks = fence("a", GATE) + fence("b", f"echo hello; {GATE}", "--dep a")
    notebook, view = started(open_in_lab, tasks)
    cells = len(notebook)
    view.node("a").press("Enter")
    expect(view.detail.locator("h4")).to_have_text("a")
    view.root.get_by_role("tab", name="Timeline").press("Enter")
    rows = view.root.get_by_role("listbox")
    rows.press("ArrowDown")
    expect(view.detail.locator("h4")).to_have_text("b")
    rows.press("ArrowDown")  # there is none below it
    expect(view.detail.locator("h4")).to_be_visible()
    told = rows.get_attribute("aria-activedescendant")
    expect(view.root.locator(f"#{told}")).to_have_attribute("aria-selected", "true")
    rows.press("d")
    rows.press("d")
    assert len(notebook) == cells
    view.detail.get_by_role("searchbox").press("Escape")
    expect(view.detail).to_be_hidden()
    expect(rows).to_be_focused()  # or the notebook would take the next keys
    view.root.get_by_role("tab", name="Timeline").press("ArrowLeft")
    expect(view.root.get_by_role("tab", name="Graph")).to_be_focused()
    canvas = view.root.locator(".spry-canvas")
    canvas.drag_to(canvas, source_position={"x": 800, "y": 50}, target_position={"x": 9, "y": 50})
    expect(view.node("b")).not_to_be_in_viewport()
    view.node("b").focus()
    expect(view.node("b")).to_be_in_viewport(ratio=0.9)
    view.node("b").press("Enter")
    view.button("Close the details").press("Enter")
    expect(view.node("b")).to_be_focused()
    release(notebook)
    notebook.wait(1)


def test_an_estimate_comes_from_past_runs(open_in_lab: OpenInLab) -> None:
    notebook = open_in_lab(
        f"{LOAD}\n%spry_task all --dep slow",
        f"%%spry_task slow\n[ -e go ] || sleep 3; {GATE}",
        "%spry_run all",
    )
    notebook.run(0)
    notebook.run(1)
    notebook.start(2)
    view = live_view(notebook, 2)
    view.expect_count("running", 1)
    expect(view.root.locator(".spry-clock")).not_to_contain_text("left")
    release(notebook)
    notebook.wait(2)
    notebook.path.with_name("go").unlink()
    notebook.start(2)
    expect(live_view(notebook, 2).root.locator(".spry-clock")).to_contain_text(
        re.compile(r"about \ds left")
    )
    release(notebook)
    notebook.wait(2)


def test_a_graph_that_does_not_run_is_looked_into_and_moved(open_in_lab: OpenInLab) -> None:
    tasks = fence("build", "make", '--descr "Build it"') + fence("ship", "true", "--dep build,gone")
    notebook = open_in_lab(f"{LOAD}\n%spry_load Spryfile.md", "%spry_dag --format widget")
    notebook.path.with_name("Spryfile.md").write_text(tasks, encoding="utf-8")
    notebook.run(0)
    notebook.run(1)
    view = live_view(notebook, 1)
    expect(view.root.locator(".spry-missing")).to_be_visible()
    view.node("build").click()
    expect(view.detail).to_contain_text("Build it")
    expect(view.detail.locator("pre")).to_have_text("make")
    view.detail.get_by_role("button", name="ship").click()
    expect(view.detail.locator("h4")).to_have_text("ship")
    notebook.screenshot("graph")
    before = view.node("build").bounding_box()
    view.button("Zoom in").click()
    after = view.node("build").bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > before["width"]
    view.button("Fit").click()
    again = view.node("build").bounding_box()
    assert again is not None
    assert round(again["x"]) == round(before["x"])
