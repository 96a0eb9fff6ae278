"""What a shell offers after a Tab: commands, options, tasks, tags and files.

The scripts are small: they ask `jupyter-spry complete` what could follow the words so far. Its
answer is a line each, the word and behind a tab what it means; the line `:files` asks the shell for
its own completion of files.
"""

from __future__ import annotations

from argparse import SUPPRESS
from pathlib import Path
from typing import TYPE_CHECKING

from spry_jupyter.errors import SpryError
from spry_jupyter.read.book import read_file
from spry_jupyter.show.harmless import one_line

if TYPE_CHECKING:
    from argparse import Action, ArgumentParser
    from collections.abc import Callable, Collection, Sequence

    from spry_jupyter.model import Task

FILES = ":files"
_SCRIPTS = Path(__file__).with_name("shells")
Candidates = dict[str, str]  # words and what they mean; the meaning may be empty


def script(shell: str) -> str:
    """Return what makes `bash`, `zsh` or `fish` complete `jupyter spry` and `jupyter-spry`."""
    return (_SCRIPTS / f"completion.{shell}").read_text(encoding="utf-8")


def answer(
    words: Sequence[str],
    commands: Collection[str],
    parser_of: Callable[[str], ArgumentParser],
    default: str,
) -> str:
    """Return what could stand in place of the last word, as the scripts read it.

    Args:
        words: After the program's name; the last may be empty, or the beginning of a word.
        commands: All there are.
        parser_of: Returns the parser of a command.
        default: The file that is read if none is named.
    """
    found = complete(words, commands, parser_of, default)
    return "".join(f"{word}\t{' '.join(one_line(said).split())}\n" for word, said in found.items())


def complete(
    words: Sequence[str],
    commands: Collection[str],
    parser_of: Callable[[str], ArgumentParser],
    default: str,
) -> Candidates:
    """Return what could stand in place of the last word, and what it means; see `answer`."""
    *before, word = words or [""]
    if not before:
        found = {name: parser_of(name).description or "" for name in commands}
        return _starting(word, {**found, "--version": "", "--help": ""})
    if before[0] not in commands:
        return {}
    parser = parser_of(before[0])
    options = {text: action for action in parser._actions for text in action.option_strings}  # noqa: SLF001 - argparse has no other list of them
    files = _named_files(before[1:]) or [default]
    option, is_value, _ = word.partition("=")
    if is_value and option in options:
        found = _values(options[option], files)
        if FILES not in found:
            found = {f"{option}={value}": said for value, said in found.items()}
    elif len(before) > 1 and before[-1] in options and options[before[-1]].nargs != 0:
        found = _values(options[before[-1]], files)
    elif word.startswith("-"):
        found = {text: _said(action) for text, action in options.items()}
    else:
        found = _positionals(parser, files)
    return _starting(word, found)


def _positionals(parser: ArgumentParser, files: Sequence[str]) -> Candidates:
    found: Candidates = {}
    for action in parser._get_positional_actions():  # noqa: SLF001 - argparse has no other list of them
        found |= _values(action, files)
    return found


def _values(action: Action, files: Sequence[str]) -> Candidates:
    """Return what an option or an argument may be."""
    if action.choices is not None:
        return dict.fromkeys(map(str, action.choices), "")
    match action.metavar:
        case "FILE" | "OUT":
            return {FILES: ""}
        case "TASK":
            return {task.name: task.descr for task in _tasks(files)}
        case "TARGET":
            tasks = _tasks(files)
            tags = {f"@{tag}": "every task with this tag" for task in tasks for tag in task.tags}
            return {task.name: task.descr for task in tasks} | tags
        case _:
            return {}


def _tasks(files: Sequence[str]) -> list[Task]:
    """Return the tasks of files, as far as they can be read."""
    found: list[Task] = []
    for file in files:
        try:
            found += read_file(str(Path(file).expanduser())).tasks
        except (SpryError, OSError, RuntimeError):  # the last from a home that is not known
            continue
    return found


def _named_files(words: Sequence[str]) -> list[str]:
    files: list[str] = []
    for option, word in zip(["", *words], words, strict=False):
        if option in ("-f", "--file"):
            files.append(word)
        elif word.startswith("--file="):
            files.append(word.partition("=")[2])
        elif word.startswith("-f") and len(word) > len("-f"):
            files.append(word[len("-f") :])
    return files


def _starting(start: str, found: Candidates) -> Candidates:
    return {word: said for word, said in found.items() if word == FILES or word.startswith(start)}


def _said(action: Action) -> str:
    return action.help if action.help and action.help != SUPPRESS else ""
