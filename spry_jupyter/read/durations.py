"""Durations as people write them: `90`, `90s`, `1m30s`, `2h`, `500ms`."""

from __future__ import annotations

import re

from spry_jupyter.model import Duration
from spry_jupyter.read.names import printable

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_DURATION = re.compile(
    rf"(?:({_NUMBER})h)?(?:({_NUMBER})m(?!s))?(?:({_NUMBER})s)?(?:({_NUMBER})ms)?"
)
_SECONDS = re.compile(_NUMBER)
_UNITS = (3600.0, 60.0, 1.0, 0.001)
_LONGEST = 1e9  # 31 years; clocks and selectors overflow somewhere beyond


def parse_duration(text: str) -> Duration:
    """Read a duration; a bare number is seconds, and is shown with its unit.

    Raises:
        ValueError: It is none, or longer than 31 years; the message is for the user.
    """
    if _SECONDS.fullmatch(text):
        text += "s"
    match = _DURATION.fullmatch(text) if text else None
    if match is None:
        raise ValueError(f'"{printable(text)}" is not a duration (90, 90s, 1m30s, 2h or 500ms)')
    parts = (float(part or 0) * unit for part, unit in zip(match.groups(), _UNITS, strict=True))
    seconds = sum(parts)
    if seconds > _LONGEST:
        raise ValueError(f'"{printable(text)}" is longer than 31 years')
    return Duration(seconds, text)


def format_duration(seconds: float) -> str:
    """Write seconds as `500ms`, `1s`, `1.5s`, `1m30s` or `2h`, to the millisecond."""
    milliseconds = round(max(seconds, 0.0) * 1000)
    if 0 < milliseconds < 1000:  # noqa: PLR2004 - a second
        return f"{milliseconds}ms"
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    whole = f"{rest / 1000:.3f}".rstrip("0").rstrip(".")
    parts = (
        f"{hours}h" if hours else "",
        f"{minutes}m" if minutes else "",
        f"{whole}s" if rest or milliseconds == 0 else "",
    )
    return "".join(parts)
