"""The texts that flags and attributes were given, as the values of a task."""

from __future__ import annotations

import keyword
import re
import unicodedata
import warnings
from typing import TYPE_CHECKING, Any

from spry_jupyter.errors import TaskSyntaxError
from spry_jupyter.model import Duration, Limits, Pool
from spry_jupyter.read.axes import read_axes, read_references
from spry_jupyter.read.durations import parse_duration
from spry_jupyter.read.flags import BY_KEY, Kind
from spry_jupyter.read.names import canonical_lang, check_name, check_variable, printable
from spry_jupyter.read.patterns import is_slow

if TYPE_CHECKING:
    from collections.abc import Callable

Texts = dict[str, list[str]]
"""What was given to each flag, by its long name, in the order given."""

_COUNT = re.compile(r"[0-9]{1,9}")
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_LIMITS = {"timeout": "timeout", "retry": "retry", "retry-delay": "retry_delay"}
_FIELD = {
    "dep": "deps",
    "finally": "finalizers",
    "allow-failure": "allow_failure",
    "if": "condition",
    "input": "inputs",
    "output": "outputs",
    "resource": "resources",
    "secret": "secrets",
    "tag": "tags",
    "injected-dep": "injected_dep",
    "for": "axes",
}


def read_values(texts: Texts, label: str) -> dict[str, Any]:
    """Turn texts into values by the kind of their flag, under the same long names.

    Args:
        texts: What each flag was given.
        label: How an error calls one, such as `Flag "--{}"`.

    Raises:
        TaskSyntaxError: A text is not what its flag takes.
    """
    values: dict[str, Any] = {}
    for key, given in texts.items():
        try:
            read = _READERS_OF.get(key) or _READERS[BY_KEY[key].kind]
            values[key] = read(given)
            if key in _CHECKS:
                _CHECKS[key](values[key])
        except ValueError as error:
            raise TaskSyntaxError(f"{label.format(key)}: {error}") from None
    return values


def task_fields(values: dict[str, Any]) -> dict[str, Any]:
    """Name values as the fields of `Task` do; `run`, which is none of them, is left out."""
    fields: dict[str, Any] = {}
    limits: dict[str, Any] = {}
    for key, value in values.items():
        if key in _LIMITS:
            limits[_LIMITS[key]] = value
        elif key == "env":
            fields["env"], fields["forward"] = value
        elif key != "run":
            fields[_FIELD.get(key, key)] = value
    if limits:
        fields["limits"] = Limits(**limits)
    return fields


def _names(texts: list[str]) -> tuple[str, ...]:
    if len(texts) == 1 and "," not in texts[0]:
        return (check_name(texts[0]),)
    pieces = (piece.strip() for text in texts for piece in text.split(","))
    return tuple(dict.fromkeys(map(check_name, pieces)))


def _texts(texts: list[str]) -> tuple[str, ...]:
    if not all(texts):
        raise ValueError("an empty text stands for nothing here")
    return tuple(dict.fromkeys(texts))


def _text(texts: list[str]) -> str:
    return texts[0]


def _switch(texts: list[str]) -> bool:
    if texts[0] not in {"true", "false"}:
        raise ValueError(f'"{printable(texts[0])}" is neither true nor false')
    return texts[0] == "true"


def _question(texts: list[str]) -> str | None:
    return texts[0] if texts else None


def _duration(texts: list[str]) -> Duration:
    return parse_duration(texts[0])


def _count(texts: list[str]) -> int:
    if not _COUNT.fullmatch(texts[0]):
        raise ValueError(f'"{printable(texts[0])}" is not a whole number, 0 or more')
    return int(texts[0])


def _lang(texts: list[str]) -> str:
    return canonical_lang(texts[0])


def _env(texts: list[str]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    # A later one of the same name takes the place of an earlier one, set or forwarded.
    found: dict[str, str | None] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        check_variable(key)
        found.pop(key, None)
        found[key] = value if equals else None
    env = tuple((key, value) for key, value in found.items() if value is not None)
    return env, tuple(key for key, value in found.items() if value is None)


def _variables(texts: list[str]) -> tuple[str, ...]:
    names = [piece.strip() for text in texts for piece in text.split(",")]
    for name in names:
        key, equals, _ = name.partition("=")
        if equals:  # what follows may be the secret itself, and an error is shown
            raise ValueError(f'a secret is named, its value is not written: "{printable(key)}"')
        check_variable(name)
    return tuple(dict.fromkeys(names))


def _capture(texts: list[str]) -> str:
    text = texts[0]
    if "/" in text:
        if text.endswith("/"):
            raise ValueError(f'"{printable(text)}" names a folder, not a file')
        return text
    name = unicodedata.normalize("NFKC", text)
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(
            f'"{printable(text)}" is neither the name of a variable nor a path with a / '
            "(a file in the same folder is ./FILE)"
        )
    return name


def _pool(texts: list[str]) -> Pool:
    name, equals, size = texts[0].partition("=")
    check_name(name)
    if not equals:
        return Pool(check_name(name))
    if not _COUNT.fullmatch(size) or int(size) < 1:
        raise ValueError(f'"{printable(size)}" is not a whole number, 1 or more')
    return Pool(check_name(name), int(size))


def _amounts(texts: list[str]) -> tuple[tuple[str, float], ...]:
    found: dict[str, float] = {}
    for text in texts:
        name, equals, amount = text.partition("=")
        if equals and (not _AMOUNT.fullmatch(amount) or not float(amount)):
            raise ValueError(f'"{printable(amount)}" is not a number above 0')
        found[check_name(name)] = float(amount) if equals else 1.0
    return tuple(found.items())


def _regex(texts: list[str]) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about patterns that a later Python may read anew
            re.compile(texts[0])
        slow = is_slow(texts[0])
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f'"{printable(texts[0])}" is not a regular expression: {error}') from None
    if slow:
        raise ValueError(
            f'"{printable(texts[0])}" may take for ever: a repetition stands in another, or there '
            "are too many"
        )
    if not texts[0]:
        raise ValueError("an empty regular expression matches no name")
    return texts[0]


def _check_descr(text: str) -> None:
    if len(text.splitlines()) > 1:
        raise ValueError("a description is one line")


def _check_timeout(duration: Duration) -> None:
    if duration.seconds <= 0:
        raise ValueError("a task needs more time than none")


_READERS: dict[Kind, Callable[[list[str]], Any]] = {
    Kind.NAMES: _names,
    Kind.TEXT: _text,
    Kind.TEXTS: _texts,
    Kind.LANG: _lang,
    Kind.VARIABLES: _variables,
    Kind.ENV: _env,
    Kind.DURATION: _duration,
    Kind.COUNT: _count,
    Kind.SWITCH: _switch,
    Kind.CAPTURE: _capture,
    Kind.POOL: _pool,
    Kind.QUESTION: _question,
    Kind.REGEX: _regex,
    Kind.AMOUNTS: _amounts,
    Kind.AXES: read_axes,
}
_READERS_OF = {"dep": read_references, "finally": read_references}
_CHECKS: dict[str, Callable[[Any], None]] = {
    "descr": _check_descr,
    "timeout": _check_timeout,
}
