"""The attributes of a task, an object of JSON5, as the texts that flags would have been given."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from spry_jupyter.errors import TaskSyntaxError, did_you_mean, nearest
from spry_jupyter.read.flags import BY_KEY, Flag, Kind
from spry_jupyter.read.names import check_variable, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from spry_jupyter.read.values import Texts

Pairs = tuple[tuple[str, object], ...]
"""An object as its keys and values, so that a key given twice can be told."""

_MOST_BITS = 64  # of a whole number; Python itself refuses to write down very long ones
_FEW = 60  # characters of a value that an error quotes


class _Mismatch(Exception):
    """A value is not of the type that its attribute takes."""


class _InnerMismatch(Exception):
    """One of the values of an object is not of the type that it has to be; says which."""


def attribute_texts(pairs: Pairs) -> Texts:
    """Turn the attributes into texts by the long names of their flags.

    Raises:
        TaskSyntaxError: An attribute is unknown, given twice or of the wrong type.
    """
    texts: Texts = {}
    for key, value in pairs:
        flag = BY_KEY.get(key) or _unknown(key)
        if flag.name in texts:
            raise TaskSyntaxError(f'Attribute "{flag.name}" is given twice')
        try:
            found = list(_TEXTS_OF[flag.kind](value))
        except _InnerMismatch as inner:
            raise TaskSyntaxError(f'Attribute "{key}": {inner}') from None
        except _Mismatch:
            raise TaskSyntaxError(
                f'Attribute "{key}" takes {flag.kind.value}, not {_quoted(value)}'
            ) from None
        texts[flag.name] = found
    return texts


def _unknown(key: str) -> Flag:
    hint = did_you_mean(nearest(key, BY_KEY, cutoff=0.6))
    raise TaskSyntaxError(f'Unknown attribute "{printable(key)}"{hint}')


def _quoted(value: object) -> str:
    try:
        shown = "an object" if isinstance(value, tuple) else json.dumps(value, ensure_ascii=False)
    except ValueError:
        return "a number of very many digits"
    return printable(shown, _FEW)


def _text(value: object) -> Iterable[str]:
    if not isinstance(value, str):
        raise _Mismatch
    return (value,)


def _texts(value: object) -> Iterable[str]:
    if not isinstance(value, list):
        return _text(value)
    return (text for item in value for text in _text(item))


def _switch(value: object) -> Iterable[str]:
    if not isinstance(value, bool):
        raise _Mismatch
    return ("true" if value else "false",)


def _question(value: object) -> Iterable[str]:
    if isinstance(value, bool):
        return ("",) if value else ()
    return _text(value)


def _number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Mismatch
    if isinstance(value, int):
        return _whole(value)
    if not math.isfinite(value):
        raise _Mismatch
    return str(int(value)) if value.is_integer() else repr(value)


def _whole(value: int) -> str:
    if value.bit_length() > _MOST_BITS:
        raise _Mismatch
    return str(value)


def _seconds(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    number = _number(value)
    if number.startswith("-"):
        raise _Mismatch
    # A float so small that Python writes it with an exponent is no time at all.
    return ("0" if "e-" in number else number,)


def _count(value: object) -> Iterable[str]:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _Mismatch
    return (_whole(value),)


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return value
    return next(iter(_switch(value))) if isinstance(value, bool) else _number(value)


def _env(value: object) -> Iterable[str]:
    if not isinstance(value, tuple):
        return _texts(value)
    return (f"{_variable(key, 'env')}={_of(key, item, _scalar)}" for key, item in value)


def _axes(value: object) -> Iterable[str]:
    if not isinstance(value, tuple):
        return _texts(value)
    return (f"{_variable(key, 'for')}={_values(item)}" for key, item in value)


def _amounts(value: object) -> Iterable[str]:
    if not isinstance(value, tuple):
        return _texts(value)
    return (f"{key}={_of(key, amount, _number)}" for key, amount in value)


def _of(key: str, value: object, turn: Callable[[object], str]) -> str:
    try:
        return turn(value)
    except _Mismatch:
        raise _InnerMismatch(f'"{printable(key)}" cannot be {_quoted(value)}') from None


def _values(value: object) -> str:
    texts = list(map(_scalar, value if isinstance(value, list) else [value]))
    if any("," in text for text in texts):
        raise _Mismatch
    return ",".join(texts)


def _variable(key: str, attribute: str) -> str:
    try:
        return check_variable(key)
    except ValueError as error:
        raise TaskSyntaxError(f'Attribute "{attribute}": {error}') from None


_TEXTS_OF: dict[Kind, Callable[[object], Iterable[str]]] = {
    Kind.NAMES: _texts,
    Kind.TEXT: _text,
    Kind.TEXTS: _texts,
    Kind.LANG: _text,
    Kind.VARIABLES: _texts,
    Kind.ENV: _env,
    Kind.DURATION: _seconds,
    Kind.COUNT: _count,
    Kind.SWITCH: _switch,
    Kind.CAPTURE: _text,
    Kind.POOL: _text,
    Kind.QUESTION: _question,
    Kind.REGEX: _text,
    Kind.AMOUNTS: _amounts,
    Kind.AXES: _axes,
}
