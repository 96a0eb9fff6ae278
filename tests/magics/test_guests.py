"""The magics called from elsewhere than the first line of a cell: threads, forks, loops, a terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

if TYPE_CHECKING:
    from conftest import Watch
    from headless import LiveKernel
    from kernel_desk import Desk

CALL = "get_ipython().run_line_magic('spry_run', 'a')"

GUESTS = {
    "a thread": f"import threading; t = threading.Thread(target=lambda: {CALL}); t.start(); t.join()",
    "an awaiting cell": "import asyncio\nawait asyncio.sleep(0)\n%spry_run a",
    "a coroutine": f"async def f():\n    {CALL}\nawait f()",
    "a method": f"class C:\n    def go(self): {CALL}\nC().go()",
}


@pytest.mark.parametrize("code", GUESTS.values(), ids=GUESTS.keys())
def test_a_run_called_from_elsewhere_shows_its_line_once(desk: Desk, code: str) -> None:
    desk.task("a")
    assert desk.says(code) == "✓ a completed"


def test_a_forked_child_runs_tasks_without_disturbing_its_parent(desk: Desk) -> None:
    desk.task("a", "echo $PPID")
    desk.says("run = %spry_run a")
    child = f"import os\nif not (pid := os.fork()):\n    try: {CALL}\n    finally: os._exit(0)"
    desk.says(f"{child}\nstatus = os.waitpid(pid, 0)[1]")
    assert desk.says("status") == "0"
    assert desk.says("again = %spry_run a") == "✓ a completed"
    assert desk.says("run['a'].output == again['a'].output != ''") == "True"  # one runner for both


def test_a_pool_of_forked_processes_runs_tasks(desk: Desk) -> None:
    desk.task("a")
    desk.says(
        "import multiprocessing\ndef go(_):\n"
        f"    return {CALL}.ok\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool: oks = pool.map(go, [1, 2])"
    )
    assert desk.says("oks") == "[True, True]"


def test_a_loop_of_short_runs_stops_at_the_first_interrupt(
    kernel: LiveKernel, watch: Watch
) -> None:
    kernel.run(watch.cell("a", "true"))
    for _ in range(20):
        cell = kernel.start("for _ in range(2000):\n    %spry_run a")
        kernel.wait_for_text(cell, "✓ a completed")
        kernel.interrupt()
        kernel.wait(cell)
        # Between two runs it is the loop's own, and IPython's to show.
        assert cell.error in {"RunInterrupted", "Interrupted", "KeyboardInterrupt"}
        assert cell.text.count("✓") < 2000


def test_a_terminal_runs_asks_and_is_interrupted_like_a_notebook(watch: Watch) -> None:
    cells = [
        watch.cell("nap", "echo > READY; sleep NAP"),
        watch.cell("c", "true", "--confirm Now?"),
    ]
    for number, cell in enumerate(cells):
        line, _, body = cell.removeprefix("%%spry_task ").partition("\n")
        code = f"get_ipython().run_cell_magic('spry_task', {line!r}, {body!r})"
        (watch.folder / f"cell{number}.ipy").write_text(f"{code}\n", encoding="utf-8")
    terminal = {"TERM": "vt100", "PAGER": "most"}
    program = Path(sys.executable).with_name("ipython")
    shell = pexpect.spawn(
        str(program),
        ["--no-banner", "--simple-prompt", "--colors=nocolor"],
        cwd=str(watch.folder),
        env={**os.environ, "IPYTHONDIR": str(watch.folder / "ipython"), **terminal},
        encoding="utf-8",
        timeout=30,
    )
    code = "get_ipython().run_cell_magic('spry_task', 'env', 'echo [$TERM,$PAGER]')"
    (watch.folder / "cell2.ipy").write_text(f"{code}\n", encoding="utf-8")
    lines = [
        "%load_ext spry_jupyter",
        "%run -i cell2.ipy",
        "%run -i cell0.ipy",
        "%run -i cell1.ipy",
    ]
    for line in lines:
        shell.expect(r"In \[\d+\]:")
        shell.sendline(line)
    shell.expect("registered c")
    shell.sendline("%spry_run env --show all")
    shell.expect_exact("[vt100,most]")  # they are this terminal's, not a kernel's
    shell.sendline("%spry_run c")
    shell.expect_exact("Now? [y/N]")
    shell.sendline("y")
    shell.expect("✓ c completed")
    shell.sendline("_.ok")
    shell.expect_exact("True")
    assert shell.before.count("Out[") == 1  # none for the run, which its cell has shown
    shell.sendline("%spry_run nap")
    watch.hear()
    shell.sendintr()
    shell.expect("⊘ nap cancelled")
    shell.expect("Interrupted: the run was interrupted, no process of it is left")
    assert watch.naps() == []
    shell.sendline("run = %spry_run nap --background")
    watch.hear()
    shell.sendline("exit")
    shell.expect(pexpect.EOF)
    shell.close()
    assert watch.left_after(10.0) == []
