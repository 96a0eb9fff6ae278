"""Whatever becomes of a cell or its kernel, no process of a task outlives it."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from headless import LiveKernel
    from watch import Watch

GRACE = 5.0  # seconds between SIGTERM and SIGKILL

# Each writes a line to READY once all its processes are there.
PLAIN = {
    "child": "sleep NAP & echo > READY; wait",
    "session": "setsid sleep NAP & echo > READY; wait",
    "daemon": "setsid bash -c 'setsid nohup sleep NAP & exit' & wait; echo > READY; sleep NAP",
}
STUBBORN = {**PLAIN, "deaf": "trap '' TERM INT; (sleep NAP; sleep NAP) & echo > READY; wait"}


def register(kernel: LiveKernel, watch: Watch, bodies: dict[str, str]) -> None:
    for name, body in bodies.items():
        assert kernel.run(watch.cell(name, body)).error == ""
    assert kernel.run(f"%spry_task all --dep {','.join(bodies)}").error == ""


def test_case_1_an_interrupt_ends_every_process_before_the_cell_returns(
    kernel: LiveKernel, watch: Watch
) -> None:
    register(kernel, watch, STUBBORN)
    cell = kernel.start("%spry_run all")
    watch.hear(len(STUBBORN))
    assert watch.naps()
    kernel.interrupt()
    kernel.wait(cell)
    assert watch.naps() == []
    assert cell.error == "RunInterrupted"
    *lines, last = cell.text.splitlines()
    assert last == "Interrupted: the run was interrupted, no process of it is left"
    deaf = 'Warning: "deaf" did not end when it was asked to: it was killed after 5s'
    assert sorted(lines) == sorted([deaf, *(f"⊘ {name} cancelled" for name in (*STUBBORN, "all"))])


def test_case_2_a_second_interrupt_does_not_wait_for_the_time_of_grace(
    kernel: LiveKernel, watch: Watch
) -> None:
    said_by_term = "trap 'echo > READY' TERM; echo > READY; while :; do sleep NAP & wait; done"
    kernel.run(watch.cell("deaf", said_by_term, "--finally clean"))
    kernel.run(watch.cell("clean", "sleep NAP"))
    cell = kernel.start("%spry_run deaf")
    watch.hear()
    kernel.interrupt()
    watch.hear()  # two at the same moment would be one signal
    kernel.interrupt()
    kernel.wait(cell)
    assert watch.naps() == []
    assert "was killed after" not in cell.text  # as what had all its time of grace would be
    assert "⊘ clean cancelled" in cell.text


def test_case_1_what_cleans_up_still_runs_after_a_first_interrupt(
    kernel: LiveKernel, watch: Watch
) -> None:
    kernel.run(watch.cell("work", PLAIN["child"], "--finally swept"))
    kernel.run(watch.cell("swept", f"touch {watch.folder}/swept"))
    cell = kernel.start("%spry_run work")
    watch.hear()
    kernel.interrupt()
    kernel.wait(cell)
    assert cell.text.splitlines()[:2] == ["⊘ work cancelled", "✓ swept completed"]
    assert (watch.folder / "swept").exists()


TELLS_WHEN_IT_WAITS = """
import sys, threading, time
def at_work():
    frame = sys._current_frames()[threading.main_thread().ident]
    while frame:
        yield frame.f_code.co_name
        frame = frame.f_back
def tell():
    while "_step" not in at_work():
        time.sleep(0.01)
    print("waiting", flush=True)
threading.Thread(target=tell).start()
run.wait()
"""


def test_case_1_an_interrupt_of_the_waiting_stops_a_background_run(
    kernel: LiveKernel, watch: Watch
) -> None:
    register(kernel, watch, PLAIN)
    assert kernel.run("run = %spry_run all --background").error == ""
    watch.hear(len(PLAIN))
    cell = kernel.start(TELLS_WHEN_IT_WAITS)
    kernel.wait_for_text(cell, "waiting")
    kernel.interrupt()
    assert kernel.wait(cell).error == "RunInterrupted"
    assert watch.naps() == []


def test_case_3_an_interrupt_of_other_code_leaves_a_background_run_alone(
    kernel: LiveKernel, watch: Watch
) -> None:
    register(kernel, watch, PLAIN)
    kernel.run("run = %spry_run all --background")
    watch.hear(len(PLAIN))
    there = {process.pid for process in watch.naps()}
    cell = kernel.start("import time; print('busy', flush=True); time.sleep(600)")
    kernel.wait_for_text(cell, "busy")
    kernel.interrupt()
    assert kernel.wait(cell).error == "KeyboardInterrupt"
    assert there
    assert there <= {process.pid for process in watch.naps()}
    assert kernel.run("%spry_stop").text.splitlines()[-1] == "stopped 1 run"
    assert watch.naps() == []


def test_case_3_an_interrupt_goes_to_the_code_after_a_run(kernel: LiveKernel, watch: Watch) -> None:
    kernel.run(watch.cell("a", "true"))
    code = "%spry_run a\nimport time; print('busy', flush=True); time.sleep(600)"
    cell = kernel.start(code)
    kernel.wait_for_text(cell, "busy")
    kernel.interrupt()
    assert kernel.wait(cell).error == "KeyboardInterrupt"


def polite(kernel: LiveKernel) -> None:
    kernel.client.stop_channels()
    kernel.manager.shutdown_kernel()


def shut_down_now(kernel: LiveKernel) -> None:
    kernel.client.stop_channels()
    kernel.manager.shutdown_kernel(now=True)


def restart(kernel: LiveKernel) -> None:
    kernel.client.stop_channels()
    kernel.manager.restart_kernel(now=True)


def kill(kernel: LiveKernel) -> None:
    os.kill(kernel.manager.provisioner.pid, signal.SIGKILL)


ENDS = {"shut down": polite, "shut down now": shut_down_now, "restarted": restart, "killed": kill}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_case_4_5_6_7_a_kernel_that_is_gone_leaves_no_process_of_a_cell(
    kernel: LiveKernel, watch: Watch, end: Callable[[LiveKernel], None]
) -> None:
    register(kernel, watch, PLAIN)
    kernel.start("%spry_run all")
    watch.hear(len(PLAIN))
    end(kernel)
    assert watch.left_after(GRACE) == []


def test_case_7_8_a_killed_kernel_leaves_no_process_that_is_deaf_or_in_the_background(
    kernel: LiveKernel, watch: Watch
) -> None:
    register(kernel, watch, STUBBORN)
    # A forked child holds what the kernel had open, so the runner hears no end of file.
    kernel.run("import os, time\nchild = os.fork()\nif not child: time.sleep(60); os._exit(0)")
    child = psutil.Process(int(kernel.run("child").text))
    kernel.run("run = %spry_run all --background")
    watch.hear(len(STUBBORN))
    kill(kernel)
    try:
        assert watch.left_after(2 * GRACE) == []
    finally:
        child.kill()


def test_case_6_a_kernel_that_was_restarted_knows_no_task_and_says_the_way_out(
    kernel: LiveKernel, watch: Watch
) -> None:
    kernel.run(watch.cell("a", "true"))
    kernel.manager.restart_kernel(now=True)
    kernel.client.wait_for_ready(timeout=60)
    kernel.run("%load_ext spry_jupyter")
    assert kernel.run("%spry_run a").text.splitlines() == [
        'Error: Task "a" does not exist',
        "  run the cell that defines it, or read a file with %spry_load",
    ]
