"""Whatever way a task's processes try to get away, ending the task ends them all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from typing import TYPE_CHECKING

import psutil
import pytest
from command_line import until
from sleepers import until_dead

from spry_jupyter.model import Duration, Limits, NotStarted, Outcome, TimedOut
from spry_jupyter.run.client import client

if TYPE_CHECKING:
    from bench import Bench

# Each says `echo > ready` once all its processes are there.
ESCAPES = {
    "in the background": "sleep NAP & sleep NAP & echo > ready; wait",
    "with nohup": "nohup sleep NAP & echo > ready; wait",
    "ignoring TERM and INT": "trap '' TERM INT; (sleep NAP; sleep NAP) & echo > ready; wait",
    "in another session": "setsid sleep NAP & echo > ready; wait",
    "as a daemon": "(setsid sleep NAP & ); echo > ready; sleep NAP",
    "as a daemon whose parents have left": (
        "setsid bash -c 'setsid sleep NAP & exit' & wait; echo > ready; sleep NAP"
    ),
    "stopped": "sleep NAP & kill -STOP $!; echo > ready; wait",
    "as a chain that forks into new sessions": (
        "cat > hop.sh <<'E'\nsleep 0.01; setsid bash hop.sh NAP & exit\nE\n"
        "setsid bash hop.sh NAP & sleep 0.05; echo > ready; sleep NAP"
    ),
}


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES.keys())
def test_case_14_15_16_19_20_a_stopped_task_leaves_no_process(bench: Bench, escape: str) -> None:
    ready = bench.fifo("ready")
    run = bench.book(bench.task("a", escape)).run(background=True, check=False)
    bench.hear(ready)
    run.stop()
    run.stop()  # at once
    run.wait(check=False)
    assert bench.naps() == []
    assert run["a"].outcome is Outcome.CANCELLED


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES.keys())
def test_case_10_a_runner_that_is_killed_leaves_no_process(bench: Bench, escape: str) -> None:
    ready = bench.fifo("ready")
    run = bench.book(bench.task("a", escape)).run(background=True, check=False)
    bench.hear(ready)
    for process in psutil.Process(client().pid).children():
        process.kill()
    run.wait(check=False)
    assert bench.naps() == []
    assert not run.ok
    assert "lost" in run.to_dict()["tasks"][0]["reason"]


def test_case_10_the_next_run_after_a_lost_runner_has_a_new_one(bench: Bench) -> None:
    ready = bench.fifo("ready")
    run = bench.book(bench.task("a", "echo > ready; sleep NAP")).run(background=True)
    bench.hear(ready)
    lost = client().pid
    psutil.Process(lost).children()[0].kill()
    run.wait(check=False)
    assert bench.book(bench.task("a", "true")).run().ok
    assert client().pid != lost


def test_case_10_a_run_goes_on_when_the_guardian_of_its_runner_is_killed(bench: Bench) -> None:
    ready, go = bench.fifo("ready"), bench.fifo("go")
    book = bench.book(bench.task("a", "echo > ready; read -r _ < go"))
    run = book.run(background=True)
    bench.hear(ready)
    os.kill(client().pid, signal.SIGKILL)
    go.write_text("go\n")
    assert run.wait().ok


FRONT = """
import sys
from pathlib import Path
from spry_jupyter.model import Task
from spry_jupyter.runbook import Runbook
Runbook([Task(name="a", body=sys.argv[1])], folder=Path.cwd()).run("a")
"""


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES.keys())
def test_case_7_a_front_that_is_killed_leaves_no_process(bench: Bench, escape: str) -> None:
    ready = bench.fifo("ready")
    body = escape.replace("NAP", bench.nap)
    front = subprocess.Popen([sys.executable, "-c", FRONT, body], cwd=bench.folder)
    bench.hear(ready)
    runner = psutil.Process(front.pid).children(recursive=True)
    front.kill()
    front.wait()
    until_dead(runner)
    assert bench.naps() == []


def test_case_8_a_front_whose_forked_child_lives_on_leaves_no_process(bench: Bench) -> None:
    ready, forked = bench.fifo("ready"), bench.fifo("forked")
    code = textwrap.dedent("""
        import os, sys, time
        from pathlib import Path
        from spry_jupyter.model import Task
        from spry_jupyter.runbook import Runbook
        book = Runbook([Task(name="a", body=sys.argv[1])], folder=Path.cwd())
        run = book.run("a", background=True)
        if os.fork() == 0:
            Path("forked").write_text(str(os.getpid()))
            time.sleep(60)  # holds the pipe to the runner open
        run.wait()
    """)
    body = f"sleep {bench.nap} & echo > ready; wait"
    front = subprocess.Popen([sys.executable, "-W", "ignore", "-c", code, body], cwd=bench.folder)
    bench.hear(ready)
    child = psutil.Process(int(bench.hear(forked)))
    family = psutil.Process(front.pid).children(recursive=True)
    front.kill()
    front.wait()
    until_dead([process for process in family if process != child])
    child.kill()
    assert bench.naps() == []


def test_case_72_a_forked_front_has_runs_of_its_own(bench: Bench) -> None:
    bench.fifo("go")
    code = textwrap.dedent("""
        import os
        from pathlib import Path
        from spry_jupyter.model import Task
        from spry_jupyter.runbook import Runbook
        def book(body):
            return Runbook([Task(name="a", body=body)], folder=Path.cwd())
        run = book("read -r _ < go; echo parent").run(background=True)
        child = os.fork()
        if not child:
            said = book("echo child; echo > go").run()["a"].output
            os._exit(said != "child\\n")
        print(os.waitpid(child, 0)[1], run.wait()["a"].output)
    """)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=bench.folder, capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert done.stdout == "0 parent\n\n"


def test_case_28_a_task_that_takes_too_long_is_ended_with_its_whole_tree(bench: Bench) -> None:
    limit = Duration(0.3, "300ms")
    task = bench.task("a", "setsid sleep NAP & sleep NAP", limits=Limits(timeout=limit))
    run = bench.book(task).run(check=False)
    assert run["a"].reason == TimedOut(limit)
    assert bench.naps() == []


def test_case_12_a_task_has_five_seconds_to_end_before_it_is_killed(bench: Bench) -> None:
    ready = bench.fifo("ready")
    run = bench.book(
        bench.task("a", "trap 'echo asked' TERM; echo > ready; while :; do sleep 0.1 || :; done")
    ).run(background=True)
    bench.hear(ready)
    began = time.monotonic()
    run.stop()
    run.wait(check=False)
    assert time.monotonic() - began >= 5
    assert "asked" in run["a"].output
    said = '"a" did not end when it was asked to: it was killed after 5s'
    assert run.to_dict()["warnings"] == [said]


def test_case_1_each_process_is_asked_to_end_once(bench: Bench) -> None:
    ready = bench.fifo("ready")
    body = "trap 'echo asked; sleep 0.2; exit' TERM; echo > ready; while :; do sleep 0.1; done"
    run = bench.book(bench.task("a", body)).run(background=True)
    bench.hear(ready)
    run.stop()
    run.wait(check=False)
    assert run["a"].output.count("asked") == 1


def test_case_13_a_task_that_ends_well_when_asked_counts_as_cancelled(bench: Bench) -> None:
    ready = bench.fifo("ready")
    body = "trap 'exit 0' TERM; echo > ready; while :; do sleep 0.05; done"
    run = bench.book(bench.task("a", body)).run(background=True)
    bench.hear(ready)
    run.stop()
    run.wait(check=False)
    assert run["a"].outcome is Outcome.CANCELLED


def test_case_48_output_within_the_time_of_grace_is_kept(bench: Bench) -> None:
    ready = bench.fifo("ready")
    body = "trap 'echo last words; exit' TERM; echo > ready; while :; do sleep 0.05; done"
    run = bench.book(bench.task("a", body)).run(background=True)
    bench.hear(ready)
    run.stop()
    run.wait(check=False)
    assert run["a"].output.endswith("last words\n")


def test_case_16_stopping_one_task_spares_the_daemon_of_another(bench: Bench) -> None:
    first, second = bench.fifo("first"), bench.fifo("second")
    run = bench.book(
        bench.task("a", "setsid sleep NAP & echo > first; sleep NAP"),
        bench.task("b", "(setsid sleep NAP &); echo > second; read -r < go", deps=()),
    ).run(background=True)
    go = bench.fifo("go")
    bench.hear(first)
    bench.hear(second)
    run.stop("a")
    while run["a"].outcome is None:
        run._take(1.0)
    assert len(bench.naps()) == 1
    go.write_text("go\n")
    run.wait(check=False)
    assert run["b"].outcome is Outcome.SUCCEEDED
    assert bench.naps() == []


def test_case_21_a_task_that_signals_its_own_group_hurts_nobody_else(bench: Bench) -> None:
    run = bench.book(bench.task("a", "kill -TERM 0"), bench.task("b", "sleep 0.2; echo fine")).run(
        check=False
    )
    assert run["a"].outcome is Outcome.FAILED
    assert run["b"].output == "fine\n"


def test_case_17_32_what_a_task_leaves_in_the_background_serves_the_next(bench: Bench) -> None:
    bench.fifo("ask")
    bench.fifo("answer")
    server = bench.task("server", '(read -r q < ask; echo "$q!" > answer; sleep NAP) &')
    use = bench.task("use", "echo hello > ask; cat answer", deps=("server",))
    run = bench.book(server, use).run()
    assert run["use"].output == "hello!\n"
    assert bench.naps() == []
    assert run.to_dict()["warnings"] == [
        '"server" left 1 process running; it was ended with the run'
    ]


def test_case_47_what_a_daemon_says_later_goes_into_its_tasks_log(bench: Bench) -> None:
    bench.fifo("go")
    server = bench.task("server", "(read -r _ < go; echo late; echo > said) & echo early")
    bench.fifo("said")
    use = bench.task("use", "echo go > go; cat said", deps=("server",))
    run = bench.book(server, use).run()
    assert run["server"].output == "early\nlate\n"


def test_case_33_a_task_does_not_end_when_it_closes_its_output(bench: Bench) -> None:
    run = bench.book(bench.task("a", "exec >&- 2>&-; sleep 0.2; exit 7")).run(check=False)
    assert run["a"].exit_code == 7
    assert run["a"].duration >= 0.2


def test_case_22_no_signal_is_ignored_or_blocked_in_a_task(bench: Bench) -> None:
    script = "grep -E '^Sig(Ign|Blk)' /proc/self/status"
    run = bench.book(bench.task("a", f"#!/bin/sh\nexec {script}")).run()
    masks = [int(line.split()[1], 16) for line in run["a"].output.splitlines()]
    for mask in masks:
        assert not {number for number in signal.valid_signals() if mask >> (number - 1) & 1}


def test_case_27_stopping_again_and_after_the_end_changes_nothing(bench: Bench) -> None:
    run = bench.book(bench.task("a", "true")).run()
    run.stop()
    run.stop()
    assert run.ok
    assert run["a"].outcome is Outcome.SUCCEEDED


def test_case_67_a_run_leaves_no_descriptor_open_in_the_front(bench: Bench) -> None:
    book = bench.book(*[bench.task(f"t{i}", "echo x") for i in range(20)])
    book.run()
    before = psutil.Process().num_fds()
    for _ in range(5):
        book.run()
    assert psutil.Process().num_fds() == before


def test_case_67_a_run_leaves_no_descriptor_open_in_the_runner(bench: Bench) -> None:
    book = bench.book(*[bench.task(f"t{i}", "echo x; sleep NAP &") for i in range(5)])
    book.run()
    loop = psutil.Process(client().pid).children()[0]
    before = loop.num_fds()
    for _ in range(3):
        book.run()
    until(lambda: loop.num_fds() <= before)  # the end of a pipe may be read after the run's


def test_case_32_a_background_process_that_never_stops_talking_holds_up_nothing(
    bench: Bench,
) -> None:
    run = bench.book(
        bench.task("a", "yes & sleep NAP & echo done"), bench.task("b", "echo b", deps=("a",))
    ).run()
    assert run["b"].output == "b\n"
    assert bench.naps() == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("#!/no/such/program", "the interpreter /no/such/program cannot be run: No such file"),
        ("#!/dev/null", "the interpreter /dev/null cannot be run: Permission denied"),
    ],
)
def test_case_57_an_interpreter_that_cannot_be_run_is_named(
    bench: Bench, body: str, said: str
) -> None:
    run = bench.book(bench.task("a", f"{body}\nx")).run(check=False)
    reason = run["a"].reason
    assert isinstance(reason, NotStarted)
    assert reason.why.startswith(said)
