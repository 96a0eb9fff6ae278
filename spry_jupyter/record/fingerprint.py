"""What makes a task another one: its definition as named fields, and the digest of these.

Every field and every name is written with its length before it, so that no two different
definitions have one digest. Fields are kept as digests only: values and scripts may be secret.
"""

from __future__ import annotations

from operator import attrgetter

from spry_jupyter.model import Limits, Task
from spry_jupyter.record.digests import blake2b

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Field = tuple[str, bytes]

_MOST_LINES = 5000  # of a script, that are kept apart
_LONGEST = 60  # characters of a line that are told
_SIZE = 8  # bytes of a digest that only tells what to say
SCRIPT, INTERPRETER, FOLDER = "script", "interpreter", "folder"
FLAG, VARIABLE = "flag ", "variable "

# What is a field of its own, or says nothing of what a task does.
_APART = ("name", "body", "lang", "env", "cwd", "folder", "span", "descr", "limits", "resources")
_FLAGS = tuple(name for name in Task.__slots__ if name not in _APART)
_LIMITS = Limits.__slots__
_flags = attrgetter(*_FLAGS, *[f"limits.{name}" for name in _LIMITS])
_DEFAULTS = _flags(Task(name=""))
_WORDS = {
    "deps": "dep",
    "finalizers": "finally",
    "condition": "if",
    "inputs": "input",
    "outputs": "output",
    "tags": "tag",
    "forward": "env",
    "secrets": "secret",
}


def fields(task: Task, interpreter: bytes, variables: Mapping[str, bytes]) -> list[Field]:
    """Return the definition of a task.

    Args:
        task: As its author wrote it.
        interpreter: What its script is run by.
        variables: Those that it or its run declares, with their values.
    """
    found = [
        (SCRIPT, task.body.encode("utf-8", "surrogatepass")),
        (INTERPRETER, task.lang.encode() + b"\0" + interpreter),
        (FOLDER, task.cwd.encode("utf-8", "surrogatepass")),
    ]
    for name, value, default in zip((*_FLAGS, *_LIMITS), _flags(task), _DEFAULTS, strict=True):
        if value is not default and value != default:
            found.append((FLAG + name, repr(value).encode("utf-8", "surrogatepass")))
    found += [(VARIABLE + name, variables[name]) for name in sorted(variables)]
    return found


def key(definition: Iterable[Field]) -> bytes:
    """Return the digest of a definition."""
    return blake2b(joined(definition), digest_size=32).digest()


def joined(definition: Iterable[Field]) -> bytes:
    """Return fields as bytes, from which no others can come."""
    parts: list[bytes] = []
    for name, value in definition:
        label = name.encode("utf-8", "surrogatepass")
        parts += (b"%d:%d:" % (len(label), len(value)), label, value)
    return b"".join(parts)


def summary(definition: Iterable[Field]) -> dict[str, str]:
    """Return what to keep of a definition to say later what has changed: digests.

    Of the script it is one for each line.
    """
    kept: dict[str, str] = {}
    for name, value in definition:
        if name == SCRIPT and value.count(b"\n") < _MOST_LINES:
            kept[name] = "".join([_short(line) for line in value.split(b"\n")])
        else:
            kept[name] = _short(value)
    return kept


def differences(old: Mapping[str, str], definition: Iterable[Field]) -> list[str]:
    """Return what has changed in a definition, in sentences without a full stop.

    Args:
        old: The `summary` of the earlier one.
        definition: The one of now.
    """
    now = dict(definition)
    new = summary(definition)
    return [
        _sentence(name, old.get(name), new.get(name), now.get(name, b""))
        for name in sorted({*old, *new}, key=_rank)
        if old.get(name) != new.get(name)
    ]


def _rank(name: str) -> tuple[int, str]:
    order = (SCRIPT, INTERPRETER, FOLDER)
    return (order.index(name) if name in order else len(order), name)


def _sentence(name: str, old: str | None, new: str | None, value: bytes) -> str:
    if name == SCRIPT:
        return _line(old or "", new or "", value)
    if name == INTERPRETER:
        return "its interpreter changed"
    if name == FOLDER:
        return "--cwd changed"
    how = "is new" if old is None else "is gone" if new is None else "changed"
    if name.startswith(VARIABLE):
        return f"the variable {name.removeprefix(VARIABLE)} {how}"
    word = name.removeprefix(FLAG)
    return f"--{_WORDS.get(word, word.replace('_', '-'))} {how}"


def _line(old: str, new: str, script: bytes) -> str:
    """Say which line of a script is the first that differs."""
    before, after = _cut(old), _cut(new)
    lines = script.split(b"\n")
    if len(after) != len(lines):  # it is too long to be kept by line
        return "its script changed"
    number = 0
    while number < min(len(before), len(after)) and before[number] == after[number]:
        number += 1
    if number >= len(after):
        return f"its script ends before line {number + 1}"
    text = lines[number].decode("utf-8", "replace").strip()
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    said = f"line {number + 1} of its script changed"
    return f"{said}: {text}" if text else said


def _short(value: bytes) -> str:
    return blake2b(value, digest_size=_SIZE).hexdigest()


def _cut(digests: str) -> list[str]:
    return [digests[i : i + 2 * _SIZE] for i in range(0, len(digests), 2 * _SIZE)]
