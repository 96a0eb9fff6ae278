"""The values of the house behave as the standard library's dataclasses do."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter import frozen


def pair(decorator: object) -> type:
    """The same class, made by one decorator or the other."""

    @decorator(frozen=True, slots=True)  # type: ignore[operator]
    class Point:
        x: int
        y: int = 2

    return Point


OURS, THEIRS = pair(frozen.dataclass), pair(dataclasses.dataclass)


@given(st.integers(), st.integers())
def test_equality_hash_and_text_are_a_dataclasss(x: int, y: int) -> None:
    assert (OURS(x) == OURS(y)) is (THEIRS(x) == THEIRS(y))
    assert hash(OURS(x, y)) == hash(THEIRS(x, y))
    assert repr(OURS(x, y)) == repr(THEIRS(x, y))
    assert OURS(x) != THEIRS(x)


def test_the_signature_is_a_dataclasss() -> None:
    assert str(inspect.signature(OURS)) == str(inspect.signature(THEIRS))


@pytest.mark.parametrize("decorator", [frozen.dataclass, dataclasses.dataclass])
def test_a_class_below_one_that_has_made_no_value_yet_is_as_good(decorator: object) -> None:
    class Below(pair(decorator)):  # type: ignore[misc]
        pass

    assert str(inspect.signature(Below)) == "(x: 'int', y: 'int' = 2) -> None"
    assert str(inspect.signature(Below.__init__)) == "(self, x: 'int', y: 'int' = 2) -> None"
    assert copy.copy(Below(1)) == Below(1, 2)


@pytest.mark.parametrize("cls", [OURS, THEIRS])
def test_a_field_can_be_neither_set_nor_deleted_nor_added(cls: type) -> None:
    point = cls(1)
    for change in (
        lambda: setattr(point, "x", 3),
        lambda: delattr(point, "x"),
        lambda: object.__setattr__(point, "z", 3),
    ):
        with pytest.raises(AttributeError):
            change()


@pytest.mark.parametrize("cls", [OURS, THEIRS])
def test_a_missing_or_unknown_argument_is_refused(cls: type) -> None:
    with pytest.raises(TypeError):
        cls()
    with pytest.raises(TypeError):
        cls(1, z=2)


def test_by_name_only_takes_no_position_and_matches_none() -> None:
    @frozen.dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        x: int = 1
        y: int

    with pytest.raises(TypeError):
        Named(1, 2)
    assert Named(y=2) == Named(x=1, y=2)
    assert Named.__match_args__ == ()


@pytest.mark.parametrize("cls", [OURS, THEIRS])
def test_the_standard_library_sees_a_dataclass(cls: type) -> None:
    assert [field.name for field in dataclasses.fields(cls)] == ["x", "y"]
    assert dataclasses.replace(cls(1), y=5) == cls(1, 5)
    assert dataclasses.asdict(cls(1)) == {"x": 1, "y": 2}


def test_a_pattern_takes_the_fields_apart() -> None:
    match OURS(3, 4):
        case OURS(x, y):  # type: ignore[misc]
            assert (x, y) == (3, 4)
        case _:
            pytest.fail("no match")


def test_copies_are_equal() -> None:
    point = OURS([1])
    assert copy.deepcopy(point) == point
    assert copy.copy(point).x is point.x


def test_a_task_survives_pickling() -> None:
    from spry_jupyter.model import Duration, Limits, Task

    task = Task(name="a", deps=("b",), limits=Limits(timeout=Duration(2.0, "2s")))
    assert pickle.loads(pickle.dumps(task)) == task


def test_the_runner_starts_without_the_standard_librarys() -> None:
    code = "import sys, spry_jupyter.run.runner; print('dataclasses' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
