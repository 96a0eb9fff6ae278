"""The fixtures of this folder do what they say."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import psutil
import pytest
from headless import execute, output_text
from lab_notebook import notebook_of
from lab_server import lab_server
from nbclient.exceptions import CellExecutionError

if TYPE_CHECKING:
    from pathlib import Path

    from chromium import PageWatch
    from conftest import OpenInLab
    from headless import LiveKernel
    from playwright.sync_api import Page


def test_a_cell_in_jupyterlab_shows_what_it_printed_and_runs_again(open_in_lab: OpenInLab) -> None:
    notebook = open_in_lab("print(6*7)", "6*8")
    assert notebook.run(0) == "42"
    assert notebook.run(1) == "48"
    assert notebook.run(0) == "42"
    assert notebook.prompt(0) == "[3]:"
    assert notebook.screenshot("done").stat().st_size > 10_000


@pytest.mark.skipif(importlib.util.find_spec("notebook") is None, reason="Notebook 7 is missing")
def test_a_cell_in_notebook_7_shows_what_it_printed(open_in_lab: OpenInLab) -> None:
    assert open_in_lab("print(6*7)", app="notebook").run(0) == "42"


def test_a_cell_that_raises_has_ended_and_stops_run_all(open_in_lab: OpenInLab) -> None:
    notebook = open_in_lab("1/0", "print('not reached')")
    notebook.run_all()
    notebook.wait(0)
    assert "ZeroDivisionError" in notebook.text(0)
    assert notebook.text(1) == ""


def test_the_stop_button_interrupts_the_cell_that_runs(open_in_lab: OpenInLab) -> None:
    notebook = open_in_lab("import time\nprint('begun', flush=True)\ntime.sleep(600)")
    notebook.start(0)
    notebook.outputs(0).get_by_text("begun").wait_for()
    assert notebook.prompt(0) == "[*]:"
    notebook.interrupt()
    notebook.wait(0)
    assert "KeyboardInterrupt" in notebook.text(0)


def test_the_kernel_outlives_a_reload_and_not_a_restart(open_in_lab: OpenInLab) -> None:
    notebook = open_in_lab("kept = 1", "print('kept' in globals())")
    notebook.run(0)
    notebook.save()
    notebook.reload()
    assert notebook.run(1) == "True"
    notebook.restart()
    assert notebook.run(1) == "False"


def test_a_page_that_errs_or_leaves_the_machine_is_noticed(
    page: Page, page_watch: PageWatch
) -> None:
    page.goto("data:text/html,<img src='http://example.invalid/a.png'><script>lost()</script>")
    assert page_watch.foreign == ["http://example.invalid/a.png"]
    assert any("uncaught" in error for error in page_watch.errors)
    assert any("net::ERR" in error for error in page_watch.errors)
    page_watch.foreign.clear()
    page_watch.errors.clear()


def test_a_server_leaves_no_process(tmp_path: Path) -> None:
    with lab_server(tmp_path) as server:
        process = psutil.Process(server.pid)
    assert not process.is_running()


def test_a_kernel_tells_what_it_printed_displayed_and_raised(kernel: LiveKernel) -> None:
    assert kernel.run("print(1); 2").text == "1\n2"
    shown = kernel.run("h = display('before', display_id=True); h.update('after')")
    assert shown.text == "'after'"
    failed = kernel.run("1/0")
    assert failed.error == "ZeroDivisionError"
    assert "division by zero" in failed.text


def test_a_kernel_can_be_interrupted(kernel: LiveKernel) -> None:
    running = kernel.start("import time\nprint('begun', flush=True)\ntime.sleep(600)")
    kernel.wait_for_text(running, "begun")
    kernel.interrupt()
    assert kernel.wait(running).error == "KeyboardInterrupt"
    assert kernel.run("6*7").text == "42"


def test_a_headless_execution_returns_the_notebook_or_raises(tmp_path: Path) -> None:
    done = execute(notebook_of(["import os", "os.getcwd()"]), tmp_path)
    assert output_text(done.cells[1].outputs) == repr(str(tmp_path))
    with pytest.raises(CellExecutionError):
        execute(notebook_of(["1/0"]), tmp_path)
