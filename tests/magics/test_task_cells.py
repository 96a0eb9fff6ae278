"""Cells that define tasks: what they show, and what they leave behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from kernel_desk import streams

if TYPE_CHECKING:
    from kernel_desk import Desk


def listed(desk: Desk) -> list[dict[str, object]]:
    return json.loads(desk.says("%spry_ls --json"))


def test_a_task_cell_registers_and_runs_nothing(desk: Desk) -> None:
    assert desk.task("a", "touch ran") == "registered a"
    assert desk.task("b --dep a,c -D d") == "registered b (needs a, c, d)"
    assert not (desk.folder / "ran").exists()


def test_a_task_knows_the_number_of_its_cell(desk: Desk) -> None:
    number = desk.number()
    desk.task('a --descr "Does it"')
    place = {"file": "", "line": 1, "cell": number + 2}
    expected = {"name": "a", "descr": "Does it", "lang": "bash", "deps": [], **place}
    assert listed(desk) == [expected]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("a --dpe b", 'Unknown flag "--dpe" (did you mean "--dep"?)'),
        ("a --dep", 'Flag "--dep" needs a value'),
        ("a --descr 'open", "The quote ' at column 11 is not closed"),
        ("a b", 'Unexpected word "b" after the name "a" (a text with spaces needs quotes)'),
        ("", "A task needs a name"),
    ],
)
def test_a_line_that_cannot_be_understood_registers_nothing(
    desk: Desk, line: str, sentence: str
) -> None:
    cell = desk.cell(f"%%spry_task {line}\ntrue")
    number = desk.number()
    assert cell.error == "TaskSyntaxError"
    assert cell.text.splitlines() == [f"Error: {sentence}", f"  at In [{number}]"]
    assert listed(desk) == []


def test_a_refused_line_leaves_the_task_of_before(desk: Desk) -> None:
    desk.task("a", "echo kept")
    desk.task("a --dpe b", "echo lost")
    assert "kept" in desk.says("%spry_run a -v")


def test_a_group_is_a_line_magic(desk: Desk) -> None:
    desk.task("a")
    assert desk.says("%spry_task all --dep a") == "registered all (needs a)"
    assert desk.says("%spry_run all") == "✓ a completed\n✓ all completed"


def test_a_task_with_run_runs_at_once_with_what_it_needs(desk: Desk) -> None:
    desk.task("a")
    lines = ["registered b (needs a)", "✓ a completed", "✓ b completed"]
    assert desk.task("b --dep a --run").splitlines() == lines


def test_a_task_with_run_that_fails_is_registered_and_fails_its_cell(desk: Desk) -> None:
    cell = desk.cell("%%spry_task a --run\nexit 3")
    assert cell.error == "RunFailed"
    assert [task["name"] for task in listed(desk)] == ["a"]


def test_nothing_in_a_task_cell_is_expanded(desk: Desk) -> None:
    desk.says("x = 'wrong'")
    desk.task("a --env y={x} --env z=$x", 'echo {x} "$x" $y $z {{x}} $$')
    said = desk.says("%spry_run a --show all").splitlines()[1]
    assert said.startswith("{x}  {x} $x {{x}} ")


def test_nothing_in_a_task_line_is_expanded(desk: Desk) -> None:
    desk.says("x = 'wrong'")
    desk.says("%spry_task all --descr '{x} $x {{x}}'")
    assert [task["descr"] for task in listed(desk)] == ["{x} $x {{x}}"]


def test_the_same_cell_again_replaces_its_task_silently(desk: Desk) -> None:
    for body in ("echo one", "echo two"):
        cell = desk.cell_of_lab(f"%%spry_task a\n{body}", "cell-1")
        assert cell.text == "registered a"
    assert "two" in desk.says("%spry_run a -v")


def test_another_cell_with_the_same_name_replaces_with_a_warning_that_says_which(
    desk: Desk,
) -> None:
    desk.cell_of_lab("%%spry_task a\necho one", "cell-1")
    number = desk.number()
    cell = desk.cell_of_lab("%%spry_task a\necho one", "cell-2")
    assert streams(cell, "stderr") == f'Warning: Task "a" replaces the one at In [{number}]\n'
    assert streams(cell, "stdout") == "registered a\n"


def test_without_names_of_cells_the_same_text_is_the_same_cell(desk: Desk) -> None:
    desk.task("a", "echo one")
    assert streams(desk.cell("%%spry_task a\necho one"), "stderr") == ""
    assert 'Task "a" replaces' in streams(desk.cell("%%spry_task a\necho two"), "stderr")


def test_tasks_can_be_made_in_a_loop(desk: Desk) -> None:
    loop = "for n in 'ab':\n    get_ipython().run_cell_magic('spry_task', n, f'echo {n}')"
    assert desk.says(loop) == "registered a\nregistered b"


def test_an_empty_cell_is_pointed_to_the_line_magic(desk: Desk) -> None:
    assert "the line magic %spry_task" in desk.says("%%spry_task a")
