"""What is said before anything runs, to the letter, and that nothing runs then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conftest import Desk

RAN = "echo > ran"


def notebook(*cells: str) -> str:
    """The text of a notebook with these code cells."""
    return json.dumps(
        {
            "cells": [
                {
                    "cell_type": "code",
                    "execution_count": None,
                    "id": f"c{number}",
                    "metadata": {},
                    "outputs": [],
                    "source": cell,
                }
                for number, cell in enumerate(cells)
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def refused(desk: Desk, words: Sequence[str], *lines: str) -> None:
    """See that a request is refused with exactly these lines, and that nothing ran."""
    said = desk.spry(*words)
    assert said.err.splitlines() == list(lines)
    assert said.status == 2
    assert said.out == ""
    assert not (desk.folder / "ran").exists()


def test_a_circle_is_told_in_the_direction_of_the_deps(desk: Desk) -> None:
    desk.tasks("bash task-a --dep task-b\necho A", "bash task-b --dep task-a\necho B")
    for words in (["runbook"], ["task", "task-a"], ["task", "task-b"], ["check"]):
        refused(
            desk,
            words,
            "Error: Circular dependency detected: task-a → task-b → task-a",
            "  at Spryfile.md:1",
        )


def test_a_circle_starts_with_its_first_defined_task_wherever_it_is_entered(desk: Desk) -> None:
    desk.tasks(
        "bash in --dep c\ntrue", "bash a --dep b\n:", "bash b --dep c\n:", "bash c --dep a\n:"
    )
    refused(
        desk,
        ["task", "in"],
        "Error: Circular dependency detected: a → b → c → a",
        "  at Spryfile.md:5",
    )


def test_a_task_that_needs_itself_is_a_circle(desk: Desk) -> None:
    desk.tasks("bash a --dep a\ntrue")
    refused(
        desk,
        ["task", "a"],
        "Error: Circular dependency detected: a → a",
        "  at Spryfile.md:1",
    )


def test_a_dep_that_is_missing_names_the_task_that_needs_it(desk: Desk) -> None:
    desk.tasks("bash deploy --dep build\n./deploy.sh")
    refused(
        desk,
        ["task", "deploy"],
        'Error: Task "build" referenced by "deploy" does not exist',
        "  at Spryfile.md:1",
    )


def test_a_dep_that_is_misspelt_has_the_right_name_suggested(desk: Desk) -> None:
    desk.tasks("bash build-app\n" + RAN, "bash deploy --dep biuld-app\n" + RAN)
    refused(
        desk,
        ["task", "deploy"],
        'Error: Task "biuld-app" not found (did you mean "build-app"?)',
        "  at Spryfile.md:5",
    )


def test_a_target_that_is_misspelt_has_the_right_name_suggested(desk: Desk) -> None:
    desk.tasks("bash build-app\n" + RAN)
    refused(
        desk,
        ["task", "biuld-app"],
        'Error: Task "biuld-app" not found (did you mean "build-app"?)',
    )


def test_a_target_with_no_near_name_does_not_exist(desk: Desk) -> None:
    desk.tasks("bash build-app\n" + RAN)
    refused(desk, ["task", "x"], 'Error: Task "x" does not exist')


def test_all_faults_of_the_closure_are_told_at_once(desk: Desk) -> None:
    desk.tasks(
        "bash start\n" + RAN,
        "bash a --dep b,start\ntrue",
        "bash b --dep a\ntrue",
        "bash build-app\ntrue",
        "bash deploy --dep biuld-app --dep wholly-other --dep a\ntrue",
    )
    said = desk.spry("task", "deploy", "start", "nothing")
    assert said.status == 2
    assert sorted(line for line in said.err.splitlines() if line.startswith("Error")) == [
        "Error: Circular dependency detected: a → b → a",
        'Error: Task "biuld-app" not found (did you mean "build-app"?)',
        'Error: Task "nothing" does not exist',
        'Error: Task "wholly-other" referenced by "deploy" does not exist',
    ]
    assert not (desk.folder / "ran").exists()


def test_a_fault_elsewhere_does_not_stop_an_unrelated_target(desk: Desk) -> None:
    desk.tasks("bash a --dep a\ntrue", "bash b --dep nope\ntrue", "bash fine\ntrue")
    assert desk.spry("task", "fine") == (0, "✓ fine completed\n", "")


def test_two_tasks_of_one_name_are_told_with_both_places(desk: Desk) -> None:
    desk.tasks("bash x\n" + RAN, "bash x\n" + RAN)
    for words in (["task", "x"], ["ls"], ["check"], ["dag"], ["log", "x"]):
        refused(
            desk,
            words,
            'Error: Task "x" is defined twice',
            "  at Spryfile.md:5, first at Spryfile.md:1",
        )


def test_two_tasks_of_one_name_in_two_files_are_told_too(desk: Desk) -> None:
    desk.tasks("bash x\ntrue", file="one.md")
    desk.write("two.ipynb", notebook("import os", "%%spry_task x\ntrue"))
    refused(
        desk,
        ["ls", "-f", "one.md", "-f", "two.ipynb"],
        'Error: Task "x" is defined twice',
        "  at two.ipynb, cell 2, first at one.md:1",
    )


def test_a_place_in_a_notebook_is_a_cell(desk: Desk) -> None:
    cells = ("x = 1", "%%spry_task build\necho", "", "%%spry_task deploy --dep biuld\necho > ran")
    desk.write("runbook.ipynb", notebook(*cells))
    refused(
        desk,
        ["task", "deploy", "-f", "runbook.ipynb"],
        'Error: Task "biuld" not found (did you mean "build"?)',
        "  at runbook.ipynb, cell 4",
    )


def test_a_place_names_the_file_as_the_user_did(desk: Desk) -> None:
    path = desk.tasks("bash a --dep nope\ntrue", file="ops/tasks.md")
    for name in ("ops/tasks.md", "./ops/tasks.md", str(path)):
        said = desk.spry("task", "a", "-f", name)
        assert said.err.splitlines()[1] == f"  at {name}:1"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("bash a --dpe b", 'Unknown flag "--dpe" (did you mean "--dep"?)'),
        ("bash a --timeout soon", '"soon" is not a duration'),
        ("bash a --retry -1", "--retry"),
        ("bash a --dep", "--dep"),
        ("bash a 'open", "is not closed"),
        ("bash a {retry: }", "column"),
        ("bash a {retryy: 1}", '(did you mean "retry"?)'),
        ("bash a {retry: 'x'}", "retry"),
        ("bash a/../b", "is refused"),
        ("bash a b", '"b"'),
    ],
)
def test_a_fence_that_cannot_be_parsed_is_told_with_its_place(
    desk: Desk, line: str, sentence: str
) -> None:
    desk.tasks("bash fine\n" + RAN, line + "\n" + RAN)
    said = desk.spry("task", "fine")
    assert (said.status, said.out) == (2, "")
    first, second = said.err.splitlines()
    assert first.startswith("Error: ")
    assert sentence in first
    assert second == "  at Spryfile.md:5"
    assert not (desk.folder / "ran").exists()


COMMANDS = ("task fine", "runbook", "ls", "check", "dag", "log fine", "export out.ipynb")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_fence_that_cannot_be_parsed_ends_every_command_with_2(desk: Desk, command: str) -> None:
    desk.tasks("bash fine\n" + RAN, "bash a --dpe b\n" + RAN)
    refused(
        desk,
        command.split(),
        'Error: Unknown flag "--dpe" (did you mean "--dep"?)',
        "  at Spryfile.md:5",
    )


def test_faults_of_all_files_are_told_at_once(desk: Desk) -> None:
    desk.tasks("bash a --dpe b\ntrue", file="one.md")
    desk.tasks("bash b\ntrue", "bash c --retry x\ntrue", file="two.md")
    said = desk.spry("ls", "-f", "one.md", "-f", "two.md", "-f", "three.md")
    assert said.status == 2
    assert "  at one.md:1" in said.err
    assert "  at two.md:5" in said.err
    assert "three.md does not exist" in said.err


def test_a_missing_default_file_says_how_to_name_another(desk: Desk) -> None:
    said = desk.spry("task", "a")
    assert said == (2, "", "Error: Spryfile.md does not exist\n  name another file with -f FILE\n")


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"cells": 1}', '{"cells": [1, {"cell_type": 2}]}', "", "null"]
)
def test_what_is_no_notebook_is_refused_by_name(desk: Desk, text: str) -> None:
    desk.write("broken.ipynb", text)
    said = desk.spry("ls", "-f", "broken.ipynb")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("Error: broken.ipynb")


def test_a_folder_and_bytes_that_are_no_text_are_refused_by_name(desk: Desk) -> None:
    (desk.folder / "folder.md").mkdir()
    (desk.folder / "bytes.md").write_bytes(b"\xff\xfe\x00```bash a\n")
    for name in ("folder.md", "bytes.md"):
        said = desk.spry("ls", "-f", name)
        assert said.status == 2
        assert said.err.startswith(f"Error: {name} ")


def test_missing_deps_and_circles_stop_neither_ls_nor_dag(desk: Desk) -> None:
    desk.tasks("bash a --dep b\ntrue", "bash b --dep a,nope\ntrue")
    assert desk.spry("ls").status == 0
    said = desk.spry("dag")
    assert said.status == 0
    assert "nope" in said.out
