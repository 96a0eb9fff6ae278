"""Notebooks that nobody watches: nbclient, papermill, `jupyter execute`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from headless import execute, output_text
from lab_notebook import notebook_of
from nbclient.exceptions import CellExecutionError

LOAD = "%load_ext spry_jupyter"
FAILING = (LOAD, "%%spry_task a\necho why; exit 4", "%spry_run a", "print('not reached')")

# The specification's examples, with stand-ins for programs that are not here.
CHAIN = """
install-deps --descr "Install dependencies"
build --dep install-deps --descr "Build application"
test --dep build --descr "Run tests"
deploy --dep test --descr "Deploy to production"
"""
MIXED = """
install-deps
compile-ts --dep install-deps
compile-sass --dep install-deps
run-tests --dep compile-ts
build-bundle --dep compile-ts --dep compile-sass
deploy --dep run-tests --dep build-bundle
"""


def said(folder: Path, *cells: str) -> list[str]:
    """Execute cells behind the loading; return what each shows, whatever they raise."""
    notebook = execute(notebook_of([LOAD, *cells]), folder, allow_errors=True)
    return [output_text(cell.outputs) for cell in notebook.cells[1:]]


def tasks(lines: str) -> list[str]:
    return [
        f"%%spry_task {line}\necho {line.split()[0]} >> ran" for line in lines.split("\n") if line
    ]


def test_the_simple_chain_runs_in_its_order(tmp_path: Path) -> None:
    *registered, run = said(tmp_path, *tasks(CHAIN), "%spry_run deploy")
    assert registered[1] == "registered build (needs install-deps)"
    order = ["install-deps", "build", "test", "deploy"]
    assert run.splitlines() == [f"✓ {name} completed" for name in order]
    assert (tmp_path / "ran").read_text().split() == order


def test_mixed_dependencies_run_each_task_once_and_after_what_it_needs(tmp_path: Path) -> None:
    *_, run, dag = said(tmp_path, *tasks(MIXED), "%spry_runbook", "%spry_dag deploy")
    order = (tmp_path / "ran").read_text().split()
    assert sorted(order) == sorted(line.split()[0] for line in MIXED.split("\n") if line)
    assert order.index("compile-sass") < order.index("build-bundle") < order.index("deploy") == 5
    assert len(run.splitlines()) == 6
    assert all(name in dag for name in order)


def test_a_failure_stops_the_chain_in_the_three_lines_of_the_specification(tmp_path: Path) -> None:
    *_, run = said(
        tmp_path,
        '%%spry_task step1\necho "Step 1 complete"',
        "%%spry_task step2 --dep step1\nexit 1 # This task fails",
        '%%spry_task step3 --dep step2\necho "Step 3 complete" # Never runs',
        "%spry_run step3",
    )
    assert run.splitlines()[:3] == [
        "✓ step1 completed",
        "✗ step2 failed with exit code 1",
        "⊘ step3 skipped (dependency failed)",
    ]


def test_the_pitfalls_are_the_errors_of_the_specification(tmp_path: Path) -> None:
    shown = said(
        tmp_path,
        '%%spry_task task-a --dep task-b\necho "A"',
        '%%spry_task task-b --dep task-a\necho "B"',
        "%spry_run task-a",
        "%%spry_task deploy --dep build\n./deploy.sh",
        "%spry_run deploy",
        "%%spry_task build-app\nnpm run build",
        "%%spry_task deploy-app --dep biuld-app\n./deploy.sh",
        "%spry_run deploy-app",
    )
    assert [shown[cell].splitlines()[0] for cell in (2, 4, 7)] == [
        "Error: Circular dependency detected: task-a → task-b → task-a",
        'Error: Task "build" referenced by "deploy" does not exist',
        'Error: Task "biuld-app" not found (did you mean "build-app"?)',
    ]


def test_a_retry_loop_and_a_cleanup_run_as_written(tmp_path: Path) -> None:
    retry = "#!/bin/bash\nfor i in {1..3}; do\n  [ $i = 2 ] && break\n  echo Retry $i/3...\ndone"
    *_, first, second = said(
        tmp_path,
        f"%%spry_task flaky-api-call\n{retry}",
        "%%spry_task run-tests\nexit 1",
        "%%spry_task cleanup --dep run-tests --always\necho down",
        "%spry_run flaky-api-call --show all",
        "%spry_run cleanup",
    )
    assert first == "✓ flaky-api-call completed\nRetry 1/3..."
    assert second.splitlines()[:2] == ["✗ run-tests failed with exit code 1", "✓ cleanup completed"]


def test_nbclient_stops_at_the_failure_and_says_what_failed(tmp_path: Path) -> None:
    notebook = notebook_of(FAILING)
    with pytest.raises(CellExecutionError, match='Error: Task "a" failed with exit code 4'):
        execute(notebook, tmp_path)
    assert output_text(notebook.cells[3].outputs) == ""


@pytest.mark.parametrize(
    "command",
    [("papermill", "in.ipynb", "out.ipynb"), ("jupyter-execute", "in.ipynb")],
    ids=lambda command: command[0],
)
def test_a_program_that_executes_the_notebook_ends_with_1_and_the_message(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    nbformat.write(notebook_of(FAILING), tmp_path / "in.ipynb")
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run(
        [program, *command[1:]], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert 'Task "a" failed with exit code 4' in done.stderr
