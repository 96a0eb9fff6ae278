"""A run from wherever a cell can call it: it is shown once, and a failure fails the cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from headless import execute
from kernel_desk import streams
from lab_notebook import notebook_of
from nbclient.exceptions import CellExecutionError

if TYPE_CHECKING:
    from pathlib import Path

    from headless import LiveKernel
    from kernel_desk import Desk

PLACES = {
    "the cell itself": "%spry_run {}",
    "a variable": "run = %spry_run {}",
    "twice": "%spry_run fine\n%spry_run {}",
    "%time": "%time %spry_run {}",
    "%%time": "%%time\n%spry_run {}",
    "%timeit": "%timeit -n1 -r1 %spry_run {}",
    "a function": "def f():\n    %spry_run {}\nf()",
    "a coroutine": "async def f():\n    %spry_run {}\nawait f()",
    "a loop": "for name in ['{}']:\n    %spry_run $name",
    "a branch": "if True:\n    %spry_run {}",
    "a block": "try:\n    %spry_run {}\nfinally:\n    done = True",
    "a call": "get_ipython().run_line_magic('spry_run', '{}')",
    "its own task": "%%spry_task again --dep {} --run\ntrue",
    "a background run": "run = %spry_run {} --background\nrun.wait()",
    "an awaited background run": "run = %spry_run {} --background\nawait run",
}
RUNS = {"%%capture": "%%capture out\n%spry_run {}", **PLACES}


def statuses(desk: Desk, *cells: str) -> list[str]:
    """Send cells at once, as Run All does, and return how the kernel says they ended."""
    client = desk.kernel.client
    asked = [client.execute(code) for code in cells]
    found: dict[str, str] = {}
    while not found.keys() >= set(asked):
        reply = client.get_shell_msg(timeout=30)
        found[reply["parent_header"]["msg_id"]] = reply["content"].get("status", "")
    return [found[ident] for ident in asked]


@pytest.mark.parametrize("code", PLACES.values(), ids=PLACES.keys())
def test_a_run_is_shown_once(desk: Desk, code: str) -> None:
    desk.task("fine")
    desk.task("b", "echo said")
    text = desk.says(code.format("b"))
    assert text.count("✓ b completed") == 1
    assert "said" not in text


@pytest.mark.parametrize("code", RUNS.values(), ids=RUNS.keys())
def test_a_failure_fails_the_cell_in_one_line(desk: Desk, code: str) -> None:
    desk.task("fine")
    desk.task("b", "echo why; exit 3")
    cell = desk.cell(code.format("b"))
    assert cell.error == "RunFailed"
    (error,) = [out for out in cell.outputs if out.output_type == "error"]
    assert error.traceback == ['Error: Task "b" failed with exit code 3']
    if "capture" in code:
        assert desk.says("out.stdout") == r"'✗ b failed with exit code 3\nwhy\n'"
    else:
        assert cell.text.count("✗ b failed with exit code 3\nwhy") == 1


@pytest.mark.parametrize("code", RUNS.values(), ids=RUNS.keys())
def test_a_notebook_stops_at_the_failure(desk: Desk, code: str) -> None:
    desk.task("fine")
    desk.task("b", "exit 3")
    assert statuses(desk, code.format("b"), "print('reached')") == ["error", "aborted"]


@pytest.mark.parametrize("code", ["%%capture\n%spry_run b", "%time %spry_run b", "%spry_run b"])
def test_nobody_watching_hears_of_the_failure(tmp_path: Path, code: str) -> None:
    cells = ["%load_ext spry_jupyter", "%%spry_task b\nexit 3", code, "open('reached', 'w')"]
    with pytest.raises(CellExecutionError, match='Task "b" failed with exit code 3'):
        execute(notebook_of(cells), tmp_path)
    assert not (tmp_path / "reached").exists()


def test_a_fault_within_capture_fails_the_cell_and_what_is_no_run_of_ours_does_as_ever(
    desk: Desk,
) -> None:
    desk.task("a --dep nope")
    # An error comes last: for a moment after one the kernel turns away what is sent to it.
    assert statuses(desk, "%%capture\n1 / 0") == ["ok"]
    assert statuses(desk, "%%capture\n%spry_run a") == ["error"]


def test_a_notebook_that_nobody_watches_keeps_one_display_and_no_widget(tmp_path: Path) -> None:
    cells = ["%load_ext spry_jupyter", "%%spry_task b\nsleep 0.4", "%spry_run b"]
    notebook = execute(notebook_of([*cells, "run = %spry_run b --bg", "_ = run.wait()"]), tmp_path)
    for cell in (notebook.cells[index] for index in (2, 3, 4)):
        (output,) = cell.outputs
        assert output.output_type == "display_data"
        assert output.data.keys() == {"text/plain", "text/html"}
        assert output.data["text/plain"] == "✓ b completed"
        assert "spry-record" in output.data["text/html"]
    assert "widgets" not in notebook.metadata


def test_a_display_of_text_is_printed_lines(desk: Desk) -> None:
    desk.task("b", "echo why; exit 3")
    desk.says("%config SpryMagics.display = 'text'")
    cell = desk.cell("%spry_run b")
    assert streams(cell, "stdout") == "✗ b failed with exit code 3\nwhy\n"
    assert {output.output_type for output in cell.outputs} == {"stream", "error"}


def test_code_that_runs_cells_keeps_what_a_captured_run_raised_to_itself(desk: Desk) -> None:
    desk.task("b", "exit 3")
    said = desk.says("result = get_ipython().run_cell('%spry_run b')\nprint(result.success)")
    assert said.endswith("False")


def test_a_run_can_be_awaited_beside_others(desk: Desk) -> None:
    desk.task("a")
    desk.task("b")
    desk.says("import asyncio\nfirst = %spry_run a --bg\nsecond = %spry_run b --bg")
    said = desk.says("runs = await asyncio.gather(first, second)\nprint([run.ok for run in runs])")
    assert said.splitlines()[-1] == "[True, True]"


BETWEEN = """
import signal, time
class Between(type(get_ipython().compile)):
    def __call__(self, *given):
        if globals().pop("armed", False):
            signal.raise_signal(signal.SIGINT)
        return super().__call__(*given)
get_ipython().compile.__class__ = Between
"""


def test_an_interrupt_between_two_statements_of_a_cell_around_a_run_is_heard(
    kernel: LiveKernel,
) -> None:
    kernel.run("%%spry_task a\ntrue")
    kernel.run(BETWEEN)
    assert kernel.run("armed = True\ntime.sleep(600)\n%spry_run a").error == "KeyboardInterrupt"


def test_code_of_the_cell_around_a_run_is_interrupted_as_ever(kernel: LiveKernel) -> None:
    kernel.run("%%spry_task a\ntrue")
    cell = kernel.start("import time; print('busy', flush=True); time.sleep(600)\n%spry_run a")
    kernel.wait_for_text(cell, "busy")
    kernel.interrupt()
    assert kernel.wait(cell).error == "KeyboardInterrupt"
