"""What the magics ask of the kernel they live in; plain IPython answers too, with less."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from spry_jupyter.errors import RequestError
from spry_jupyter.read.words import split_words
from spry_jupyter.registry import Cell

if TYPE_CHECKING:
    from collections.abc import Mapping

# `{{` and `}}` are braces, `$$` is a dollar sign; `{expression}` and `$name` stand for values.
_PLACE = re.compile(r"\{\{|\}\}|\$\$|\{([^{}]*)\}|\$([A-Za-z_]\w*)")

_HELD = re.compile("\ue000(\\d+)\ue001")  # where a value will stand, as no line holds it


def current_cell(shell: Any) -> Cell:
    """Return the cell that is being executed.

    JupyterLab and Notebook name it in the request; where nobody does, every execution counts as a
    cell of its own.
    """
    number = shell.execution_count
    kernel: Any = getattr(shell, "kernel", None)
    parent = kernel.get_parent("shell") if hasattr(kernel, "get_parent") else {}
    name = ((parent or {}).get("metadata") or {}).get("cellId")
    return Cell(key=name or f"execution {number}", number=number)


def can_ask(shell: Any) -> bool:
    """Whether somebody is there to answer a question."""
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    import sys  # noqa: PLC0415 - only a terminal needs it

    return sys.stdin is not None and sys.stdin.isatty()


def ask(question: str) -> bool:
    """Ask a question with yes or no for an answer."""
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def words(line: str, namespace: Mapping[str, object]) -> list[str]:
    """Split a magic's line into words, `{expression}` and `$name` replaced by their values.

    A value stays within its word, whatever it holds; a list that is a word of its own gives a word
    for each of its items.

    Raises:
        RequestError: Naming what is not defined.
        TaskSyntaxError: If a quote is not closed.
    """
    values: list[object] = []

    def hold(match: re.Match[str]) -> str:
        text = match.group()
        if text in {"{{", "}}", "$$"}:
            values.append(text[0])
        else:
            values.append(_evaluated(text, match.group(1) or match.group(2), namespace))
        return f"\ue000{len(values) - 1}\ue001"

    found: list[str] = []
    for word in split_words(_PLACE.sub(hold, line)):
        alone = _HELD.fullmatch(word.text)
        value = values[int(alone.group(1))] if alone else None
        if isinstance(value, list | tuple):
            found += [str(item) for item in value]
        else:
            found.append(_HELD.sub(lambda held: str(values[int(held.group(1))]), word.text))
    return found


def _evaluated(text: str, expression: str | None, namespace: Mapping[str, object]) -> object:
    try:
        return eval(expression or "", dict(namespace))  # noqa: S307 - the user's own cell
    except Exception as error:
        raise RequestError(f"{text} has no value: {type(error).__name__}: {error}") from error
