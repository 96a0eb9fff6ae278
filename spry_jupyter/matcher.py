"""What Tab offers behind our magics: flags, tasks, tags, values and files."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from IPython.core.completer import SimpleCompletion, context_matcher

from spry_jupyter.parsers import PARSERS
from spry_jupyter.read.flags import BY_WORD, Kind
from spry_jupyter.read.names import LANGUAGES

if TYPE_CHECKING:
    from argparse import Action
    from collections.abc import Iterable, Sequence

    from spry_jupyter.model import Task

# The line up to the cursor; before the magic may stand `run = ` or `%time `.
_MAGIC = re.compile(r"(?:.*[\s=])?%%?(spry_\w+)\s(.*)", re.DOTALL)
_FILES = {"dotenv", "cwd", "input", "output"}
_TAKES_TAGS = {"spry_run", "spry_dag"}


def matcher(registry: Any) -> Any:
    """Return a matcher for `ip.Completer.custom_matchers`.

    Args:
        registry: Its `tasks` are offered.
    """

    @context_matcher()  # type: ignore[untyped-decorator]
    def spry(context: Any) -> dict[str, Any]:
        lines = context.full_text.split("\n")
        text = lines[context.cursor_line][: context.cursor_position]
        start, words = offers(text, registry.tasks)
        # The front end replaces the token, which may be only the end of what we look at.
        token = context.token if start.endswith(context.token) else start
        kept = len(start) - len(token)
        completions = [SimpleCompletion(word[kept:]) for word in words]
        return {"completions": completions, "suppress": bool(completions)}

    spry.matcher_identifier = "spry"
    return spry


def offers(text: str, tasks: Sequence[Task]) -> tuple[str, list[str]]:
    """Return the word before the cursor, and what could stand in its place.

    Args:
        text: The line up to the cursor.
        tasks: Those there are.

    Returns:
        Both empty outside our magics.
    """
    found = _MAGIC.fullmatch(text)
    if found is None:
        return "", []
    magic, rest = found.groups()
    before = rest.split()
    word = before.pop() if before and not rest[-1].isspace() else ""
    if magic == "spry_task":
        words = _for_task(word, before, tasks)
    else:
        words = _for_line(magic, word, before, tasks) if magic in PARSERS else ()
    return word, sorted({offer for offer in words if offer.startswith(word)})


def _for_task(word: str, before: Sequence[str], tasks: Sequence[Task]) -> Iterable[str]:
    option, is_attached, value = word.partition("=")
    if is_attached and option in BY_WORD:
        return [f"{option}={offer}" for offer in _values(option, value, tasks)]
    if before and before[-1] in BY_WORD and BY_WORD[before[-1]].takes_value:
        return _values(before[-1], word, tasks)
    return BY_WORD if word.startswith("-") else ()


def _values(option: str, word: str, tasks: Sequence[Task]) -> Iterable[str]:
    """Return what a flag of a task may be given."""
    flag = BY_WORD[option]
    if flag.kind is Kind.LANG:
        return LANGUAGES
    if flag.kind is Kind.VARIABLES:
        return os.environ
    if flag.name in _FILES or (flag.name == "capture" and "/" in word):
        return _files(word)
    if flag.kind is not Kind.NAMES:
        return ()
    done, comma, _ = word.rpartition(",")
    names = [t for task in tasks for t in task.tags] if flag.name == "tag" else _names(tasks)
    return [f"{done}{comma}{name}" for name in names]


def _for_line(magic: str, word: str, before: Sequence[str], tasks: Sequence[Task]) -> Iterable[str]:
    actions = PARSERS[magic]()._actions  # noqa: SLF001 - argparse has no other list of them
    options = {text: action for action in actions for text in action.option_strings}
    option, is_attached, value = word.partition("=")
    if is_attached and option in options:
        return [f"{option}={choice}" for choice in _choices(options[option], value)]
    if before and before[-1] in options and options[before[-1]].nargs != 0:
        return _choices(options[before[-1]], word)
    if word.startswith("-"):
        return options
    match next((action.metavar for action in actions if not action.option_strings), None):
        case "PATH":
            return _files(word)
        case "TARGET" | "TASK" | "NAME":
            tags = [f"@{tag}" for task in tasks for tag in task.tags]
            return [*_names(tasks), *(tags if magic in _TAKES_TAGS else ())]
        case _:
            return ()


def _choices(action: Action, word: str) -> Iterable[str]:
    return _files(word) if action.metavar == "FILE" else map(str, action.choices or ())


def _names(tasks: Sequence[Task]) -> list[str]:
    return [task.name for task in tasks]


def _files(word: str) -> list[str]:
    """Return the files that a path may go on to; a folder ends with a slash."""
    folder, slash, start = word.rpartition("/")
    where = f"{folder}{slash}"
    try:
        with os.scandir(os.path.expanduser(where) or ".") as entries:  # noqa: PTH111 - keeps the slash
            return [
                f"{where}{entry.name}{'/' if entry.is_dir() else ''}"
                for entry in entries
                if entry.name.startswith(start) and (start or not entry.name.startswith("."))
            ]
    except OSError:
        return []
