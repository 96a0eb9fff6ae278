"""Which definitions replace others silently, and which with a warning."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spry_jupyter.errors import UnknownTask
from spry_jupyter.model import Span, Task
from spry_jupyter.registry import Registry

FIRST = Task(name="a", body="true", span=Span(cell=1))
WARNING = 'Task "a" replaces the one at In [1]'


@pytest.mark.parametrize(
    ("home", "other_home", "body", "warning"),
    [
        ("cell-1", "cell-1", "true", ""),
        ("cell-1", "cell-1", "false", ""),
        ("cell-1", "cell-2", "true", WARNING),
        ("cell-1", "cell-2", "false", WARNING),
        ("", "", "true", ""),
        ("", "", "false", WARNING),
        ("cell-1", "", "true", WARNING),
        ("", "/w/Spryfile.md", "true", WARNING),
    ],
)
def test_only_another_cell_or_file_is_worth_a_warning(
    home: str, other_home: str, body: str, warning: str
) -> None:
    registry = Registry()
    assert registry.add(FIRST, home) == ""
    assert registry.add(replace(FIRST, body=body, span=Span(cell=7)), other_home) == warning
    assert [(task.body, task.span) for task in registry.tasks] == [(body, Span(cell=7))]


def test_a_task_that_is_replaced_keeps_its_place() -> None:
    registry = Registry()
    for name in ("a", "b", "a"):
        registry.add(Task(name=name))
    assert [task.name for task in registry.tasks] == ["a", "b"]


def test_tasks_are_forgotten_all_or_none() -> None:
    registry = Registry()
    registry.add(FIRST)
    with pytest.raises(UnknownTask):
        registry.remove(["a", "b"])
    assert registry.tasks == (FIRST,)
    registry.remove(["a", "a"])
    assert registry.tasks == ()
