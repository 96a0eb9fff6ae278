"""What Tab offers behind our magics: flags, tasks, tags and files."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from IPython.core.completer import SimpleCompletion, context_matcher

from spry_jupyter.parsers import PARSERS
from spry_jupyter.read.flags import BY_WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spry_jupyter.session import Session

_MAGIC = re.compile(r"^\s*(?:\w+\s*=\s*)?(%%?)(spry_\w+)\s")
_FILES = {"spry_load", "spry_save"}
_TASKS = {"spry_run", "spry_dag", "spry_log", "spry_rm"}
_NAMES_TASKS = {"--dep", "-D", "--finally"}
_NAMES_FILES = {"--dotenv", "--cwd", "--input", "--output"}


def matcher(session: Session) -> Any:
    """Return a matcher for `ip.Completer.custom_matchers`."""

    @context_matcher()  # type: ignore[untyped-decorator]
    def spry(context: Any) -> dict[str, Any]:
        line = context.full_text.splitlines()[context.cursor_line : context.cursor_line + 1]
        text = line[0][: context.cursor_position] if line else ""
        found = offers(text, session)
        if found is None:
            return {"completions": []}
        token, words = found
        shown = context.token
        skipped = len(token) - len(shown) if token.endswith(shown) else 0
        completions = [SimpleCompletion(word[skipped:]) for word in words]
        return {"completions": completions, "suppress": bool(completions)}

    spry.matcher_identifier = "spry"
    return spry


def offers(text: str, session: Session) -> tuple[str, list[str]] | None:
    """Return the word under the cursor and what could stand in its place.

    Args:
        text: The line up to the cursor.
        session: Knows the tasks.

    Returns:
        None outside our magics.
    """
    found = _MAGIC.match(text)
    if found is None:
        return None
    magic = found.group(2)
    before = text[found.end() :].split()
    word = "" if text[-1:].isspace() or not before else before.pop()
    previous = before[-1] if before else ""
    if magic == "spry_task":
        words = _for_task(word, previous, session)
    elif magic in PARSERS:
        words = _for_line(magic, word, session)
    else:
        words = []
    return word, sorted({offer for offer in words if offer.startswith(word)})


def _for_task(word: str, previous: str, session: Session) -> Iterable[str]:
    if previous in _NAMES_TASKS:
        done, comma, _ = word.rpartition(",")
        return [f"{done}{comma}{name}" for name in _names(session)]
    if previous in _NAMES_FILES:
        return _files(word)
    return BY_WORD if word.startswith("-") else []


def _for_line(magic: str, word: str, session: Session) -> Iterable[str]:
    if word.startswith("-"):
        actions = PARSERS[magic]()._actions  # noqa: SLF001 - argparse has no other list of them
        return [option for action in actions for option in action.option_strings]
    if magic in _FILES:
        return _files(word)
    if magic not in _TASKS:
        return []
    tags = {f"@{tag}" for task in session.registry.tasks for tag in task.tags}
    return [*_names(session), *(tags if magic in {"spry_run", "spry_dag"} else ())]


def _names(session: Session) -> Sequence[str]:
    return [task.name for task in session.registry.tasks]


def _files(word: str) -> list[str]:
    folder, _, start = word.rpartition("/")
    where = f"{folder}/" if folder or word.startswith("/") else ""
    try:
        with os.scandir(where or ".") as entries:
            return [
                f"{where}{entry.name}{'/' if entry.is_dir() else ''}"
                for entry in entries
                if entry.name.startswith(start) and (start or not entry.name.startswith("."))
            ]
    except OSError:
        return []
