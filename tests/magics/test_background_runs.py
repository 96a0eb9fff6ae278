"""Runs that go on while other cells are executed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel_desk import NAPPING

if TYPE_CHECKING:
    from kernel_desk import Desk


def test_a_background_run_returns_at_once_and_is_shown_when_it_is_waited_for(desk: Desk) -> None:
    go = desk.fifo("go")
    desk.task("a --capture said", "read -r x < go; echo $x")
    started = desk.says("run = %spry_run a --background\nrun")
    assert started.startswith("running: 1 to go in ")
    go.write_text("hello\n")
    assert desk.says("run.wait()") == "✓ a completed"
    assert desk.says("said") == "'hello'"


def test_a_run_that_has_just_begun_knows_its_tasks_and_says_that_it_ends_with_the_kernel(
    desk: Desk,
) -> None:
    desk.task("a", NAPPING)
    desk.task("b --dep a")
    first, second = desk.says("%spry_run b --bg").splitlines()
    assert first.startswith("running: 2 to go in ")
    assert second == "run.wait() shows the rest; a run that nobody waits for ends with the kernel"


def test_a_result_taken_at_the_start_of_a_run_tells_of_its_end(desk: Desk) -> None:
    desk.task("a")
    desk.says("run = %spry_run a --bg\nresult = run['a']\n_ = run.wait()")
    assert desk.says("result") == "<TaskResult a: succeeded>"


def test_what_a_background_run_captured_is_there_when_a_later_cell_has_ended(desk: Desk) -> None:
    desk.task("a --capture later", "echo 7")
    desk.says("run = %spry_run a --bg")
    desk.says("import time\nwhile not run.done: time.sleep(0.01)")
    assert desk.says("later") == "'7'"


def test_nothing_is_shown_before_somebody_waits(desk: Desk) -> None:
    desk.task("a")
    desk.says("run = %spry_run a --bg")
    wait = "import time\nwhile not run.done: time.sleep(0.01)"
    assert desk.says(wait) == ""
    assert desk.says("run.wait(); print('end')") == "✓ a completed\nend"
    assert desk.says("_ = run.wait()") == ""


def test_a_background_run_that_fails_raises_where_it_is_waited_for(desk: Desk) -> None:
    desk.task("a", "exit 3")
    assert desk.cell("run = %spry_run a --bg").error == ""
    cell = desk.cell("run.wait()")
    assert cell.error == "RunFailed"
    assert cell.text.splitlines()[0] == "✗ a failed with exit code 3"


def test_what_a_cell_captured_at_the_start_does_not_get_the_lines_of_the_end(desk: Desk) -> None:
    desk.task("a")
    desk.says("%%capture out\nrun = %spry_run a --bg")
    assert desk.says("_ = run.wait()") == "✓ a completed"
    assert desk.says("out.stdout") == "''"


def test_stop_ends_what_runs_in_the_background_before_it_returns(desk: Desk) -> None:
    go = desk.fifo("go")
    desk.task("a", NAPPING)
    desk.says("run = %spry_run a --bg")
    go.read_text()
    assert len(desk.naps()) == 1
    assert desk.says("%spry_stop") == "⊘ a cancelled\nstopped 1 run"
    assert desk.naps() == []
    assert desk.says("run.done, run.ok") == "(True, False)"
    assert desk.says("%spry_stop") == "stopped 0 runs"


def test_the_log_of_a_task_can_be_read_while_it_runs(desk: Desk) -> None:
    go = desk.fifo("go")
    desk.task("a", "echo first; echo > go; read -r _ < go; echo last")
    desk.says("run = %spry_run a --bg")
    go.read_text()
    wait = "import time\nwhile not run.view.tasks['a'].size: time.sleep(0.01)"
    desk.says(wait)
    assert desk.says("%spry_log a") == "first"
    go.write_text("\n")
    desk.says("run.wait()")
    assert desk.says("%spry_log a") == "first\nlast"


def test_two_runs_at_once_keep_their_lines_apart(desk: Desk) -> None:
    go = desk.fifo("go")
    desk.task("slow", "read -r _ < go")
    desk.task("quick")
    desk.says("run = %spry_run slow --bg")
    assert desk.says("%spry_run quick") == "✓ quick completed"
    go.write_text("\n")
    assert desk.says("run.wait()") == "✓ slow completed"


def test_a_task_that_asks_is_not_run_where_nobody_waits_for_its_question(desk: Desk) -> None:
    desk.task("a --confirm", "touch ran")
    assert desk.cell("%spry_run a --bg").error == "RequestError"
    assert not (desk.folder / "ran").exists()


def test_a_kernel_outlives_an_awaited_run_that_a_time_limit_cancels(desk: Desk) -> None:
    desk.task("a", NAPPING)
    desk.fifo("go")
    desk.says("import asyncio\nrun = %spry_run a --bg\nopen('go').read()")
    assert desk.cell("await asyncio.wait_for(run, 0.01)").error == "TimeoutError"
    assert desk.says("run.done, run.interrupted") == "(True, True)"
    assert desk.naps() == []


def test_a_kernel_outlives_an_interrupt_of_runs_that_are_awaited_side_by_side(desk: Desk) -> None:
    for name in ("a", "b"):
        desk.task(name, NAPPING.replace("> go", f"> {name}"))
        desk.fifo(name)
    desk.says("import asyncio\na = %spry_run a --bg\nb = %spry_run b --bg")
    desk.says("for name in 'ab': open(name).read()")
    both = desk.kernel.start("print('on', flush=True)\nawait asyncio.gather(a, b)")
    desk.kernel.wait_for_text(both, "on")
    desk.kernel.interrupt()
    assert desk.kernel.wait(both).error in {"CancelledError", "KeyboardInterrupt"}
    assert desk.says("a.wait(check=False) if not a.interrupted else 'stopped'") == "'stopped'"
    desk.says("_ = [run.stop() for run in (a, b)]")
    assert desk.says("1 + 1") == "2"


def test_a_separator_of_lines_in_a_text_leaves_the_cell_what_it_is(desk: Desk) -> None:
    desk.task("a")
    said = desk.says("s = 'one\u2028two'\n%spry_run a")
    assert said.splitlines()[-1] == "✓ a completed"


def test_a_group_that_is_to_run_at_once_is_awaited(desk: Desk) -> None:
    desk.task("a")
    loop = "import asyncio\nseen = []\nasyncio.get_running_loop().call_soon(seen.append, 1)\n"
    said = desk.says(f"{loop}%spry_task all --dep a --run\nprint(seen)")
    assert said.splitlines()[-1] == "[1]"
