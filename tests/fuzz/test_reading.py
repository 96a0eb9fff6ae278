"""Whatever a text says: tasks come of it or errors that say where, and never anything else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from texts import CELLS, LINES, MARKDOWN, OBJECTS, broken, real, tries

from spry_jupyter.errors import SpryError, TaskSyntaxError
from spry_jupyter.plan.graph import Graph
from spry_jupyter.read.notebook import read_notebook
from spry_jupyter.read.options import parse_line
from spry_jupyter.read.spryfile import read_spryfile
from spry_jupyter.read.write import task_line, write_notebook, write_spryfile
from spry_jupyter.show.pictures import FORMATS, picture

if TYPE_CHECKING:
    from spry_jupyter.model import Task
    from spry_jupyter.read.findings import Findings


def same(one: Task, other: Task) -> bool:
    """Whether two tasks are the same wherever they stand."""
    fields = [name for name in type(one).__slots__ if name not in ("span", "folder")]
    return all(getattr(one, name) == getattr(other, name) for name in fields)


def check_sentence(error: SpryError) -> None:
    """See that an error can be shown on a terminal."""
    assert len(str(error)) < 1000
    assert all(text.isprintable() for text in str(error).splitlines())


def check(found: Findings, text: str) -> None:
    """See that all that was found can be told, drawn and written down."""
    lines = text.count("\n") + text.count("\r") + 1
    for fault in found.faults:
        assert isinstance(fault, SpryError)
        assert fault.span is not None
        assert 1 <= fault.span.line <= lines
        check_sentence(fault)
    for task in found.tasks:
        assert task.span is not None
        assert 1 <= task.span.line <= lines
    graph = Graph.of(found.tasks)
    for form in FORMATS:
        picture(graph, [], form)


@tries(2)
@given(LINES)
def test_a_line_is_a_task_that_can_be_written_down_again_or_an_error(line: str) -> None:
    try:
        task = parse_line(line, body="x").task
    except TaskSyntaxError as error:
        check_sentence(error)
        return
    assert same(parse_line(task_line(task), body="x").task, task)


@tries(2)
@given(broken(OBJECTS.map(lambda value: f"a {json.dumps({'dep': value})}")))
def test_broken_json5_is_an_error_of_its_line(line: str) -> None:
    try:
        parse_line(line)
    except TaskSyntaxError as error:
        check_sentence(error)


@tries(1)
@given(st.dictionaries(st.sampled_from(["descr", "dep", "env", "timeout", "retry"]), OBJECTS))
def test_json_means_the_same_as_json5(value: dict[str, object]) -> None:
    def read(text: str) -> Task | str:
        try:
            return parse_line(f"a {text}").task
        except TaskSyntaxError as error:
            return str(error)

    assert read(json.dumps(value)) == read(f"{json.dumps(value)[:-1]}/**/}}")


@tries(2)
@given(st.one_of(MARKDOWN, broken(MARKDOWN)))
def test_any_markdown_is_read(text: str) -> None:
    try:
        found = read_spryfile(text, file="a.md")
    except SpryError:
        return
    check(found, text)


@tries(0.6)
@given(broken(st.sampled_from(real("notebooks/*.md", "README.md", "docs/*.md"))))
def test_a_broken_spryfile_is_read(text: str) -> None:
    try:
        found = read_spryfile(text, file="a.md")
    except SpryError:
        return
    check(found, text)


@tries(1)
@given(MARKDOWN)
def test_what_was_read_and_written_is_read_as_the_same(text: str) -> None:
    try:
        tasks = read_spryfile(text, file="a.md").tasks
    except SpryError:
        return
    for again in (read_spryfile(write_spryfile(tasks)), read_notebook(write_notebook(tasks))):
        assert not again.faults
        assert len(again.tasks) == len(tasks)
        assert all(same(*pair) for pair in zip(again.tasks, tasks, strict=True))


@tries(2)
@given(
    CELLS.map(
        lambda cells: json.dumps({"cells": [{"cell_type": "code", "source": c} for c in cells]})
    )
)
def test_any_notebook_is_read(text: str) -> None:
    check(read_notebook(text, file="a.ipynb"), text.replace("\\n", "\n"))


@tries(2)
@given(
    st.one_of(
        OBJECTS.map(json.dumps),
        OBJECTS.map(lambda value: json.dumps({"cells": value})),
        OBJECTS.map(lambda value: json.dumps({"cells": [{"cell_type": "code", "source": value}]})),
        broken(st.sampled_from(real("notebooks/*.ipynb"))),
    )
)
def test_what_is_no_notebook_is_an_error(text: str) -> None:
    try:
        found = read_notebook(text, file="a.ipynb")
    except SpryError:
        return
    check(found, text.replace("\\n", "\n"))
