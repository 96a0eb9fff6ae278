"""What is written reads back as the same tasks, however hostile they are."""

from __future__ import annotations

import ast
import json
from dataclasses import replace

import nbformat
import pytest
from hypothesis import assume, given, settings
from IPython.core.inputtransformer2 import TransformerManager
from task_strategies import books, tasks

from spry_jupyter.model import Duration, Limits, Pool, Task
from spry_jupyter.read.notebook import read_notebook
from spry_jupyter.read.options import parse_line
from spry_jupyter.read.spryfile import read_spryfile
from spry_jupyter.read.write import task_cell, task_line, write_notebook, write_spryfile


def bare(found: list[Task]) -> list[Task]:
    return [replace(task, span=None, folder="") for task in found]


@given(tasks())
def test_a_line_reads_back_as_the_same_task(task: Task) -> None:
    assert parse_line(task_line(task), body=task.body + "\n").task == task


@given(tasks())
def test_a_line_is_one_line_for_ipython_too(task: Task) -> None:
    assert len(task_line(task).splitlines()) == 1


@given(books())
def test_a_spryfile_reads_back_as_the_same_tasks(book: list[Task]) -> None:
    found = read_spryfile(write_spryfile(book))
    assert (bare(found.tasks), found.faults, found.suspects) == (book, [], [])


@given(books())
def test_a_notebook_reads_back_as_the_same_tasks(book: list[Task]) -> None:
    found = read_notebook(write_notebook(book))
    assert (bare(found.tasks), found.faults, found.suspects) == (book, [], [])


@given(tasks())
def test_a_written_cell_reaches_the_magic_of_ipython_unharmed(task: Task) -> None:
    # IPython itself empties lines of blanks.
    assume(all(line.strip() or not line for line in task.body.split("\n")))
    code = TransformerManager().transform_cell(task_cell(task).source)
    calls = [call for call in ast.walk(ast.parse(code)) if isinstance(call, ast.Call)]
    (magic, line, *body) = (arg.value for arg in calls[0].args if isinstance(arg, ast.Constant))
    assert magic == "spry_task"
    assert parse_line(str(line), body=str(*body)).task == task


@pytest.mark.parametrize(
    ("task", "line"),
    [
        (Task(name="a"), "a"),
        (Task(name="a", deps=("b", "c"), descr="It's it"), 'a --dep b --dep c --descr "It\'s it"'),
        (Task(name="a", descr='say "x"'), "a --descr 'say \"x\"'"),
        (Task(name="a", descr="'\"\\"), 'a --descr "\'\\"\\\\"'),
        (Task(name="a", descr="-x"), "a --descr=-x"),
        (Task(name="a", lang="python"), "a --lang python"),
        (
            Task(name="a", env=(("A", "1"), ("B", "")), forward=("C",)),
            "a --env A=1 --env B= --env C",
        ),
        (Task(name="a", env=(("A", "x y"),)), 'a --env A="x y"'),
        (Task(name="a", confirm=""), "a --confirm"),
        (Task(name="a", confirm="Sure?"), 'a --confirm="Sure?"'),
        (Task(name="a", condition="x\ny", silent=True), 'a --silent {"if": "x\\ny"}'),
        (
            Task(
                name="a",
                limits=Limits(
                    timeout=Duration(90, "90s"), retry=2, retry_delay=Duration(0.5, "500ms")
                ),
                pool=Pool("db", 3),
                resources=(("gpu", 1.0), ("memory", 0.25)),
            ),
            (
                "a --timeout 90s --retry 2 --retry-delay 500ms --pool db=3 "
                "--resource gpu=1 --resource memory=0.25"
            ),
        ),
    ],
)
def test_a_line_quotes_only_what_needs_it(task: Task, line: str) -> None:
    assert task_line(task) == line
    assert parse_line(line).task == task


def test_a_body_with_fences_gets_a_longer_fence() -> None:
    assert (
        write_spryfile([Task(name="a", body="```\nx\n````")])
        == "`````bash a\n```\nx\n````\n`````\n"
    )


def test_a_line_with_a_backtick_gets_tildes() -> None:
    text = write_spryfile([Task(name="a", descr="`x`", body="~~~")])
    assert text == '~~~~bash a --descr "`x`"\n~~~\n~~~~\n'


def test_a_group_is_an_empty_fence_and_a_line_magic() -> None:
    group = [Task(name="all", deps=("a", "b"))]
    assert write_spryfile(group) == "```bash all --dep a --dep b\n```\n"
    cells = json.loads(write_notebook(group))["cells"]
    assert cells[1]["source"] == ["%spry_task all --dep a --dep b"]


def test_tasks_stand_apart_and_the_language_is_the_fences() -> None:
    text = write_spryfile([Task(name="a", body="x", lang="python"), Task(name="b", body="y")])
    assert text == "```python a\nx\n```\n\n```bash b\ny\n```\n"


def test_what_may_not_stand_first_in_a_fence_stands_behind_a_flag() -> None:
    book = [Task(name="PARTIAL", body="x"), Task(name="q", lang="sql", body="y")]
    assert write_spryfile(book) == (
        "```bash --lang bash PARTIAL\nx\n```\n\n```bash --lang sql q\ny\n```\n"
    )


@settings(max_examples=20)  # validating costs 10 ms
@given(books())
def test_a_written_notebook_is_valid_and_loads_the_extension_first(book: list[Task]) -> None:
    text = write_notebook(book)
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[0].source == "%load_ext spry_jupyter"
    assert notebook.metadata.kernelspec.name == "python3"
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def test_a_written_notebook_is_laid_out_as_jupyter_does() -> None:
    text = write_notebook([Task(name="a", body="x\ny"), Task(name="b")])
    assert text == nbformat.writes(nbformat.reads(text, as_version=4)) + "\n"
