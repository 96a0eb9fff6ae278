"""The info string of a fence: is it a task's?"""

from __future__ import annotations

from spry_jupyter.read.flags import BY_WORD
from spry_jupyter.read.scan import names_a_task

DIRECTIVES = frozenset({"PARTIAL", "DEFAULTS", "CONNECTIONS", "SPAWNABLES", "HEAD", "TAIL"})
"""The first words by which Spry marks fences that are no tasks."""

_DATA = """
json yaml toml ini xml html css diff text console output mermaid sql http markdown
yml md json5 jsonc txt plaintext csv tsv svg sh-session shell-session shellsession
"""
DATA_LANGUAGES = frozenset(_DATA.split())
"""Languages of fences that show something and run nothing."""


def split_info(info: str) -> tuple[str, str]:
    """Split an info string into the language and what follows it; both may be empty."""
    words = info.split(None, 1)
    return (words[0] if words else "", words[1].rstrip() if len(words) > 1 else "")


def why_no_task(lang: str, line: str) -> str:
    """Say why a fence is no task whatever its flags are; empty where it may be one.

    Args:
        lang: The first word of its info string.
        line: What follows; not empty.
    """
    first = line.split(None, 1)[0]
    if lang.lower() in DATA_LANGUAGES:
        return f"{lang} is a language of data"
    if lang in DIRECTIVES or first in DIRECTIVES:
        return f"{lang if lang in DIRECTIVES else first} is a directive of Spry"
    if "{" in lang or "=" in lang:
        return f"{lang} is not the name of a language"
    if first[0] == "{":
        return "attributes before the name"
    if "=" in first and first[0] != "-":
        return f"its first word, {first}, is not a name"
    return ""


def has_flag(line: str) -> bool:
    """Whether a word of a line is a flag, or a slip for one."""
    words = (word.partition("=")[0] for word in line.split())
    return any(word in BY_WORD or (word[:2] == "--" and len(word) > len("--")) for word in words)


def names_a_task_in(info: str) -> bool:
    """Whether an info string would make its fence a task, or a faulty one."""
    lang, line = split_info(info)
    return bool(line) and not why_no_task(lang, line) and names_a_task(line)
