"""Digests of definitions: no two different ones are alike, and what differs is told."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.model import Task
from spry_jupyter.record.fingerprint import differences, fields, joined, key, summary

FIELDS = st.lists(st.tuples(st.text(max_size=4), st.binary(max_size=4)), max_size=4)
DIGITS = st.lists(st.tuples(st.text("01:", max_size=4), st.binary(max_size=6)), max_size=3)


@given(FIELDS | DIGITS, FIELDS | DIGITS)
def test_fields_that_differ_are_never_joined_to_the_same_bytes(
    one: list[tuple[str, bytes]], other: list[tuple[str, bytes]]
) -> None:
    assert (joined(one) == joined(other)) == (one == other)


def test_what_stands_on_two_sides_of_a_border_is_told_apart() -> None:
    one = fields(Task(name="a", body="ab", cwd="c"), b"", {})
    other = fields(Task(name="a", body="a", cwd="bc"), b"", {})
    assert key(one) != key(other)
    assert key(fields(Task(name="a"), b"", {"X": b"1", "Y": b""})) != key(
        fields(Task(name="a"), b"", {"X": b"", "Y": b"1"})
    )


LINES = st.lists(st.text("ab \t", max_size=3), max_size=5)


@given(LINES, LINES)
def test_the_first_line_of_a_script_that_differs_is_named(old: list[str], new: list[str]) -> None:
    before = fields(Task(name="a", body="\n".join(old)), b"", {})
    after = fields(Task(name="a", body="\n".join(new)), b"", {})
    found = differences(summary(before), after)
    if "\n".join(old) == "\n".join(new):
        assert found == []
        return
    old, new = "\n".join(old).split("\n"), "\n".join(new).split("\n")
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    (sentence,) = found
    assert f"line {same + 1}" in sentence
    if same < len(new) and new[same].strip():
        assert sentence.endswith(f": {new[same].strip()}")


def test_each_kind_of_difference_has_its_sentence() -> None:
    task = Task(name="a", body="make", outputs=("x",), cwd="sub", tags=("t",))
    before = summary(fields(task, b"bash", {"A": b"1", "B": b"2"}))
    changed = dataclasses.replace(
        task, body="make all", outputs=("y",), cwd="", tags=(), always=True
    )
    assert differences(before, fields(changed, b"zsh", {"A": b"2", "C": b""})) == [
        "line 1 of its script changed: make all",
        "its interpreter changed",
        "--cwd changed",
        "--always is new",
        "--output changed",
        "--tag is gone",
        "the variable A changed",
        "the variable B is gone",
        "the variable C is new",
    ]


def test_nothing_of_a_value_or_a_script_is_kept_as_it_is() -> None:
    task = Task(name="a", body="token=hunter2", condition="hunter2")
    assert "hunter2" not in repr(summary(fields(task, b"bash", {"A": b"hunter2"})))


def test_neither_its_place_nor_its_description_makes_a_task_another_one() -> None:
    task = Task(name="a", body="make", folder="/one", descr="One")
    moved = dataclasses.replace(task, folder="/two", descr="Two")
    assert key(fields(task, b"", {})) == key(fields(moved, b"", {}))


def test_a_new_secret_is_told_by_the_name_of_its_flag() -> None:
    before = summary(fields(Task(name="a"), b"", {}))
    now = fields(Task(name="a", secrets=("TOKEN",)), b"", {})
    assert differences(before, now) == ["--secret is new"]
