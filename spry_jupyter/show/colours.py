"""The colours of a terminal as a page can show them, on a light ground and on a dark one.

A record cannot know the theme it is read in, and reads well in all: a text's colour keeps its hue
and gets a lightness in the middle, then a share of the page's own colour of text, which is dark on
a light ground and light on a dark one. Where only plain colours are let through, the middle is left.
"""

from __future__ import annotations

from functools import lru_cache

Colour = tuple[int, int, int]

# What stands as well against white as against JupyterLab's dark #111: a contrast of 4.2 at least, of
# the 4.35 that are to be had for both (WCAG).
_DARKEST, _LIGHTEST = 0.183, 0.192  # relative luminance, 0 to 1
_SHARE = (
    70  # per cent; WCAG asks for a contrast of 4.5, this makes it 5.6 at least on white and on #111
)
_LEGIBLE = 3.0  # contrast from which a text on a ground of its own is left as it is

BASIC: tuple[Colour, ...] = (
    *((0, 0, 0), (205, 49, 49), (13, 160, 90), (190, 140, 0)),
    *((36, 114, 200), (188, 63, 188), (17, 150, 185), (229, 229, 229)),
    *((118, 118, 118), (241, 76, 76), (35, 190, 110), (215, 165, 20)),
    *((59, 142, 234), (214, 112, 214), (41, 184, 219), (255, 255, 255)),
)
"""Colours 0–15; terminals differ in them, these are close to what editors use."""

PLAIN = {0, 7, 15}
"""Those of `BASIC` that as a text mean no colour: the page's own is what can be read."""


def numbered(number: int) -> Colour:
    """Return one of the 256 colours of terminals."""
    if number < len(BASIC):
        return BASIC[number]
    if number < 232:  # noqa: PLR2004 - a cube of 6 by 6 by 6, then 24 greys
        red, rest = divmod(number - 16, 36)
        return _step(red), _step(rest // 6), _step(rest % 6)
    grey = 8 + 10 * (number - 232)
    return grey, grey, grey


def _step(level: int) -> int:
    return 55 + 40 * level if level else 0


def declared(colour: Colour) -> str:
    """Return the declarations for a text of this hue, to be read on every page."""
    middle = hexadecimal(on_any_ground(colour))
    return f"color:{middle};color:color-mix(in srgb,{middle} {_SHARE}%,currentcolor)"


def hexadecimal(colour: Colour) -> str:
    """Return `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


@lru_cache(maxsize=1024)
def on_any_ground(colour: Colour) -> Colour:
    """Return a colour of the same hue that can be read on white and on black."""
    linear = [_linear(part) for part in colour]
    found = _luminance(linear)
    if found > _LIGHTEST:
        linear = [part * _LIGHTEST / found for part in linear]
    elif found < _DARKEST:
        more = (_DARKEST - found) / (1 - found)
        linear = [part + more * (1 - part) for part in linear]
    red, green, blue = (_from_linear(part) for part in linear)
    return red, green, blue


@lru_cache(maxsize=1024)
def on_ground(colour: Colour | None, ground: Colour) -> Colour:
    """Return a colour that can be read on a ground: itself if it can, else black or white."""
    if colour is not None and contrast(colour, ground) >= _LEGIBLE:
        return colour
    return max(((0, 0, 0), (255, 255, 255)), key=lambda other: contrast(other, ground))


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG 2 defines it."""
    lights = sorted(_luminance([_linear(part) for part in colour]) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(linear: list[float]) -> float:
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: int) -> float:
    share = part / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB


def _from_linear(part: float) -> int:
    share = part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055  # noqa: PLR2004 - sRGB
    return round(255 * share)
