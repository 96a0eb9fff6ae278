"""Scripts of every size and kind, and machines that are short of something."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from hosted_executor import hosted
from sleepers import own_nap, sleepers
from trial import Trial

from spry_jupyter.model import Exited, NotStarted, TimedOut
from spry_jupyter.run import boot, client

if TYPE_CHECKING:
    from bench import Bench
    from command_line import Desk
    from headless import LiveKernel
    from kernel_desk import Desk as KernelDesk
    from watch import Watch


# -- scripts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [131_071, 131_072, 1_000_000])
def test_case_51_a_script_may_have_any_size(desk: Desk, size: int) -> None:
    last = "\necho end"
    line = "true " + "x" * 74 + "\n"
    body = (line * (size // len(line) + 1))[: size - len(last)].rpartition("\n")[0] + last
    desk.tasks(f"bash a\n{body}")
    assert desk.spry("task", "a", "--show", "all").lines == ["✓ a completed", "end"]


def test_case_52_a_variable_that_is_too_large_is_named(bench: Bench) -> None:
    run = bench.book(
        bench.task("fits", "echo ${#BIG}", env=(("BIG", "x" * 131_067),)),
        bench.task("large", "true", env=(("LARGE", "x" * 131_070),)),
        bench.task("many", "true", env=tuple((f"V{i}", "x" * 120_000) for i in range(40))),
    ).run(check=False)
    assert run["fits"].output == "131067\n"
    assert isinstance(run["large"].reason, NotStarted)
    assert "LARGE" in run["large"].reason.why
    assert isinstance(run["many"].reason, NotStarted)
    assert "environment is too large" in run["many"].reason.why
    assert "V1" in run["many"].reason.why


LINES = {
    "false; echo not here": 1,
    "false | true": 1,
    "true | false": 1,
    "false || true": 0,
    "if false; then exit 9; fi": 0,
    "! true; true": 0,
    'echo "$UNSET"': 0,
    "(exit 7); echo not here": 7,
    "x=$(exit 4); echo not here": 4,
    "no-such-command": 127,
    "/": 126,
}


def test_case_53_a_line_fails_a_task_as_it_does_in_continuous_integration(bench: Bench) -> None:
    tasks = [bench.task(f"t{i}", body) for i, body in enumerate(LINES)]
    run = bench.book(*tasks).run(check=False)
    assert {body: run[f"t{i}"].exit_code for i, body in enumerate(LINES)} == LINES
    assert not any("not here" in task.output for task in run)


def test_case_54_a_pipe_that_was_closed_too_early_is_explained(desk: Desk) -> None:
    desk.tasks("bash a\nyes | head -n 1")
    said = desk.spry("task", "a")
    assert said.lines[0] == "✗ a failed with exit code 141"
    assert "pipefail" in said.err


def test_case_55_files_of_any_editor_are_read(desk: Desk) -> None:
    text = (
        "\ufeff# Book\r\n\r\n```bash crlf\r\necho one\r\nprintf '%s' two | od -An -c\r\n```\r\n"
        "```bash tabs\r\n\tif true; then\r\n\t\techo tab\r\n\tfi\r\n```\r\n"
        "```bash empty --dep crlf\r\n```\r\n"
        "```bash comment --dep tabs\r\n# nothing\r\n```\r\n"
        "~~~bash last\r\necho end\r\n~~~"
    )
    (desk.folder / "Spryfile.md").write_bytes(text.encode())
    said = desk.spry("runbook", "-j1", "--show", "all")
    assert said.status == 0
    assert {f"✓ {name} completed" for name in ("crlf", "tabs", "empty", "comment", "last")} <= set(
        said.lines
    )
    assert "\r" not in said.out
    assert "\\r" not in said.out


def test_case_56_a_nul_is_refused_with_its_line_before_anything_runs(desk: Desk) -> None:
    (desk.folder / "Spryfile.md").write_bytes(b"```bash a\ntouch ran\necho \0\n```\n")
    said = desk.spry("task", "a")
    assert said.status == 2
    assert not (desk.folder / "ran").exists()
    assert "Traceback" not in said.err
    assert "Spryfile.md" in said.err


def test_case_56_a_nul_in_a_value_could_not_start_for_that_reason(cells: KernelDesk) -> None:
    cells.cell("V = 'a\\0b'")
    cells.task("a --env V", 'echo "$V"')
    assert "✗ a could not start" in (said := cells.says("%spry_run a"))
    assert "V holds a NUL byte" in said


SHEBANGS = {
    f"#!{sys.executable}\nprint('out')": "out\n",
    "#!/usr/bin/env python3\nprint('out')": "out\n",
    "#!/usr/bin/env -S python3 -u\nprint('out')": "out\n",
    "#! /bin/sh -e\nfalse\necho not here": None,
    f"#!{'/' * 300}bin/sh\necho out": "out\n",
}


def test_case_57_the_interpreter_of_a_script_is_found_whatever_its_line_is(bench: Bench) -> None:
    tasks = [bench.task(f"t{i}", body) for i, body in enumerate(SHEBANGS)]
    run = bench.book(*tasks).run(check=False)
    for i, expected in enumerate(SHEBANGS.values()):
        if expected is None:
            assert run[f"t{i}"].reason == Exited(1)
        else:
            assert run[f"t{i}"].output == expected


def test_case_57_what_follows_the_interpreter_is_one_argument_as_the_system_has_it(
    bench: Bench,
) -> None:
    run = bench.book(bench.task("a", "#!/usr/bin/printf [%s] x  y")).run()
    assert re.fullmatch(r"\[/\S+\] x  y", run["a"].output)


def test_case_57_an_interpreter_that_is_not_there_is_named(desk: Desk) -> None:
    desk.tasks("bash a\n#!/no/such/interpreter -x\ntrue", "bash b\n#!\ntrue")
    said = desk.spry("runbook")
    lines = sorted(line for line in said.lines if line.startswith("✗"))
    assert lines[0].startswith("✗ a could not start: the interpreter /no/such/interpreter")
    assert lines[1] == "✗ b could not start: its #! line names no interpreter"


def test_case_58_a_python_task_tells_the_line_of_its_body(cells: KernelDesk) -> None:
    cells.task("a --lang python", "import sys\nprint(sys.executable)\nprint('last words')\n1 / 0")
    said = cells.says("%spry_run a")
    executable = cells.says("import sys; print(sys.executable)")
    assert executable in said.splitlines()
    assert said.index("last words") < said.index("line 4") < said.index("ZeroDivisionError")


def test_case_59_no_folder_for_temporary_files_is_needed(desk: Desk) -> None:
    desk.tasks("bash a\necho out", "python b\nprint('out')")
    said = desk.spry("runbook", env={"TMPDIR": "/no/such/folder"})
    assert (said.status, len(said.lines), said.err) == (0, 2, "")


def test_case_60_scripts_that_start_all_at_once_are_never_busy(bench: Bench) -> None:
    """Executing a file that was just written fails while another child still holds it open."""
    tasks = [bench.task(f"t{i}", "#!/bin/sh\nexit 0") for i in range(1000)]
    run = bench.book(*tasks).run(jobs=16, check=False)
    assert [task.reason for task in run if task.outcome != "succeeded"] == []


def test_case_61_a_folder_that_cannot_be_worked_in_is_named(desk: Desk) -> None:
    (desk.folder / "file").touch()
    (desk.folder / "gone").mkdir()
    desk.tasks(
        "bash missing --cwd nowhere\ntrue",
        "bash file --cwd file\ntrue",
        "bash remove\nrmdir gone",
        "bash gone --cwd gone --dep remove\ntrue",
        "bash removes_its_own --cwd own --dep own\nrmdir ../own",
        "bash own\nmkdir own",
    )
    said = desk.spry("runbook")
    failed = {line.split()[1]: line for line in said.lines if line[0] == "✗"}
    assert set(failed) == {"missing", "file", "gone"}
    assert failed["missing"].endswith(f"the working directory {desk.folder}/nowhere does not exist")
    assert failed["file"].endswith(f"the working directory {desk.folder}/file is not a folder")
    assert failed["gone"].endswith(f"the working directory {desk.folder}/gone does not exist")


def test_case_62_what_cannot_be_run_could_not_start_for_its_reason(desk: Desk) -> None:
    (desk.folder / "plain").write_text("no program")
    desk.tasks(
        "no-such-program a\ntrue",
        f"bash b\n#!{desk.folder}/plain\ntrue",
        f"bash c\n#!{desk.folder}\ntrue",
    )
    said = desk.spry("runbook")
    assert said.status == 1
    assert sorted(said.lines) == [
        "✗ a could not start: no-such-program is not on PATH",
        f"✗ b could not start: the interpreter {desk.folder}/plain cannot be run: Permission denied",
        f"✗ c could not start: the interpreter {desk.folder} cannot be run: Permission denied",
    ]


def test_case_63_who_is_killed_and_not_by_us_was_perhaps_out_of_memory(desk: Desk) -> None:
    desk.tasks("bash a\nkill -KILL $$", "bash b\nkill -SEGV $$")
    said = desk.spry("runbook")
    assert sorted(said.lines) == ["✗ a killed by SIGKILL", "✗ b killed by SIGSEGV"]
    assert 'Hint: "a" was killed from outside, perhaps out of memory' in said.err
    assert '"b" was killed' not in said.err


# -- environment -----------------------------------------------------------------------------


def test_case_64_a_task_of_a_kernel_has_nothing_of_the_kernels_own(cells: KernelDesk) -> None:
    cells.task("a", "env; command -v python")
    said = cells.says("%spry_run a --show all").splitlines()
    for name in ("MPLBACKEND", "FORCE_COLOR", "CLICOLOR_FORCE", "JPY_PARENT_PID", "PYDEVD_USE"):
        assert not any(line.startswith(name) for line in said)


def test_case_64_the_programs_of_the_kernels_environment_come_first(cells: KernelDesk) -> None:
    """A kernel of a virtual environment is started without activating that."""
    cells.task("a", "command -v python")
    cells.cell("import os; path = os.environ['PATH']; os.environ['PATH'] = '/usr/bin:/bin'")
    try:
        said = cells.says("%spry_run a --show all").splitlines()
    finally:
        cells.cell("os.environ['PATH'] = path")
    assert said == ["✓ a completed", f"{sys.prefix}/bin/python"]


def test_case_65_a_run_has_the_environment_of_the_moment_it_was_asked_for(
    cells: KernelDesk,
) -> None:
    go = cells.fifo("go")
    cells.task("first", "read -r _ < go")
    cells.task("second --dep first --env VALUE", 'echo "$VALUE $PLAIN"')
    cells.cell("import os; VALUE = 'old'; os.environ['PLAIN'] = 'old'")
    cells.cell("run = %spry_run second --background")
    cells.cell("VALUE = 'new'; os.environ['PLAIN'] = 'new'")
    go.write_text("go\n")
    cells.cell("run.wait()")
    assert cells.says("print(run['second'].output)") == "old old\n".rstrip()


def test_case_66_a_plain_locale_and_names_that_are_no_text_are_no_crash(desk: Desk) -> None:
    odd = desk.folder / os.fsdecode(b"\xff\xe4")
    odd.mkdir()
    desk.tasks("bash a\necho ä; ls", "python b\nprint('ä')", "python c\nimport os\nos.listdir('.')")
    (odd / "Spryfile.md").write_bytes((desk.folder / "Spryfile.md").read_bytes())
    env = {"LC_ALL": "C", "LANG": "C", "ODD": os.fsdecode(b"\xff")}
    script = 'cd "$(printf "\\377\\344")" && exec "$@"'
    program = ("sh", "-c", script, "sh", *desk.module)
    said = desk.spry("runbook", "--show", "all", program=program, env=env)
    assert (said.status, said.err) == (0, "")
    assert said.out.count("completed") == 3
    said = desk.spry("log", "a", program=program, env=env)
    assert said.out == "ä\nSpryfile.md\n"


def test_case_67_few_descriptors_are_no_failure(desk: Desk) -> None:
    desk.tasks(*[f"bash t{i} --capture V{i}\necho {i}; sleep 0.01" for i in range(200)])
    program = ("sh", "-c", 'ulimit -n 64; exec "$@"', "sh", *desk.module)
    said = desk.spry("runbook", "-j0", program=program)
    assert said.status == 0
    assert said.out.count("✓") == 200


CROWDED = """
import errno
from spry_jupyter.run import local
spawn, left = local.spawn, [{times}]
def crowded(*words):
    if left[0]:
        left[0] -= 1
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
    return spawn(*words)
local.spawn = crowded
"""


def test_case_68_a_machine_full_of_processes_is_tried_again(tmp_path: Path) -> None:
    nap = own_nap()
    with hosted(CROWDED.format(times=4)) as executor:
        trial = Trial(executor, tmp_path, nap=nap, left=lambda: len(sleepers(nap)))
        a, b = trial.start("exit 3"), trial.start("exit 4")
        assert trial.ended(a).reason == Exited(3)
        assert trial.ended(b).reason == Exited(4)


def test_case_68_a_machine_that_stays_full_is_told(tmp_path: Path) -> None:
    nap = own_nap()
    patch = "from spry_jupyter.run import local; local._PATIENCE = 0.5\n"
    with hosted(patch + CROWDED.format(times=1 << 60)) as executor:
        trial = Trial(executor, tmp_path, nap=nap, left=lambda: len(sleepers(nap)))
        a = trial.start("exit 3")
        reason = trial.ended(a).reason
        assert isinstance(reason, NotStarted)
        assert "Resource temporarily unavailable" in reason.why


def test_case_68_what_waits_for_room_can_be_stopped(tmp_path: Path) -> None:
    nap = own_nap()
    with hosted(CROWDED.format(times=1 << 60)) as executor:
        trial = Trial(executor, tmp_path, nap=nap, left=lambda: len(sleepers(nap)))
        a = trial.start("exit 3")
        trial.executor.stop(a, 60.0)
        assert trial.ended(a).reason == NotStarted("it was stopped before it started")


def test_case_69_thousands_of_tasks_take_little_memory(bench: Bench) -> None:
    bench.book(bench.task("warm", "true")).run()
    loop = psutil.Process(client.client().pid).children()[0]
    run = bench.book(*[bench.task(f"t{i}", "true") for i in range(2000)]).run(jobs=8)
    assert run.ok
    assert loop.memory_info().rss < 150 << 20


SCORE = Path("/proc/self/oom_score_adj")


@pytest.mark.skipif(not SCORE.exists(), reason="Linux has it alone")
def test_case_70_a_task_is_killed_for_memory_before_the_kernel_and_the_runner(
    bench: Bench,
) -> None:
    run = bench.book(bench.task("a", "cat /proc/self/oom_score_adj")).run()
    assert run["a"].output == "500\n"
    runner = psutil.Process(client.client().pid)
    for process in (runner, *runner.children()):
        assert Path(f"/proc/{process.pid}/oom_score_adj").read_text() == SCORE.read_text()


CLOCK = """
import time
real, real_ns = time.time, time.time_ns
begun = time.monotonic()
def step():
    return {step} if time.monotonic() - begun > 0.3 else 0
time.time = lambda: real() + step()
time.time_ns = lambda: real_ns() + step() * 10**9
"""


@pytest.mark.parametrize("step", [3600, -3600])
def test_case_71_a_clock_that_is_set_changes_no_duration_and_ends_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(boot, "_CODE", CLOCK.format(step=step) + boot._CODE)
    monkeypatch.setattr(client, "_clients", {})
    goes_on = "for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.1; done; echo done"  # and wakes us up
    try:
        run = bench.book(
            bench.task("a", goes_on, limits=bench.limits("60s")),
            bench.task("b", "sleep NAP", limits=bench.limits("700ms")),
        ).run(check=False)
        assert 0.8 <= run["a"].duration < 60
        assert run["a"].output.endswith("done\n")
        assert isinstance(run["b"].reason, TimedOut)
        assert 0.7 <= run["b"].duration < 60
        assert bench.book(bench.task("c", "true")).run(resume=True).ok
    finally:
        client.client().close()


def test_case_72_a_fork_of_the_kernel_during_a_run_doubles_nothing(
    kernel: LiveKernel, watch: Watch
) -> None:
    kernel.run(watch.cell("a", "echo > READY; read -r _ < go"))
    os.mkfifo(watch.folder / "go")
    kernel.run("run = %spry_run a --background")
    watch.hear()
    code = (
        "import multiprocessing, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool: print(pool.map(abs, [-1]))"
    )
    assert kernel.run(code).text == "[1]"
    (watch.folder / "go").write_text("go\n")
    said = kernel.run("run.wait();")
    assert said.text == "✓ a completed"
