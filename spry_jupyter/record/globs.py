"""Patterns of files, as a shell has them, with `**` for any number of folders.

`*`, `?`, `[…]` and `**` pass over names that begin with a dot, unless the pattern's part does, too.
`{a,b}` is two patterns. A pattern without any of these is one path, which need not exist.
"""

from __future__ import annotations

import os
import re
from functools import cache

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spry_jupyter.record.budget import Budget

_MAGIC = re.compile(r"[*?[]")
_OWN = ".spry"  # changes with every run
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")


def is_plain(pattern: str) -> bool:
    """Whether a pattern stands for one path."""
    return _MAGIC.search(pattern) is None and "{" not in pattern


def expand(base: str, pattern: str, budget: Budget) -> Iterator[str]:
    """Return the paths that a pattern stands for and that exist, links by their own names.

    Args:
        base: Absolute folder that relative patterns count from.
        pattern: As its author wrote it.
        budget: Pays for every name that is looked at.
    """
    literal = os.path.join(base, pattern)
    if _is_there(literal, budget):  # a name may hold what is magic elsewhere
        yield literal
        return
    for one in _without_braces(pattern):
        parts = [part for part in one.split("/") if part not in ("", ".")]
        root = "" if one.startswith("/") else base
        if parts:
            yield from _walk(root, parts, budget)
        else:  # a choice of `{.,src}`
            yield root or "/"


def _without_braces(pattern: str) -> Iterator[str]:
    found = _BRACES.search(pattern)
    if found is None:
        yield pattern
        return
    for choice in found[1].split(","):
        yield from _without_braces(pattern[: found.start()] + choice + pattern[found.end() :])


def _walk(folder: str, parts: list[str], budget: Budget) -> Iterator[str]:
    first, rest = parts[0], parts[1:]
    if first == "**":
        yield from _walk_deep(folder, rest, budget)
    elif _MAGIC.search(first) is None:
        path = f"{folder}/{first}"
        if rest:
            yield from _walk(path, rest, budget)
        elif _is_there(path, budget):
            yield path
    else:
        matches = _matcher(first).fullmatch
        for entry in _entries(folder, budget, hidden=first.startswith(".")):
            if not matches(entry.name):
                continue
            if not rest:
                yield entry.path
            elif entry.is_dir():
                yield from _walk(entry.path, rest, budget)
            elif entry.is_symlink():  # what it leads to may become a folder
                _note_target(entry.path, budget)


def _walk_deep(folder: str, rest: list[str], budget: Budget) -> Iterator[str]:
    """Walk `**`; links to folders are named but not entered, for they may lead in circles."""
    if rest:
        yield from _walk(folder, rest, budget)
    for entry in _entries(folder, budget, hidden=False):
        if entry.is_dir(follow_symlinks=False):
            yield from _walk_deep(entry.path, rest, budget)
        elif not rest:
            yield entry.path


def _is_there(path: str, budget: Budget) -> bool:
    if os.path.lexists(path):
        return True
    budget.note(path, None)
    return False


def _note_target(path: str, budget: Budget) -> None:
    try:
        info = os.stat(path)
    except OSError:
        budget.note(path, None, follow=True)
    else:
        budget.note(path, info, follow=True)


def _entries(folder: str, budget: Budget, *, hidden: bool) -> list[os.DirEntry[str]]:
    try:
        if budget.notes is not None:
            budget.note(folder or "/", os.stat(folder or "/"), follow=True)
        with os.scandir(folder or "/") as found:
            entries = [
                entry
                for entry in found
                if (hidden and entry.name != _OWN) or not entry.name.startswith(".")
            ]
    except (FileNotFoundError, NotADirectoryError):
        budget.note(folder, None, follow=True)
        return []
    budget.spend(names=len(entries) + 1)
    return sorted(entries, key=lambda entry: entry.name)


@cache
def _matcher(part: str) -> re.Pattern[str]:
    import fnmatch  # noqa: PLC0415 - few patterns need it

    return re.compile(fnmatch.translate(part))
