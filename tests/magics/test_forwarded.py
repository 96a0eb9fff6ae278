"""Where a forwarded variable comes from, and where a task of a kernel works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kernel_desk import Desk


@pytest.fixture
def worded(desk: Desk) -> Iterator[Desk]:
    """A kernel whose process has a variable WORD, until the test is over."""
    desk.says("import os; os.environ['WORD'] = 'of the process'; GOT = WORD = None; del WORD")
    yield desk
    desk.says("del os.environ['WORD']; globals().pop('WORD', None)")


def got(desk: Desk, targets: str) -> str:
    assert desk.cell(f"%spry_run {targets}").error == ""
    return desk.says("print(GOT)").strip()


def test_a_kernel_variable_comes_before_the_environment_of_the_process(worded: Desk) -> None:
    worded.task("say --env WORD --capture GOT", 'echo "$WORD"')
    assert got(worded, "say") == "of the process"
    worded.says("WORD = 'of the kernel'")
    assert got(worded, "say") == "of the kernel"


def test_what_was_captured_upstream_comes_before_a_kernel_variable(worded: Desk) -> None:
    worded.says("WORD = 'of the kernel'")
    worded.task("make --capture WORD", "echo captured")
    worded.task("between --dep make")
    worded.task("say --env WORD --capture GOT --dep between", 'echo "$WORD"')
    assert got(worded, "say") == "captured"


def test_what_a_task_that_is_not_upstream_captured_is_not_seen(worded: Desk) -> None:
    worded.says("WORD = 'of the kernel'")
    worded.task("make --capture WORD", "echo captured")
    worded.task("say --env WORD --capture GOT", 'echo "$WORD"')
    assert got(worded, "-j1 make say") == "of the kernel"


def test_a_working_directory_counts_from_the_kernel_s(desk: Desk) -> None:
    (desk.folder / "below").mkdir()
    desk.task("a --cwd below --capture AT", "pwd -P")
    desk.cell("%spry_run a")
    assert desk.says("print(AT)").strip() == str((desk.folder / "below").resolve())


def test_the_history_of_a_task_is_a_table_of_its_runs_and_that_of_all_has_each(desk: Desk) -> None:
    # This kernel tells of its runs in other tests' folders, too: no other task has these names.
    desk.task("broken", "exit 3")
    desk.task("barred --dep broken")
    for _ in range(2):
        desk.cell("%spry_run barred")
    of_one = desk.says("%spry_history broken").splitlines()
    assert sum("exit code 3" in line for line in of_one) == 2
    of_all = desk.says("%spry_history").splitlines()
    assert {"broken", "barred"} <= {word for line in of_all for word in line.split()}
