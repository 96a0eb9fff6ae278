"""Cells that run tasks: what they show once, and what they leave in the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from kernel_desk import Desk


def test_a_run_shows_its_lines_once_though_it_returns_a_run(desk: Desk) -> None:
    desk.task("a")
    cell = desk.cell("%spry_run a")
    (shown,) = cell.outputs
    assert shown.output_type == "display_data"
    assert shown.data["text/plain"] == "✓ a completed"
    assert shown.data["text/html"]


def test_a_run_kept_in_a_variable_is_a_run(desk: Desk) -> None:
    desk.task("a --capture v", "echo 7")
    assert desk.says("run = %spry_run a") == "✓ a completed"
    said = desk.says("run.ok, run['a'].outcome.value, run.captured['v'], run['a'].output")
    assert said == "(True, 'succeeded', '7', '7\\n')"


@pytest.mark.parametrize("code", ["run", "display(run)"])
def test_a_run_displayed_in_a_later_cell_is_its_lines(desk: Desk, code: str) -> None:
    desk.task("a")
    desk.task("b --dep a")
    desk.says("run = %spry_run b")
    (shown,) = desk.cell(code).outputs
    assert shown.data["text/plain"] == "✓ a completed\n✓ b completed"


def test_a_run_on_the_last_line_of_its_own_cell_shows_nothing_more(desk: Desk) -> None:
    desk.task("a")
    assert desk.says("run = %spry_run a\nrun") == "✓ a completed"


def test_a_failure_is_its_lines_and_one_line_of_error(desk: Desk) -> None:
    desk.task("step1", 'echo "Step 1 complete"')
    desk.task("step2 --dep step1", "echo why; exit 1")
    desk.task("step3 --dep step2")
    cell = desk.cell("%spry_run step3")
    shown, _ = cell.outputs
    assert shown.data["text/plain"].splitlines() == [
        "✓ step1 completed",
        "✗ step2 failed with exit code 1",
        "why",
        "⊘ step3 skipped (dependency failed)",
    ]
    (error,) = [out for out in cell.outputs if out.output_type == "error"]
    sentence = 'Error: Task "step2" failed with exit code 1'
    assert (error.ename, error.evalue, error.traceback) == ("RunFailed", sentence, [sentence])


def test_a_line_expands_names_and_expressions(desk: Desk) -> None:
    desk.task("a")
    desk.task("b", 'echo "$said"')
    desk.says("name, names, text = 'a', ['a', 'b'], 'two  words'")
    assert desk.says("%spry_run $name") == "✓ a completed"
    assert desk.says("%spry_run {names} -j {2 - 1}") == "✓ a completed\n✓ b completed"
    assert "two  words" in desk.says("%spry_run b --show all --env said={text}")


def test_a_function_s_own_names_are_expanded(desk: Desk) -> None:
    desk.task("a")
    code = "def f(target):\n    %spry_run {target}\n    %spry_run $target\nf('a')"
    assert desk.says(code) == "✓ a completed\n✓ a completed"


@pytest.mark.parametrize("text", ["$nope", "{nope}"])
def test_an_undefined_name_is_an_error_and_nothing_runs(desk: Desk, text: str) -> None:
    desk.task("a", "touch ran")
    cell = desk.cell(f"%spry_run a {text}")
    assert cell.error == "RequestError"
    assert cell.text == f"Error: {text} has no value: NameError: name 'nope' is not defined"
    assert not (desk.folder / "ran").exists()


def test_a_captured_value_becomes_a_variable_also_when_another_task_fails(desk: Desk) -> None:
    desk.task("a --capture version", "echo 1.2.3")
    desk.task("b --dep a", "exit 1")
    desk.says("%spry_run b")
    assert desk.says("version") == "'1.2.3'"


def test_a_variable_of_the_kernel_is_forwarded_byte_for_byte(desk: Desk) -> None:
    desk.says("""value, n = "it's; $(rm) `x` \\n-rf", {"k": [1, 2]}""")
    desk.task("a --env value --env n --capture got", 'printf %s:%s "$value" "$n"')
    desk.says("%spry_run a")
    assert desk.says("got == value + ':{\"k\": [1, 2]}'") == "True"


def test_a_variable_is_forwarded_to_every_task_of_a_run(desk: Desk) -> None:
    desk.says("shade = 'blue'")
    desk.task("a --capture got", 'printf %s "$shade"')
    desk.says("%spry_run a --env shade")
    assert desk.says("got") == "'blue'"


def test_a_variable_that_is_no_plain_value_is_refused_by_its_name(desk: Desk) -> None:
    desk.says("thing = object()")
    desk.task("a --env thing")
    assert "✗ a could not start: the kernel variable thing is a object" in desk.says("%spry_run a")


def test_a_run_without_a_target_runs_nothing_and_lists_what_could_be_run(desk: Desk) -> None:
    desk.task("a --descr 'Does it'", "touch ran")
    cell = desk.cell("%spry_run")
    assert cell.text.splitlines() == ["%spry_run needs a target:", "  a  Does it"]
    assert cell.error == ""
    assert not (desk.folder / "ran").exists()


@pytest.mark.parametrize("code", ["%spry_run", "%spry_runbook"])
def test_a_kernel_without_tasks_says_how_to_get_some(desk: Desk, code: str) -> None:
    said = "nothing to run: run the cell of a task, or read a file with %spry_load"
    assert desk.says(code) == said


def test_an_unknown_target_says_the_near_name_or_a_way_out(desk: Desk) -> None:
    desk.task("build-app")
    said = 'Error: Task "biuld-app" not found (did you mean "build-app"?)'
    assert desk.says("%spry_run biuld-app") == said
    assert desk.says("%spry_run zzz").splitlines() == [
        'Error: Task "zzz" does not exist',
        "  run the cell that defines it, or read a file with %spry_load",
    ]


def test_a_dep_whose_cell_has_not_run_is_named_with_its_place_and_a_way_out(desk: Desk) -> None:
    desk.task("deploy --dep build")
    number = desk.number()
    assert desk.says("%spry_run deploy").splitlines() == [
        'Error: Task "build" referenced by "deploy" does not exist',
        f"  at In [{number}]",
        "  run the cell that defines it, or read a file with %spry_load",
    ]


def test_a_cycle_stops_what_needs_it_and_nothing_else(desk: Desk) -> None:
    desk.task("task-a --dep task-b")
    desk.task("task-b --dep task-a")
    desk.task("c")
    said = "Error: Circular dependency detected: task-a → task-b → task-a"
    assert desk.says("%spry_run task-b").splitlines()[0] == said
    assert desk.says("%spry_run c") == "✓ c completed"


def test_a_runbook_runs_every_task(desk: Desk) -> None:
    desk.task("a")
    desk.task("b --dep a")
    assert desk.says("%spry_runbook") == "✓ a completed\n✓ b completed"


def test_a_tag_runs_every_task_with_it(desk: Desk) -> None:
    desk.task("a --tag web")
    desk.task("b")
    assert desk.says("%spry_run @web") == "✓ a completed"


def test_options_reach_the_run(desk: Desk) -> None:
    desk.task("a")
    desk.task("b --dep a", "echo said")
    assert desk.says("%spry_run b --only --show targets") == "✓ b completed\nsaid"
    assert desk.says("%spry_run b -f") == "✓ a completed\n✓ b completed"
    assert desk.says("%spry_run b -v").startswith("Execution order: a → b\n  b needs a\n")


def test_an_unknown_option_is_an_error_that_knows_the_near_one(desk: Desk) -> None:
    desk.task("a")
    cell = desk.cell("%spry_run a --fail-fats")
    assert cell.error == "RequestError"
    assert 'Unknown option "--fail-fats" (did you mean "--fail-fast"?)' in cell.text
    # Dashes alone make nothing near.
    assert 'Unknown option "--fg"\n' in desk.says("%spry_run a --fg")


@pytest.mark.parametrize("option", ["--dry-run", "-n", "--show-dag"])
def test_a_preview_runs_nothing_and_returns_nothing(desk: Desk, option: str) -> None:
    desk.task("a", "touch ran")
    said = desk.says(f"found = %spry_run a {option}\nprint(found)")
    assert "a" in said
    assert said.endswith("None")
    assert not (desk.folder / "ran").exists()


def test_settings_hold_until_the_line_says_otherwise(desk: Desk) -> None:
    desk.task("a", "echo said")
    desk.says("%config SpryMagics.jobs = 3")
    assert "at most 3 at once" in desk.says("%spry_run a -n")
    assert "at most 2 at once" in desk.says("%spry_run a -n -j 2")
    desk.says("%config SpryMagics.show = 'all'")
    assert desk.says("%spry_run a") == "✓ a completed\nsaid"
    assert desk.says("%spry_run a --show failed") == "✓ a completed"
    desk.says("%config SpryMagics.verbose = True")
    assert "Execution order: a" in desk.says("%spry_run a")
    assert "said" in desk.says("%spry_run a")
    assert "said" not in desk.says("%spry_run a --show failed")
    assert desk.says("%spry_run a --no-verbose --show failed") == "✓ a completed"


def test_a_setting_stops_at_the_first_failure(desk: Desk) -> None:
    desk.task("a", "sleep NAP")
    desk.task("b", "exit 1")
    desk.says("%config SpryMagics.fail_fast = True")
    assert "⊘ a cancelled" in desk.says("%spry_run a b")
    assert desk.naps() == []
    desk.task("a", "true")
    assert "✓ a completed" in desk.says("%spry_run a b --no-fail-fast")


def test_a_setting_that_makes_no_sense_is_refused(desk: Desk) -> None:
    assert "should not be less than 0" in desk.says("%config SpryMagics.jobs = -1")
    assert desk.says("print(get_ipython().spry_magics.jobs)") == "None"


def test_capture_takes_what_a_run_shows(desk: Desk) -> None:
    desk.task("a")
    assert desk.says("%%capture out\n%spry_run a") == ""
    assert desk.says("out.stdout") == r"'✓ a completed\n'"


def test_time_loops_functions_and_two_runs_in_one_cell_behave(desk: Desk) -> None:
    desk.task("a")
    desk.task("b", "false")
    twice = "✓ a completed\n✓ a completed"
    timed = desk.says("%time %spry_run a").splitlines()
    assert timed[0] == "✓ a completed"
    assert [line.split()[0] for line in timed[1:]] == ["CPU", "Wall"]
    assert desk.says("for _ in range(2):\n    %spry_run a") == twice
    assert desk.says("%spry_run a\n%spry_run a") == twice
    code = "def f():\n    return get_ipython().run_line_magic('spry_run', 'a').ok\nf()"
    assert desk.says(code) == "✓ a completed\nTrue"
    code = "try:\n    %spry_run b\nexcept Exception as error:\n    print(type(error).__name__)"
    assert desk.says(code) == "✗ b failed with exit code 1\nRunFailed"


def test_a_tasks_environment_has_nothing_of_the_kernels_own(desk: Desk) -> None:
    desk.task("a --capture seen", "env")
    desk.says("%spry_run a")
    names = desk.says("print(*[x.partition('=')[0] for x in seen.splitlines()])").split()
    assert not {"MPLBACKEND", "FORCE_COLOR", "CLICOLOR_FORCE", "PAGER", "GIT_PAGER"} & set(names)
    assert not [name for name in names if name.startswith(("JPY_", "PYDEVD_"))]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("'\\ud800'", "holds half of a character, which no variable can"),
        ("'a\\0b'", "holds a NUL byte, which no variable can"),
        ("float('nan')", "is nan: only text and plain values are forwarded"),
        ("[float('inf')]", "is a list: only text and plain values are forwarded"),
        ("object()", "is a object: only text and plain values are forwarded"),
    ],
)
def test_a_value_that_no_variable_can_hold_is_named(desk: Desk, value: str, why: str) -> None:
    desk.task("a --env value")
    said = desk.says(f"value = {value}\n%spry_run a")
    assert said.splitlines()[0] == f"✗ a could not start: the kernel variable value {why}"


def test_a_python_task_runs_with_the_kernels_own_interpreter(desk: Desk) -> None:
    desk.task("a --lang py --capture exe", "import sys; print(sys.executable)")
    desk.says("%spry_run a")
    assert desk.says("import sys; exe == sys.executable") == "True"


def test_tasks_run_in_the_kernels_folder_as_it_is_then(desk: Desk) -> None:
    desk.task("a --capture where", "pwd")
    desk.says("import os; os.mkdir('sub'); os.chdir('sub')")
    desk.says("%spry_run a")
    assert desk.says("where") == repr(str(desk.folder / "sub"))


def test_a_kernel_whose_folder_is_gone_says_so_in_one_line(desk: Desk) -> None:
    desk.task("a")
    desk.says("import os; os.mkdir('sub'); os.chdir('sub'); os.rmdir('../sub')")
    cell = desk.cell("%spry_run a")
    assert cell.error == "RequestError"
    assert cell.text.splitlines()[0] == "Error: The kernel's folder is gone"
    desk.says(f"os.chdir({str(desk.folder)!r})")
    assert desk.says("%spry_run a") == "✓ a completed"


def test_a_semicolon_at_the_end_of_a_line_is_no_part_of_it(desk: Desk) -> None:
    desk.task("a")
    assert desk.says("%spry_run a;") == "✓ a completed"
    assert desk.says("run = %spry_run a ; ") == "✓ a completed"


def test_a_folder_in_which_no_run_can_be_kept_is_an_error_of_one_line(desk: Desk) -> None:
    desk.task("a")
    (desk.folder / ".spry").mkdir()
    (desk.folder / ".spry" / "runs").write_text("in the way")
    assert desk.says("%spry_run a") == f"Error: {desk.folder}/.spry/runs: File exists"
