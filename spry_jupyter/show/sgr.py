"""How a terminal is told what characters look like, and how a page says the same.

`ESC [ parameters m`, Select Graphic Rendition, as ECMA-48 and ITU-T T.416 have it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from spry_jupyter.show.colours import (
    PLAIN,
    Colour,
    declared,
    hexadecimal,
    numbered,
    on_ground,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How characters look. Colours are None for the page's own."""

    colour: Colour | None = None
    ground: Colour | None = None
    bold: bool = False
    faint: bool = False
    italic: bool = False
    underlined: bool = False
    struck: bool = False
    inverse: bool = False


PLAINLY = Look()


def css(look: Look) -> str:
    """Return the declarations for a look; empty for the page's own."""
    colour, ground = look.colour, look.ground
    if look.inverse:
        colour, ground = ground, colour or (118, 118, 118)
    said = []
    if ground is not None:
        said = [f"color:{hexadecimal(on_ground(colour, ground))}"]
        said.append(f"background-color:{hexadecimal(ground)}")
    elif colour is not None:
        said = [declared(colour)]
    said += ["font-weight:bold"] * look.bold + ["font-style:italic"] * look.italic
    said += ["opacity:0.75"] * look.faint
    struck = ["underline"] * look.underlined + ["line-through"] * look.struck
    said += [f"text-decoration:{' '.join(struck)}"] if struck else []
    return ";".join(said)


def _as_text(number: int) -> Colour | None:
    return None if number in PLAIN else numbered(number)


_UNDERLINE = 4
_PRIVATE = frozenset("<=>?")
_EXTENDED = {38: "colour", 48: "ground"}
_CHANGES: dict[int, dict[str, Any]] = {
    1: {"bold": True},
    2: {"faint": True},
    3: {"italic": True},
    _UNDERLINE: {"underlined": True},
    7: {"inverse": True},
    9: {"struck": True},
    21: {"underlined": True},
    22: {"bold": False, "faint": False},
    23: {"italic": False},
    24: {"underlined": False},
    27: {"inverse": False},
    29: {"struck": False},
    39: {"colour": None},
    49: {"ground": None},
    **{30 + i: {"colour": _as_text(i)} for i in range(8)},
    **{90 + i: {"colour": _as_text(8 + i)} for i in range(8)},
    **{40 + i: {"ground": numbered(i)} for i in range(8)},
    **{100 + i: {"ground": numbered(8 + i)} for i in range(8)},
}


def with_sgr(look: Look, parameters: str) -> Look:
    """Return a look after `ESC [ parameters m`; what is not known there changes nothing."""
    if not _PRIVATE.isdisjoint(parameters):  # it is another sequence, which says nothing of looks
        return look
    rest = iter(parameters.split(";"))
    for word in rest:
        code, *inner = word.split(":")
        number = _number(code)
        if number == 0:
            look = PLAINLY
        elif number in _EXTENDED:
            known, colour = _extended(_EXTENDED[number], inner, rest)
            look = replace(look, **{_EXTENDED[number]: colour}) if known else look  # type: ignore[arg-type]
        elif number == _UNDERLINE and inner == ["0"]:
            look = replace(look, underlined=False)
        elif number in _CHANGES:
            look = replace(look, **_CHANGES[number])
    return look


def _extended(part: str, inner: list[str], rest: Iterator[str]) -> tuple[bool, Colour | None]:
    """Read what follows 38 or 48: `5;n` or `2;r;g;b`, also with colons; and whether it is known."""
    numbers = map(_number, inner or rest)
    kind = next(numbers, -1)
    if kind == 5:  # noqa: PLR2004 - one of 256
        number = next(numbers, -1)
        if 0 <= number < 256:  # noqa: PLR2004 - likewise
            return True, _as_text(number) if part == "colour" else numbered(number)
    elif kind == 2:  # noqa: PLR2004 - red, green, blue
        if len(inner) > 4:  # noqa: PLR2004 - with colons a colour space may stand before them
            next(numbers)
        red, green, blue = (next(numbers, -1) for _ in range(3))
        if min(red, green, blue) >= 0 and max(red, green, blue) < 256:  # noqa: PLR2004 - a byte each
            return True, (red, green, blue)
    return False, None


def _number(text: str) -> int:
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1  # noqa: PLR2004 - no code is longer
