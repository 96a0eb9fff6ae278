"""One line of a task, from a cell magic or a fence, as a `Task`."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from spry_jupyter.errors import TaskSyntaxError
from spry_jupyter.model import Span, Task
from spry_jupyter.read.body import check_text, normal_body
from spry_jupyter.read.names import canonical_lang, printable
from spry_jupyter.read.scan import scan
from spry_jupyter.read.values import read_values, task_fields

if TYPE_CHECKING:
    from dataclasses import dataclass

    from spry_jupyter.read.attributes import Pairs
    from spry_jupyter.read.scan import Line
else:
    from spry_jupyter.frozen import dataclass

_SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ksh"})
_LONGEST_JSON5 = 1 << 14  # characters; `json5` may take 40 microseconds for each


@dataclass(frozen=True, slots=True)
class Parsed:
    """A task, and whether its line asked to run it at once (`--run`)."""

    task: Task
    run: bool = False


def parse_line(
    line: str,
    *,
    lang: str | None = None,
    body: str = "",
    span: Span | None = None,
    folder: str = "",
) -> Parsed:
    r"""Read a task from what follows `%%spry_task`, or the language of a fence, and its body.

    Args:
        line: The words: a name, flags, attributes.
        lang: The language of the fence; `--lang` goes before it, and `bash` is meant by None.
        body: The script as it was found; it is stored with line ends as `\n`, without a leading
            byte-order mark and without its last line end.
        span: Where the line is.
        folder: Absolute folder that the task's relative paths count from.

    Raises:
        TaskSyntaxError: The line or the body cannot be a task's; `span` says where.
    """
    try:
        check_text(line, "The line")
        found = scan(line)
        if not found.name:
            raise TaskSyntaxError("A task needs a name")  # noqa: TRY301 - it gets its place below
        values = _values(found)
        fields = task_fields(values)
        lang = fields.pop("lang", None) or _lang(lang)
        script = normal_body(body, span)
        task = Task(name=found.name, lang=lang, body=script, span=span, folder=folder, **fields)
        if task.interpolate:
            _check_interpolation(task)
        if task.axes:
            _check_axes(task)
    except TaskSyntaxError as error:
        error.span = error.span or span
        raise
    return Parsed(task, values.get("run", False))


def _values(found: Line) -> dict[str, Any]:
    values = read_values(found.texts, 'Flag "--{}"')
    if not found.attributes:
        return values
    from spry_jupyter.read.attributes import attribute_texts  # noqa: PLC0415 - few lines need it

    texts = attribute_texts(_decode(found.attributes))
    for key, given in texts.items():
        for text in given:
            check_text(text, f'Attribute "{key}"')
    return {**read_values(texts, 'Attribute "{}"'), **values}


def _decode(text: str) -> Pairs:
    """Decode the attributes; most are JSON, which the standard library reads 100 times faster."""
    import json  # noqa: PLC0415 - few lines need it

    try:
        return cast("Pairs", json.loads(text, object_pairs_hook=tuple))
    except (ValueError, RecursionError):
        pass
    if len(text) > _LONGEST_JSON5:
        raise TaskSyntaxError("Attributes of more than 16 KiB have to be plain JSON")
    import json5  # noqa: PLC0415 - few lines need it

    try:
        return cast("Pairs", _whole_characters(json5.loads(text, object_pairs_hook=tuple)))
    except RecursionError:
        raise TaskSyntaxError("The attributes nest too deep") from None
    except ValueError as error:
        reason = str(error).removeprefix("<string>:1 ")
        raise TaskSyntaxError(f"The attributes are not JSON5: {printable(reason, 200)}") from None


def _whole_characters(value: Any) -> Any:
    """Join the halves that JSON writes a character past U+FFFF as; `json5` leaves them apart."""
    if isinstance(value, list | tuple):
        return type(value)(map(_whole_characters, value))
    if not isinstance(value, str) or not any("\ud800" <= char <= "\udfff" for char in value):
        return value
    try:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return value  # half of a character, as will be said


def _lang(lang: str | None) -> str:
    try:
        return canonical_lang(lang) if lang else "bash"
    except ValueError as error:
        raise TaskSyntaxError(f"Language {error}") from None


def _check_axes(task: Task) -> None:
    given = {*dict(task.env), *task.forward, *task.secrets}
    twice = next((variable for variable, _ in task.axes if variable in given), None)
    if twice is not None:
        raise TaskSyntaxError(f'Flag "--for": the variable {twice} is set elsewhere, too')


def _check_interpolation(task: Task) -> None:
    shell = _interpreter(task.body) or task.lang
    if shell not in _SHELLS:
        raise TaskSyntaxError(
            f'Flag "--interpolate" works in shell bodies only (bash, sh, zsh, dash, ksh), '
            f"not in {shell}"
        )


def _interpreter(body: str) -> str:
    """Return the program that a `#!` line names, without its folder; empty if there is none."""
    if not body.startswith("#!"):
        return ""
    words = body[2:].partition("\n")[0].split()
    if words and PurePosixPath(words[0]).name == "env":
        words = [word for word in words[1:] if word[0] != "-" and "=" not in word]
    return PurePosixPath(words[0]).name if words else ""
