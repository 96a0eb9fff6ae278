"""A task as a command: which interpreter, which script, which environment."""

from __future__ import annotations

import os
import re
from functools import cache

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from dataclasses import dataclass

    from spry_jupyter.model import Task
else:
    from spry_jupyter.frozen import dataclass


class CannotStart(Exception):
    """Why no process can be started for a task; a sentence without a full stop."""


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments, and the script it runs.

    Attributes:
        argv: `script` is the last of them.
        script: Absolute path of the file to write first.
        body: What to write there.
    """

    argv: tuple[bytes, ...]
    script: str
    body: bytes


# How each language is told to run a script file, and what the file's name has to end with.
# `-e` and `pipefail`: a line that fails fails the task. `-P`: a script beside this one must not
# stand in for a module.
_PYTHON = "python"
_INTERPRETERS: dict[str, tuple[tuple[str, ...], str]] = {
    "bash": (("bash", "-e", "-o", "pipefail"), ".sh"),
    "sh": (("sh", "-e"), ".sh"),
    "zsh": (("zsh",), ".zsh"),
    "fish": (("fish",), ".fish"),
    _PYTHON: ((_PYTHON, "-u", "-P"), ".py"),
    "node": (("node",), ".js"),
    "deno": (("deno", "run", "--allow-all"), ".ts"),
    "ruby": (("ruby",), ".rb"),
    "perl": (("perl",), ".pl"),
    "R": (("Rscript",), ".R"),
    "pwsh": (("pwsh", "-NoLogo", "-NoProfile", "-NonInteractive", "-File"), ".ps1"),
}


def command(task: Task, stem: str, python: str) -> Command:
    """Return how to run a task's body.

    Args:
        task: One that is no group.
        stem: Absolute path of its script, without the ending.
        python: The interpreter for Python bodies.

    Raises:
        CannotStart: If its `#!` line names no interpreter.
    """
    body = task.body if task.body.endswith("\n") else task.body + "\n"
    if body.startswith("#!"):
        first, ending = shebang(body), ""
        if not first:
            raise CannotStart("its #! line names no interpreter")
    else:
        first, ending = _INTERPRETERS.get(task.lang, ((task.lang,), ""))
        if task.lang == _PYTHON:
            first = (python, *first[1:])
    script = stem + ending
    return Command((*_encoded(first), os.fsencode(script)), script, os.fsencode(body))


@cache
def _encoded(words: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple([os.fsencode(word) for word in words])


def condition(task: Task, stem: str) -> Command:
    """Return how to ask a task's `--if` condition."""
    script = stem + ".if.sh"
    argv = (b"bash", os.fsencode(script))
    return Command(argv, script, os.fsencode(task.condition + "\n"))


def shebang(body: str) -> tuple[str, ...]:
    """Return the interpreter of a `#!` line and its argument, as the kernel reads them."""
    return tuple(body[2:].partition("\n")[0].strip().split(None, 1))


_PLACE = re.compile(r"(?<!\\)\$\{(captured|env|task)\.([^}\n]*)\}")


def interpolate(
    task: Task, environment: Mapping[bytes, bytes], captured: Callable[[str], bytes | None]
) -> tuple[str, dict[bytes, bytes]]:
    """Put a shell variable where the body of a task names a value.

    The value itself never becomes part of the script, so it can never be run.

    Args:
        task: Whose body.
        environment: What it will have.
        captured: Returns what a task it needs captured under a name, or None.

    Returns:
        The body, and the variables to add to the environment.

    Raises:
        CannotStart: Naming what is not known.
    """
    added: dict[bytes, bytes] = {}

    def variable(match: re.Match[str]) -> str:
        kind, name = match.groups()
        if kind == "task" and name == "name":
            return "${SPRY_TASK}"
        if kind == "env" and os.fsencode(name) in environment:
            return f"${{{name}}}"
        value = captured(name) if kind == "captured" else None
        if value is None:
            raise CannotStart(f"{match.group()} is not known{_UNKNOWN[kind]}")
        added[known_as(name).encode()] = value
        return f"${{{known_as(name)}}}"

    return _PLACE.sub(variable, task.body), added


def known_as(name: str) -> str:
    """Return the variable that stands for a captured value in a script.

    A shell takes ASCII letters only in its name.
    """
    return f"SPRY_CAPTURED_{name if name.isascii() else name.encode().hex()}"


def mentioned(task: Task) -> list[bytes]:
    """Return the variables that `${env.NAME}` names in the body of a task."""
    return [os.fsencode(name) for kind, name in _PLACE.findall(task.body) if kind == "env"]


_UNKNOWN = {
    "captured": ": no task that it needs captured that",
    "env": ": the task has no such variable",
    "task": " (there is ${task.name})",
}


def base_environment(
    task: Task, environment: Mapping[bytes, bytes], cwd: str
) -> dict[bytes, bytes]:
    """Return what a task's environment starts from."""
    base = dict(environment)
    base[b"PWD"] = os.fsencode(cwd)
    base[b"SPRY_TASK"] = os.fsencode(task.name)
    if task.lang == _PYTHON and not task.body.startswith("#!"):
        # Its script lies in a folder of ours, so the folder to import from has to be named.
        path = base.get(b"PYTHONPATH")
        base[b"PYTHONPATH"] = os.fsencode(cwd) + (b":" + path if path else b"")
    return base


def dotenvs(
    task: Task, environment: Mapping[bytes, bytes], cwd: str, libraries: str
) -> dict[str, str]:
    """Read the `.env` files of a task, of which each sees those before it, and wins over them.

    Takes what `dotenv` takes, and where a task without a folder of its own runs.

    Raises:
        CannotStart: As `dotenv` does.
    """
    known = dict(environment)
    read: dict[str, str] = {}
    for file in task.dotenv:
        path = os.path.join(task.folder or cwd, file)
        found = dotenv(path, known, libraries)
        known |= {os.fsencode(name): os.fsencode(value) for name, value in found.items()}
        read |= found
    return read


def dotenv(path: str, environment: Mapping[bytes, bytes], libraries: str) -> dict[str, str]:
    """Read a `.env` file.

    Args:
        path: Absolute.
        environment: Where `${NAME}` is looked up that the file itself has not set.
        libraries: Folder to import the parser from.

    Raises:
        CannotStart: If it cannot be read as one, with the line that is at fault.
    """
    if not os.path.isfile(path):
        kind = "is not a file" if os.path.exists(path) else "does not exist"
        raise CannotStart(f"the .env file {path} {kind}")
    if os.path.getsize(path) > _LARGEST_DOTENV:
        raise CannotStart(f"the .env file {path} is larger than 1 MiB")
    import sys  # noqa: PLC0415 - only a task with a .env file pays for this

    if libraries not in sys.path:
        sys.path.append(libraries)
    from dotenv.parser import parse_stream  # noqa: PLC0415 - likewise
    from dotenv.variables import parse_variables  # noqa: PLC0415 - likewise

    known = {os.fsdecode(name): os.fsdecode(value) for name, value in environment.items()}
    values: dict[str, str] = {}
    try:
        with open(path, encoding="utf-8-sig") as file:
            for found in parse_stream(file):
                if found.error:
                    line = found.original.line
                    raise CannotStart(f"the .env file {path} is not understood in line {line}")
                if found.key is not None:
                    parts = parse_variables(found.value or "")
                    values[found.key] = "".join(part.resolve(known | values) for part in parts)
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"the .env file {path} cannot be read: {error}") from error
    return values


_LARGEST_DOTENV = 1 << 20
