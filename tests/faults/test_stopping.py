"""Ways to end a run from outside: what it says, its status, and that no process of it is left."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest
from command_line import until
from sleepers import until_dead

if TYPE_CHECKING:
    from command_line import Desk

# Tasks whose processes do not go when they are asked to, or cannot be found by their parents.
STUBBORN = {
    "a plain one": "echo > ready; sleep NAP",
    "in the background": "sleep NAP & sleep NAP & echo > ready; wait",
    "in another session": "setsid sleep NAP & echo > ready; wait",
    "as a daemon": "(setsid sleep NAP &) ; echo > ready; sleep NAP",
}
IGNORING = "trap '' TERM INT HUP; (sleep NAP; sleep NAP) & echo > ready; wait; sleep NAP"
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.mark.parametrize("body", STUBBORN.values(), ids=STUBBORN.keys())
@pytest.mark.parametrize("number", STATUS)
def test_case_29_a_signal_stops_the_run_and_leaves_no_process(
    desk: Desk, number: signal.Signals, body: str
) -> None:
    ready = desk.fifo("ready")
    desk.tasks(f"bash a\n{body}", "bash b --dep a\ntrue")
    process = desk.start("task", "b")
    desk.hear(ready)
    process.send_signal(number)
    said = desk.end(process)
    assert said.status == STATUS[number]
    assert sorted(said.lines) == ["⊘ a cancelled", "⊘ b cancelled"]
    assert "Traceback" not in said.err
    assert len(said.err.splitlines()) == 1
    assert desk.naps() == []


def test_case_2_29_a_second_interrupt_ends_at_once_what_ignores_the_first(desk: Desk) -> None:
    ready, asked = desk.fifo("ready"), desk.fifo("asked")
    body = "trap '' INT; trap 'echo > asked' TERM; echo > ready; while :; do sleep NAP & wait; done"
    desk.tasks(f"bash a\n{body}")
    process = desk.start("task", "a")
    desk.hear(ready)
    process.send_signal(signal.SIGINT)
    desk.hear(asked)
    process.send_signal(signal.SIGINT)
    said = desk.end(process)
    assert (said.status, said.lines) == (130, ["⊘ a cancelled"])
    assert "was killed after" not in said.err  # as what had all its time of grace would be
    assert desk.naps() == []


@pytest.mark.parametrize("body", [*STUBBORN.values(), IGNORING], ids=[*STUBBORN, "ignoring"])
def test_case_29_a_command_line_that_is_killed_leaves_no_process(desk: Desk, body: str) -> None:
    ready = desk.fifo("ready")
    desk.tasks(f"bash a\n{body}")
    process = desk.start("task", "a", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    desk.hear(ready)
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    until_dead(family)
    until(lambda: desk.naps() == [])


def test_case_1_cleanup_runs_after_a_first_interrupt_if_what_it_cleans_had_started(
    desk: Desk,
) -> None:
    ready = desk.fifo("ready")
    desk.tasks(
        "bash up --finally down\necho > ready; sleep NAP",
        "bash down\necho > down",
        "bash sweep --dep up --always\necho > sweep",
        "bash late --dep up\ntrue",
        "bash never --dep late --always\necho > never",
    )
    process = desk.start("task", "sweep", "never")
    desk.hear(ready)
    process.send_signal(signal.SIGINT)
    said = desk.end(process)
    assert said.status == 130
    assert {"✓ down completed", "✓ sweep completed"} <= set(said.lines)
    assert {"⊘ up cancelled", "⊘ late cancelled"} <= set(said.lines)
    assert not (desk.folder / "never").exists()


def test_case_2_a_second_interrupt_stops_cleanup_too(desk: Desk) -> None:
    ready, cleaning = desk.fifo("ready"), desk.fifo("cleaning")
    desk.tasks(
        "bash up --finally down\necho > ready; sleep NAP",
        "bash down\necho > cleaning; sleep NAP",
    )
    process = desk.start("task", "up")
    desk.hear(ready)
    process.send_signal(signal.SIGINT)
    desk.hear(cleaning)
    process.send_signal(signal.SIGINT)
    said = desk.end(process)
    assert said.status == 130
    assert said.lines == ["⊘ up cancelled", "⊘ down cancelled"]
    assert desk.naps() == []


@pytest.mark.parametrize(
    "moment",
    [
        "spry_jupyter.run.boot.ahead = interrupt",
        "spry_jupyter.runbook.Runbook.load = interrupt",
        "spry_jupyter.cli.main = interrupt",
    ],
    ids=["before there is anything to run", "while files are read", "after all is over"],
)
def test_case_3_an_interrupt_outside_a_run_says_nothing(desk: Desk, moment: str) -> None:
    code = (
        "import os, signal, spry_jupyter.cli, spry_jupyter.run.boot, spry_jupyter.__main__ as main\n"
        "import spry_jupyter.runbook\n"
        "def interrupt(*_): os.kill(os.getpid(), signal.SIGINT)\n"
        f"{moment}\nmain.run()"
    )
    said = desk.end(desk.start("task", "a", program=(sys.executable, "-c", code)))
    assert said == (130, "", "")


def test_case_29_an_interrupt_of_the_terminal_stops_the_run_once(desk: Desk) -> None:
    """A terminal's Ctrl-C goes to the whole foreground group: tasks have groups of their own."""
    ready = desk.fifo("ready")
    body = "trap 'echo stray >> strays' INT; trap 'exit 1' TERM; echo > ready; sleep NAP & wait"
    desk.tasks(f"bash a\n{body}")
    process = desk.start("task", "a", process_group=0)
    desk.hear(ready)
    os.killpg(process.pid, signal.SIGINT)
    assert desk.end(process).status == 130
    assert not (desk.folder / "strays").exists()
    assert desk.naps() == []


def test_case_29_what_hangs_up_on_nohup_goes_on(desk: Desk) -> None:
    ready, go = desk.fifo("ready"), desk.fifo("go")
    desk.tasks("bash a\necho > ready; read -r _ < go")
    program = ("nohup", sys.executable, "-m", "spry_jupyter")
    process = desk.start("task", "a", program=program)
    desk.hear(ready)
    process.send_signal(signal.SIGHUP)
    go.write_text("go\n")
    assert desk.end(process).status == 0


SIGNALLED_WHILE_IT_READS = """
import os, sys
from spry_jupyter.cli import main
from spry_jupyter.read import book
book.read_file = lambda path: os.kill(os.getpid(), int(sys.argv[1]))
sys.exit(main(["task", "a"]))
"""


@pytest.mark.parametrize("number", STATUS)
def test_case_29_a_signal_while_files_are_read_ends_it_in_peace(desk: Desk, number: int) -> None:
    program = (sys.executable, "-c", SIGNALLED_WHILE_IT_READS, str(int(number)))
    said = desk.spry(program=program)
    assert said.status == STATUS[signal.Signals(number)]
    assert said.out == ""
    assert "Traceback" not in said.err


SIGNALLED_WHILE_IT_BEGINS = """
import os, sys
from spry_jupyter.cli import main
from spry_jupyter.runbook import Runbook
start = Runbook.start
def begin(*words, **named):
    run = start(*words, **named)
    open("ready").read()  # a task is at work by now, and nobody knows the run yet
    os.kill(os.getpid(), int(sys.argv[1]))
    return run
Runbook.start = begin
sys.exit(main(["task", "a", "--report", "run.json"]))
"""


@pytest.mark.parametrize("number", STATUS)
def test_case_29_a_signal_while_a_run_begins_stops_it_as_any_other(desk: Desk, number: int) -> None:
    desk.fifo("ready")
    desk.tasks("bash a --finally clean\necho > ready; sleep NAP", "bash clean\ntrue")
    program = (sys.executable, "-c", SIGNALLED_WHILE_IT_BEGINS, str(int(number)))
    said = desk.spry(program=program)
    assert said.status == STATUS[signal.Signals(number)]
    assert said.lines == ["⊘ a cancelled", "✓ clean completed"]
    assert said.err.endswith("no process of it is left\n")
    assert (desk.folder / "run.json").exists()
    assert desk.naps() == []


def test_case_29_a_run_whose_terminal_is_gone_leaves_no_process(desk: Desk) -> None:
    ready = desk.fifo("ready")
    desk.tasks("bash a\necho > ready; sleep NAP")
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover - it becomes another program
        os.chdir(desk.folder)
        os.execv(sys.executable, [sys.executable, "-m", "spry_jupyter", "task", "a"])
    desk.hear(ready)
    family = psutil.Process(pid).children(recursive=True)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 129
    until_dead(family)
    assert desk.naps() == []
