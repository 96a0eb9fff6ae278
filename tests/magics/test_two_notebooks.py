"""Two notebooks in one folder, as a kernel of JupyterLab knows them: by the name that it is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from command_line import Desk as CommandLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kernel_desk import Desk

NAME = "import os\nos.environ['JPY_SESSION_NAME'] = 'work/{}'"


@pytest.fixture
def named(desk: Desk) -> Iterator[Desk]:
    """A kernel that may be told that it is another notebook's."""
    yield desk
    desk.cell("import os\nos.environ.pop('JPY_SESSION_NAME', None)")


def become(desk: Desk, notebook: str, body: str, output: str) -> str:
    """Be a notebook, with a task that no other test has; run that, and return what is said."""
    desk.cell(NAME.format(notebook))
    desk.cell("%spry_rm --all")
    desk.task(f"twin --output {output}", body)
    return desk.says("%spry_run twin").strip()


def test_tasks_of_one_name_in_two_notebooks_do_not_forget_each_other(named: Desk) -> None:
    for said in ("✓ twin completed", "● twin up to date"):
        for notebook, output in (("one.ipynb", "x"), ("two.ipynb", "y")):
            assert become(named, notebook, f"echo {output} | tee {output}", output) == said
    told = json.loads(named.says("%spry_history twin --json"))
    assert [run["outcome"] for run in told["tasks"][0]["runs"]] == ["up to date", "succeeded"]
    assert named.says("%spry_log twin").strip() == "y"


def test_the_command_line_finds_what_a_notebook_has_run(named: Desk) -> None:
    become(named, "one.ipynb", "echo x | tee x", "x")
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**cell, "id": "a", "source": "%%spry_task twin --output x\necho x | tee x"}]
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for notebook in ("one.ipynb", "two.ipynb"):
        (named.folder / notebook).write_text(json.dumps(book), encoding="utf-8")
    command = CommandLine(named.folder)
    assert command.spry("log", "twin", "-f", "one.ipynb").out == "x\n"
    assert command.spry("log", "twin", "-f", "two.ipynb").status == 2
    assert command.spry("task", "twin", "-f", "one.ipynb").lines == ["● twin up to date"]
    command.close()
