"""`--for`, and the names of members in deps, as they are written."""

from __future__ import annotations

import pytest

from spry_jupyter.errors import TaskSyntaxError
from spry_jupyter.read.options import parse_line


@pytest.mark.parametrize(
    "line",
    [
        "t --for PY=3.11,3.12 --for OS=linux",
        't { for: { PY: ["3.11", "3.12"], OS: "linux" } }',
        't { for: ["PY=3.11,3.12", "OS=linux"] }',
        't --for "PY=3.11, 3.12,3.11" --for=OS=linux',
    ],
)
def test_values_are_given_by_flags_lists_and_objects(line: str) -> None:
    assert parse_line(line).task.axes == (("PY", ("3.11", "3.12")), ("OS", ("linux",)))


def test_a_number_in_an_object_is_the_value_as_written() -> None:
    assert parse_line("t { for: { N: [1, 2.5, true] } }").task.axes == (
        ("N", ("1", "2.5", "true")),
    )


def test_commas_between_deps_are_told_from_those_between_values() -> None:
    assert parse_line("t --dep a[1,x],b --dep c[${N}]").task.deps == ("a[1,x]", "b", "c[${N}]")


def test_a_line_that_names_very_many_deps_is_read_in_one_pass() -> None:
    many = [f"t{number}" for number in range(300_000)]  # in several, this would take many minutes
    assert parse_line(f"t --dep {','.join(many)}").task.deps == tuple(many)
    assert parse_line(f"t --dep {','.join(many)},f[a,b]").task.deps == (*many, "f[a,b]")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("t --for PY", "PY needs values: PY=a,b,c"),
        ("t --for PY=", "an empty value stands for nothing here"),
        ("t --for PY=a,,b", "an empty value stands for nothing here"),
        ("t --for 3=a", '"3" is not the name of a variable'),
        ("t --for A=1 --for A=2", "A is given twice"),
        ("t --for A=[x]", 'the value "[x]" holds "["'),
        ("t --for A=1 --env A=2", "the variable A is set elsewhere, too"),
        ("t --for A=" + ",".join(map(str, range(200))) + " --for B=" + ",".join(map(str, range(60))),
         "12,000 tasks are more than the 10,000"),
        ('t { for: { A: ["x,y"] } }', 'Attribute "for" takes'),
        ("t --dep a[", 'name "a[" is refused'),
        ("t --dep a[]", "an empty value stands for nothing here"),
        ("t[1]", "is refused"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(line: str, reason: str) -> None:
    with pytest.raises(TaskSyntaxError) as caught:
        parse_line(line)
    assert reason in str(caught.value)
