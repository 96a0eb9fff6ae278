"""What a magic's line says once its expressions and names have their values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.errors import RequestError, TaskSyntaxError
from spry_jupyter.expand import words


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a -j 4", ["a", "-j", "4"]),
        ("$name", ["build"]),
        ("{name}", ["build"]),
        ("{name}-app $name.md", ["build-app", "build.md"]),
        ("{len(many) + 1}", ["3"]),
        ("{many[0]}", ["a"]),
        ("{table['k}']} b", ["v", "b"]),
        ("{ {'x': 'y'}['x'] }", ["y"]),
        ("{f'{name}!'}", ["build!"]),
        ("{name!r}", ["'build'"]),
        ("{[n for n in many if n != name]}", ["a", "b"]),
        ("{many}", ["a", "b"]),
        ("x{many}", ["x['a', 'b']"]),
        ('--env "K=$name it"', ["--env", "K=build it"]),
    ],
)
def test_an_expression_and_a_name_stand_for_their_values(line: str, expected: list[str]) -> None:
    scope = {"name": "build", "many": ["a", "b"], "table": {"k}": "v"}}
    assert words(line, scope) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{{name}}", ["{name}"]),
        ("$$name", ["$name"]),
        (r"\$name \{name}", ["$name", "{name}"]),
        ("'$name'", ["$name"]),
        ("'{name}'", ["build"]),
        ("$5 a$ $$ }", ["$5", "a$", "$$", "}"]),
    ],
)
def test_escapes_are_those_of_ipython_and_of_the_shell(line: str, expected: list[str]) -> None:
    assert words(line, {"name": "build"}) == expected


@given(st.text(), st.text(alphabet="ab '\"\\${}"))
def test_a_value_is_one_word_whatever_it_holds(value: str, other: str) -> None:
    scope = {"value": value, "other": other}
    assert words("$value x{other}y", scope) == [value, f"x{other}y"]


def test_a_later_scope_hides_an_earlier_one() -> None:
    assert words("$a $b", {"a": 1, "b": 1}, {"b": 2}) == ["1", "2"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("$nope", "$nope has no value: NameError: name 'nope' is not defined"),
        ("a {nope + 1}", "{nope + 1} has no value: NameError: name 'nope' is not defined"),
        ("{1/0}", "{1/0} has no value: ZeroDivisionError: division by zero"),
        ("{}", "{} holds no expression"),
        ("{1 +} x", "{1 +} holds no expression"),
        ("{x", "{x holds no expression"),
    ],
)
def test_what_has_no_value_is_an_error_that_names_it(line: str, sentence: str) -> None:
    with pytest.raises(RequestError) as error:
        words(line, {})
    assert error.value.sentence == sentence


def test_a_quote_that_is_not_closed_is_an_error() -> None:
    with pytest.raises(TaskSyntaxError, match="not closed"):
        words("a 'b", {})
