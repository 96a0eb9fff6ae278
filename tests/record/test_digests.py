"""What tells that a task is the one that it was: a task of which that changes runs again."""

from __future__ import annotations

import pytest

from spry_jupyter.model import Duration, Limits, Span, Task
from spry_jupyter.record.memory import digest

PLAIN = Task(name="t5", body=":\n", folder="/x", span=Span(file="Spryfile.md", line=5))
SLOW = Limits(timeout=Duration(30.0, "30s"), retry=2)
FULL = Task(name='"a, b\udcff', deps=("c", "d"), env=(("A", "1"),), limits=SLOW, confirm="?")


@pytest.mark.parametrize(
    ("task", "said"),
    [(PLAIN, "26efc5bb9f56c5ae1eba80f49a873196"), (FULL, "a2a67046e31f2068121eda657d11757d")],
)
def test_a_task_is_told_as_earlier_versions_told_it(task: Task, said: str) -> None:
    assert digest(task, b"k" * 32).hex() == said


def test_a_task_is_told_by_what_it_says_and_not_by_how_it_came_to_be() -> None:
    again = Task(name="t5", body=":\n", limits=Limits(), descr="another", folder="/y")
    assert digest(again, b"") == digest(PLAIN, b"")
    assert digest(Task(name="t5", body=":\n", limits=SLOW), b"") != digest(PLAIN, b"")
