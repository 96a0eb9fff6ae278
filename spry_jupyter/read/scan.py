"""The words of a task's line, sorted into its name, flags and attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from spry_jupyter.errors import TaskSyntaxError, did_you_mean, nearest
from spry_jupyter.read.flags import BY_WORD, Flag, Kind
from spry_jupyter.read.names import check_name, is_name, printable
from spry_jupyter.read.words import plain_words, split_words

if TYPE_CHECKING:
    from spry_jupyter.read.values import Texts


class Line:
    """What a line says, before any value is looked at.

    Attributes:
        name: The name as written; empty where there is none.
        texts: What each flag was given.
        attributes: The `{…}` as written, or empty.
    """

    def __init__(self) -> None:
        self.name = ""
        self.texts: Texts = {}
        self.attributes = ""


def scan(line: str) -> Line:
    """Sort the words of a line into its name, flags and attributes.

    Raises:
        TaskSyntaxError: A flag is unknown, lacks its value or is given twice; a second name; a
            quote or a brace is not closed.
    """
    texts, objects = _words(line)
    found = Line()
    at = 0
    while at < len(texts):
        word = texts[at]
        if at in objects:
            if found.attributes:
                raise TaskSyntaxError("The attributes are given twice; one { … } holds them all")
            found.attributes = word
        elif word[:1] == "-":
            at = _take_flag(found, texts, objects, at)
            continue
        elif found.name:
            raise TaskSyntaxError(
                f'Unexpected word "{printable(word)}" after the name "{printable(found.name)}" '
                "(a text with spaces needs quotes)"
            )
        else:
            found.name = check_name_of_task(word)
        at += 1
    return found


def _take_flag(found: Line, texts: list[str], objects: frozenset[int], at: int) -> int:
    """Note the flag at a position, with its value; return the position after both."""
    word = texts[at]
    flag = BY_WORD.get(word)
    after = at + 1
    if flag is None:
        flag, value = _attached(word)
    elif flag.kind is Kind.SWITCH:
        value = "true"
    elif flag.kind is Kind.QUESTION:
        following = texts[after] if after < len(texts) and after not in objects else "-"
        is_text = following[:1] != "-" and bool(found.name or not is_name(following))
        value = following if is_text else ""
        after += is_text
    else:
        if after >= len(texts) or after in objects or _is_flag(texts[after]):
            raise TaskSyntaxError(f'Flag "{word}" needs a value')
        value = texts[after]
        after += 1
    given = found.texts.setdefault(flag.name, [])
    if given and not flag.repeatable:
        raise TaskSyntaxError(f'Flag "--{flag.name}" is given twice')
    given.append(value)
    return after


def _is_flag(word: str) -> bool:
    return word[:1] == "-" and (
        word in BY_WORD or (word[:2] == "--" and word.partition("=")[0] in BY_WORD)
    )


def _attached(word: str) -> tuple[Flag, str]:
    """Take apart `--flag=value`, `-Dvalue` and `-D=value`."""
    key, _, value = word.partition("=")
    # `-dep` is a slip for `--dep`, not a `-d` with the value `ep`.
    if word[:2] != "--" and f"-{key}" not in BY_WORD and word[:2] in BY_WORD:
        flag, rest = BY_WORD[word[:2]], word[2:]
        if flag.takes_value or rest[0] == "=":
            return flag, rest.removeprefix("=")
        key = word
    if key not in BY_WORD:
        _unknown_flag(key)
    return BY_WORD[key], value


def _unknown_flag(key: str) -> NoReturn:
    long = [known for known in BY_WORD if known.startswith("--")]
    near = nearest(key, long, cutoff=0.6) if len(key) > 2 else None  # noqa: PLR2004 - "-x"
    raise TaskSyntaxError(f'Unknown flag "{printable(key)}"{did_you_mean(near)}')


def _words(line: str) -> tuple[list[str], frozenset[int]]:
    """Split a line; also the positions of the words that are objects."""
    plain = plain_words(line)
    if plain is not None:
        return plain, frozenset()
    words = split_words(line)
    objects = frozenset(at for at, word in enumerate(words) if word.is_object)
    return [word.text for word in words], objects


def names_a_task(line: str) -> bool:
    """Whether a line, which may be at fault, holds the name of a task besides its flags."""
    try:
        texts, objects = _words(line)
    except TaskSyntaxError:
        return not line.lstrip().startswith(("-", "{"))
    after_flag = False
    for at, text in enumerate(texts):
        flag = BY_WORD.get(text)
        if flag is None and not after_flag and at not in objects and text[:1] != "-":
            return True
        after_flag = flag is not None and flag.takes_value
    return False


def check_name_of_task(text: str) -> str:
    """Return the name of a task, composed to NFC.

    Raises:
        TaskSyntaxError: It cannot be one; the sentence says why.
    """
    try:
        return check_name(text)
    except ValueError as error:
        raise TaskSyntaxError(f"Task {error}") from None
