"""The tasks of a Spryfile: Markdown in which a fence with a name is a task."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt

from spry_jupyter.errors import SourceError, TaskSyntaxError
from spry_jupyter.model import Span
from spry_jupyter.read.findings import Findings, Suspect
from spry_jupyter.read.headings import plain
from spry_jupyter.read.info import has_flag, names_a_task_in, split_info, why_no_task
from spry_jupyter.read.options import parse_line
from spry_jupyter.read.scan import names_a_task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

DEEPEST = 100  # levels of lists and quotes; each costs the parser stack
MOST_BLOCKS = 500_000  # a parser takes some 20 µs for each; 10,000 tasks are 30,000
_BOM = "\ufeff"
_LINE_END = re.compile(r"\r+\n")
# Pandoc's rule, that no empty line follows the first `---`, tells front matter from a rule line. A
# fence in it cannot be YAML either.
_FRONT_MATTER = re.compile(
    r"---[ \t]*\n(?=[ \t]*\S)(?:(?!```|~~~).*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
)
_FENCE_LINE = re.compile(r"^[ \t>]*(?P<fence>`{3,}|~{3,})(?P<info>.*)$", re.MULTILINE)
_NO_MARKDOWN_INSIDE = re.compile(r"\s*<(?:[!?]|(?:pre|script|style|textarea)\b)", re.IGNORECASE)


def read_spryfile(text: str, *, file: str = "", folder: str = "") -> Findings:
    """Find the tasks of a Markdown text, and all its faults.

    Args:
        text: The whole file.
        file: Its name, for messages.
        folder: Its absolute folder, for the tasks.

    Raises:
        SourceError: Its lists and quotes nest too deep to be read.
    """
    found = Findings()
    heading, before = "", ""
    for token in block_tokens(markdown_of(text), file):
        if before == "heading_open":
            heading = plain(token.content)
        before = token.type
        if token.type == "fence":
            _read_fence(found, token, Place(file, folder, heading))
        elif token.content and token.type in _LOOKALIKES:
            found.suspects.extend(_lookalikes(token, file))
    return found


def markdown_of(text: str) -> str:
    r"""Return a Markdown text as it is parsed: no byte-order mark, and `\n` at the end of lines."""
    text = text.removeprefix(_BOM)
    if "\r" in text:
        # Where no line ends otherwise, a lone `\r` ends them.
        text = _LINE_END.sub("\n", text) if "\n" in text else text.replace("\r", "\n")
    return text if text.endswith("\n") else text + "\n"


def front_matter(text: str) -> str:
    """Return the front matter with its two rules, or an empty text."""
    match = _FRONT_MATTER.match(text)
    return match[0] if match else ""


def block_tokens(text: str, file: str = "") -> list[Token]:
    """Parse the blocks of a text that `markdown_of` returned; lines count as in the text.

    Raises:
        SourceError: Its lists and quotes nest too deep to be read, or it has too many blocks.
    """
    front = front_matter(text)
    if front:
        text = "\n" * front.count("\n") + text[len(front) :]
    tokens: list[Token] = []
    parser = _parser()
    parser.block.parse(text, parser, {"file": file, "blocks": 0}, tokens)
    # The parser drops in silence what nests deeper.
    deep = next((token for token in tokens if token.level >= DEEPEST - 1), None)
    if deep is not None:
        line = (deep.map or [0])[0] + 1
        raise SourceError(
            f"{file or 'The text'} nests lists and quotes too deep", span=Span(file=file, line=line)
        )
    return tokens


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST})
    parser.block.ruler.before("code", "count", _count_block)
    return parser


def _count_block(state: StateBlock, line: int, _end: int, _silent: bool) -> bool:
    """Be a rule of the parser, the first it tries, that matches nothing and ends what never ends."""
    state.env["blocks"] += 1
    if state.env["blocks"] > MOST_BLOCKS:
        file = state.env["file"]
        raise SourceError(
            f"{file or 'The text'} has more than {MOST_BLOCKS:,} blocks of Markdown",
            span=Span(file=file, line=line + 1),
        )
    return False


class Place(NamedTuple):
    """Where a fence stands: its file, the file's absolute folder, the heading above it."""

    file: str
    folder: str
    heading: str


def _read_fence(found: Findings, token: Token, place: Place) -> None:
    first, after = token.map or (0, 0)
    if token.content.count("\n") == after - first - 1:
        sentence = "This fence is never closed, and what follows is taken for its text"
        found.suspects.append(Suspect(Span(file=place.file, line=first + 1), sentence))
    lang, line = split_info(token.info)
    if not line:
        return
    span = Span(file=place.file, line=first + 1, heading=place.heading)
    why = why_no_task(lang, line)
    if not why:
        try:
            parsed = parse_line(line, lang=lang, body=token.content, span=span, folder=place.folder)
        except TaskSyntaxError as fault:
            if names_a_task(line):
                found.faults.append(fault)
                return
            why = "it has no name"
        else:
            found.tasks.append(parsed.task)
            return
    if has_flag(line):
        found.suspects.append(Suspect(span, f"This fence looks like a task and is none: {why}"))


_LOOKALIKES = {
    "code_block": "it is indented by four spaces or more, which makes it plain text",
    "inline": "a backtick after the fence makes it inline code; open it with ~~~",
    "html_block": "it stands in an HTML block; an empty line before it ends that block",
}


def _lookalikes(token: Token, file: str) -> Iterator[Suspect]:
    """Find what would be the first line of a task's fence if it stood elsewhere."""
    if token.type == "html_block" and _NO_MARKDOWN_INSIDE.match(token.content):
        return
    for match in _FENCE_LINE.finditer(token.content):
        # In a paragraph, what closes on the same line is inline code as its author meant it.
        meant = token.type == "inline" and match["fence"] in match["info"]
        if not meant and names_a_task_in(match["info"]):
            line = (token.map or [0])[0] + 1 + token.content.count("\n", 0, match.start())
            sentence = f"This looks like the fence of a task and is none: {_LOOKALIKES[token.type]}"
            yield Suspect(Span(file=file, line=line), sentence)
            return
