"""What may be the name of a task, a tag, a variable or a language."""

from __future__ import annotations

import os
import re
import unicodedata

_COMMON_NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_.:/-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LANG = re.compile(r"[\w./+#@][\w./+#@:-]*")
_RULE = "a name holds letters, digits and _ - . : / and starts with a letter, a digit or _"

_CANONICAL = {
    "bash": ("bash", "shell"),
    "sh": ("sh",),
    "zsh": ("zsh",),
    "fish": ("fish",),
    "python": ("python", "py", "python3"),
    "node": ("node", "js", "javascript"),
    "deno": ("deno", "ts", "typescript"),
    "ruby": ("ruby",),
    "perl": ("perl",),
    "R": ("r",),
    "pwsh": ("pwsh", "powershell"),
}
LANGUAGES: tuple[str, ...] = tuple(_CANONICAL)
_LANG_OF = {alias: lang for lang, aliases in _CANONICAL.items() for alias in aliases}
_LANG_OF |= {lang: lang for lang in LANGUAGES}


def check_name(text: str) -> str:
    """Return a name of a task or tag, composed to NFC.

    Raises:
        ValueError: It cannot be one; the message says why.
    """
    if _COMMON_NAME.fullmatch(text):
        return text
    name = unicodedata.normalize("NFC", text)
    fault = _fault_of(name)
    if fault:
        raise ValueError(f'name "{printable(name)}" is refused: it {fault} ({_RULE})')
    return name


def composed(text: str) -> str:
    """Return what somebody typed for a name, composed to NFC as names are."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def is_name(text: str) -> bool:
    """Whether a text may be the name of a task."""
    return not _fault_of(unicodedata.normalize("NFC", text))


def _fault_of(name: str) -> str:
    if not name:
        return "is empty"
    strange = next((char for char in name if not _stands_inside(char)), None)
    if strange is not None:
        return f"holds {_spoken(strange)}"
    if not _is_letter_or_digit(name[0]) and name[0] != "_":
        return f"starts with {_spoken(name[0])}"
    return 'holds ".."' if ".." in name else ""


def _is_letter_or_digit(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] == "L" or category == "Nd"


def _stands_inside(char: str) -> bool:
    # Many scripts write vowels as marks that no composition folds into their letter.
    mark = unicodedata.category(char) in {"Mn", "Mc"}
    return mark or char in "_-.:/" or _is_letter_or_digit(char)


def _spoken(char: str) -> str:
    if char == " ":
        return "a space"
    shown = char.isprintable() and not unicodedata.combining(char)
    return f'"{char}"' if shown else f"the character U+{ord(char):04X}"


def printable(text: str, longest: int = 60) -> str:
    """Shorten a text and escape what would not show, for a message."""
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in short)


def is_variable(text: str) -> bool:
    """Whether an environment variable may have this name."""
    return _VARIABLE.fullmatch(text) is not None


def is_value(text: str) -> bool:
    """Whether an environment variable may have this value."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def check_variable(text: str) -> str:
    """Return the name of an environment variable.

    Raises:
        ValueError: It cannot be one; the message says so.
    """
    if not is_variable(text):
        raise ValueError(
            f'"{printable(text)}" is not the name of a variable '
            "(ASCII letters, digits and _, no digit first)"
        )
    return text


def canonical_lang(text: str) -> str:
    """Return a language by the name we know it by; another program stays as written.

    Raises:
        ValueError: No program has such a name; the message says so.
    """
    known = _LANG_OF.get(text) or _LANG_OF.get(text.lower())
    if known:
        return known
    if not _LANG.fullmatch(text):
        raise ValueError(f'"{printable(text)}" is not a language or a program on PATH')
    return text
