"""`--for VAR=a,b,c`, and how one of the tasks that it makes is named: `name[a]`."""

from __future__ import annotations

import re
from math import prod

from spry_jupyter.read.names import check_name, check_variable, printable

Axes = tuple[tuple[str, tuple[str, ...]], ...]
"""Variables with their values, in the order written."""

_MOST = 10_000  # tasks of one family; more are a slip, and would take all memory
_LONGEST = 100
# One between tasks, not between the values of one.
_UP_TO_COMMA = re.compile(r"((?:[^,\[]+|\[[^\[\]]*\]|\[)*),")
_MEMBER = re.compile(r"([^\[\]]*)\[([^\[\]]*)\]")


def read_axes(texts: list[str]) -> Axes:
    """Read what `--for` was given.

    Raises:
        ValueError: It is not VAR=a,b,c, a variable is given twice, or there are too many tasks.
    """
    axes: dict[str, tuple[str, ...]] = {}
    for text in texts:
        variable, equals, values = text.partition("=")
        check_variable(variable)
        if not equals:
            raise ValueError(f"{variable} needs values: {variable}=a,b,c")
        if variable in axes:
            raise ValueError(f"{variable} is given twice; its values are one list")
        pieces = [piece.strip() for piece in values.split(",")]
        axes[variable] = tuple(dict.fromkeys(map(_check_value, pieces)))
    count = prod(map(len, axes.values()))
    if count > _MOST:
        raise ValueError(f"{count:,} tasks are more than the {_MOST:,} that one line may make")
    return tuple(axes.items())


def read_references(texts: list[str]) -> tuple[str, ...]:
    """Read names of tasks that are needed: names, families, and members such as `test[3.11]`.

    Raises:
        ValueError: One cannot be the name of a task.
    """
    pieces = [piece.strip() for text in texts for piece in _split(text)]
    return tuple(dict.fromkeys(map(_check_reference, pieces)))


def _split(text: str) -> list[str]:
    return _UP_TO_COMMA.findall(text + ",") if "[" in text else text.split(",")


def _check_reference(text: str) -> str:
    member = _MEMBER.fullmatch(text)
    if member is None:
        return check_name(text)
    values = [_check_value(value.strip()) for value in member[2].split(",")]
    return f"{check_name(member[1])}[{','.join(values)}]"


def _check_value(value: str) -> str:
    if not value:
        raise ValueError("an empty value stands for nothing here")
    if len(value) > _LONGEST:
        raise ValueError(f'the value "{printable(value)}" is longer than {_LONGEST} characters')
    strange = next((char for char in value if char in "[]," or not char.isprintable()), None)
    if strange is not None:
        raise ValueError(f'the value "{printable(value)}" holds "{printable(strange)}"')
    return value
