"""The magics in a real kernel: what a cell shows, and what it leaves in the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from headless import execute, live_kernel, output_text
from lab_notebook import notebook_of
from nbclient.exceptions import CellExecutionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from headless import LiveKernel

    Say = Callable[[str], str]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveKernel]:
    with live_kernel(tmp_path_factory.mktemp("kernel")) as kernel:
        assert kernel.run("%load_ext spry_jupyter").text == ""
        yield kernel


@pytest.fixture
def say(shared: LiveKernel) -> Say:
    """Execute a cell in a kernel without tasks; return what it shows."""
    shared.run("%spry_rm --all")
    shared.run("%config SpryMagics.jobs = None")
    return lambda code: shared.run(code).text


def test_a_task_cell_registers_and_runs_nothing(say: Say, tmp_path: Path) -> None:
    assert say(f"%%spry_task a\ntouch {tmp_path}/ran") == "registered a"
    assert say("%%spry_task b --dep a,c\ntrue") == "registered b (needs a, c)"
    assert not (tmp_path / "ran").exists()


def test_a_run_shows_its_lines_once_though_it_returns_a_run(say: Say) -> None:
    say("%%spry_task a\ntrue")
    assert say("%spry_run a") == "✓ a completed"


def test_a_run_kept_in_a_variable_shows_its_lines_when_it_is_displayed(say: Say) -> None:
    say("%%spry_task a\ntrue")
    say("run = %spry_run a")
    assert say("run").splitlines()[0] == "✓ a completed"
    assert say("run.ok, run['a'].outcome") == "(True, <Outcome.SUCCEEDED: 'succeeded'>)"


def test_a_failure_fails_the_cell_with_one_line_and_no_traceback(
    say: Say, shared: LiveKernel
) -> None:
    say("%%spry_task a\necho why; exit 3")
    say("%%spry_task b --dep a\ntrue")
    cell = shared.run("%spry_run b")
    assert cell.error == "RunFailed"
    assert cell.text.splitlines() == [
        "✗ a failed with exit code 3",
        "why",
        "⊘ b skipped (dependency failed)",
        'Error: Task "a" failed with exit code 3',
    ]


def test_a_line_that_cannot_be_understood_registers_nothing(say: Say) -> None:
    said = say("%%spry_task a --dpe b\ntrue")
    assert said.splitlines()[0] == 'Error: Unknown flag "--dpe" (did you mean "--dep"?)'
    assert say("%spry_ls") == "no tasks"


def test_running_a_cell_that_replaces_anothers_task_warns_and_says_which(say: Say) -> None:
    say("%%spry_task a\ntrue")
    said = say("%%spry_task a\nfalse")
    assert 'Warning: Task "a" replaces the one at In [' in said


def test_a_group_is_a_line_of_its_own(say: Say) -> None:
    say("%%spry_task a\ntrue")
    assert say("%spry_task all --dep a") == "registered all (needs a)"
    assert say("%spry_run all").splitlines() == ["✓ a completed", "✓ all completed"]


def test_a_task_with_run_runs_at_once(say: Say) -> None:
    assert say("%%spry_task a --run\ntrue").splitlines() == ["registered a", "✓ a completed"]


def test_nothing_in_a_task_cell_is_expanded(say: Say) -> None:
    say("x = 'wrong'")
    say("%%spry_task a --env y={x}\necho {x} $y")
    assert say("%spry_run a -v").splitlines()[2:3] == ["{x} {x}"]


def test_a_line_magic_expands_names_and_expressions(say: Say) -> None:
    say("%%spry_task a\ntrue")
    say("%%spry_task b\ntrue")
    say("name, names = 'a', ['a', 'b']")
    assert say("%spry_run $name") == "✓ a completed"
    assert say("%spry_run {names} -j 1").splitlines() == ["✓ a completed", "✓ b completed"]


def test_an_undefined_name_in_a_line_is_an_error(say: Say) -> None:
    assert "$nope has no value" in say("%spry_run $nope")


def test_a_captured_value_becomes_a_variable_of_the_kernel(say: Say) -> None:
    say("%%spry_task a --capture version\necho 1.2.3")
    say("%spry_run a")
    assert say("version") == "'1.2.3'"


def test_a_variable_of_the_kernel_is_forwarded_byte_for_byte(say: Say) -> None:
    say("""value, n = "it's; $(rm) `x` \\n-rf", {"k": [1, 2]}""")
    say('%%spry_task a --env value --env n --capture got\nprintf %s:%s "$value" "$n"')
    say("%spry_run a")
    assert say("got == value + ':{\"k\": [1, 2]}'") == "True"


def test_a_variable_that_is_no_plain_value_is_refused_by_its_name(say: Say) -> None:
    say("thing = object()")
    say("%%spry_task a --env thing\ntrue")
    assert "✗ a could not start: the kernel variable thing is a object" in say("%spry_run a")


def test_a_run_without_a_target_runs_nothing_and_lists_what_could_be_run(say: Say) -> None:
    say("%%spry_task a --descr 'Does it'\nfalse")
    said = say("%spry_run")
    assert "needs a target" in said
    assert "Does it" in said


def test_an_unknown_target_says_the_near_name_or_a_way_out(say: Say) -> None:
    say("%%spry_task build-app\ntrue")
    assert 'did you mean "build-app"?' in say("%spry_run biuld-app")
    assert "%spry_load" in say("%spry_run zzzzz")


def test_a_dry_run_runs_nothing_and_says_why_each_would_run(say: Say, tmp_path: Path) -> None:
    say(f"%%spry_task a\ntouch {tmp_path}/ran")
    said = say("%spry_run a --dry-run")
    assert "asked for" in said
    assert not (tmp_path / "ran").exists()


def test_settings_hold_until_the_line_says_otherwise(say: Say) -> None:
    say("%%spry_task a\ntrue")
    say("%config SpryMagics.jobs = 3")
    assert "at most 3 at once" in say("%spry_run a -n")
    assert "at most 2 at once" in say("%spry_run a -n -j 2")


def test_a_background_run_returns_at_once_and_is_shown_when_it_is_waited_for(
    say: Say, tmp_path: Path
) -> None:
    say(f"%%spry_task a --capture said\nread -r x < {tmp_path}/go; echo $x")
    say(f"import os; os.mkfifo('{tmp_path}/go')")
    assert "running" in say("run = %spry_run a --background\nrun")
    say(f"_ = open('{tmp_path}/go', 'w').write('hello\\n')")
    assert say("run.wait()") == "✓ a completed"
    assert say("said") == "'hello'"


def test_stop_ends_what_runs_in_the_background(say: Say) -> None:
    say("%%spry_task a\nsleep 600")
    say("run = %spry_run a --bg")
    assert say("%spry_stop").splitlines() == ["⊘ a cancelled", "stopped 1 run"]
    assert say("run.done, run.ok") == "(True, False)"


def test_saved_tasks_read_back_the_same(say: Say, tmp_path: Path) -> None:
    say("%%spry_task a --descr 'One, two' --retry 2\necho x")
    say("%spry_task all --dep a")
    listed = say("%spry_ls --json")
    for name in ("out.md", "out.ipynb"):
        say(f"%spry_save {tmp_path}/{name}")
        say("%spry_rm --all")
        assert "registered all (needs a)" in say(f"%spry_load {tmp_path}/{name}")
        read = say("%spry_ls")
        assert "One, two" in read
        assert len(listed)


def test_the_log_is_all_that_a_task_said(say: Say) -> None:
    say("%%spry_task a\necho one; echo two >&2")
    say("%spry_run a")
    assert say("%spry_log a") == "one\ntwo"


def test_the_graph_is_drawn_also_with_a_missing_dep(say: Say) -> None:
    say("%%spry_task a --dep gone\ntrue")
    assert "gone?" in say("%spry_dag")
    assert "graph" in say("%spry_dag --format mermaid") or "flowchart" in say(
        "%spry_dag --format mermaid"
    )


def test_forgotten_tasks_are_gone(say: Say) -> None:
    say("%%spry_task a\ntrue")
    say("%spry_rm a")
    assert say("%spry_ls") == "no tasks"
    assert 'Task "a" does not exist' in say("%spry_rm a")


@pytest.mark.parametrize(
    "magic", ["run", "runbook", "dag", "ls", "load", "save", "log", "stop", "rm", "task"]
)
def test_every_magic_prints_help_without_failing(say: Say, shared: LiveKernel, magic: str) -> None:
    cell = shared.run(f"%spry_{magic} -h")
    assert "usage: %" in cell.text
    assert cell.error == ""
    assert "Examples:" in say(f"print(get_ipython().find_line_magic('spry_{magic}').__doc__)")


def test_tab_offers_flags_tasks_and_tags(say: Say, shared: LiveKernel) -> None:
    say("%%spry_task build-app --tag web\ntrue")

    def offered(line: str) -> list[str]:
        reply = shared.client.complete(line, len(line), reply=True, timeout=30)
        content = reply["content"]
        return [line[: content["cursor_start"]] + match for match in content["matches"]]

    assert "%spry_run build-app" in offered("%spry_run bui")
    assert "%spry_run --fail-fast" in offered("%spry_run --fa")
    assert "%%spry_task x --dep build-app" in offered("%%spry_task x --dep bu")
    assert "%%spry_task x --retry-delay" in offered("%%spry_task x --retry-d")


def test_capture_time_loops_and_functions_all_behave(say: Say) -> None:
    say("%%spry_task a\ntrue")
    say("%%spry_task b\nfalse")
    assert say("%%capture out\n%spry_run a") == ""
    assert say("out.stdout") == r"'✓ a completed\n'"
    assert "✓ a completed" in say("%time _ = get_ipython().run_line_magic('spry_run', 'a')")
    assert say("for _ in range(2):\n    %spry_run a") == "✓ a completed\n✓ a completed"
    assert say("%spry_run a\n%spry_run a") == "✓ a completed\n✓ a completed"
    assert say(
        "def f():\n    %spry_run b\ntry:\n    f()\nexcept Exception as e: print(type(e))"
    ) == ("✗ b failed with exit code 1\n<class 'spry_jupyter.errors.RunFailed'>")


def test_a_tasks_environment_has_nothing_of_the_kernels_own(say: Say) -> None:
    say("%%spry_task a --capture seen\nenv")
    say("%spry_run a")
    names = say("print(*sorted(line.partition('=')[0] for line in seen.splitlines()))").split()
    assert not {"MPLBACKEND", "FORCE_COLOR", "CLICOLOR_FORCE", "PAGER", "GIT_PAGER"} & set(names)
    assert not [name for name in names if name.startswith(("JPY_", "PYDEVD_"))]


def test_a_python_task_runs_with_the_kernels_own_interpreter(say: Say) -> None:
    say("%%spry_task a --lang py --capture exe\nimport sys; print(sys.executable)")
    say("%spry_run a")
    assert say("import sys; exe == sys.executable") == "True"


def test_unloading_leaves_no_magic_behind(tmp_path: Path) -> None:
    with live_kernel(tmp_path) as kernel:
        kernel.run("%load_ext spry_jupyter")
        assert kernel.run("%unload_ext spry_jupyter").error == ""
        assert "not found" in kernel.run("%spry_ls").text
        kernel.run("%load_ext spry_jupyter")
        assert kernel.run("%spry_ls").text == "no tasks"


def test_a_failing_notebook_ends_a_headless_execution(tmp_path: Path) -> None:
    notebook = notebook_of(
        ["%load_ext spry_jupyter", "%%spry_task a\nexit 4", "%spry_run a", "print('not reached')"]
    )
    with pytest.raises(CellExecutionError, match=r'Task "a" failed with exit code 4'):
        execute(notebook, tmp_path)
    assert output_text(notebook.cells[3].outputs) == ""
