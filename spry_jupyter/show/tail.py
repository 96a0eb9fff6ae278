"""The last line that a task has said, as text and nothing but text."""

from __future__ import annotations

import re
from contextlib import suppress

_READ = 4096  # bytes of a log's end that are looked at
_CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movements
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)"  # OSC and other strings: titles, links
    r"|\x1b[ -/]*[0-~]"  # other escapes
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]"
)
_BREAK = re.compile(r"[\r\n]")


def last_line(data: bytes) -> str:
    """Return the last line that is not blank, as a terminal would leave it.

    Args:
        data: The end of some output; it may begin anywhere.

    Returns:
        Printable text without control sequences; empty if there is none.
    """
    text = _CONTROL.sub("", data.decode("utf-8", "replace"))
    for piece in reversed(_BREAK.split(text)):
        if line := piece.expandtabs(4).strip():
            return line
    return ""


class Tails:
    """The last lines of logs that grow, each read a few times a second at most."""

    def __init__(self, every: float) -> None:
        """Begin with none.

        Args:
            every: Seconds between two looks at one log.
        """
        self._every = every
        self._known: dict[str, tuple[int, float, str]] = {}  # size, when read, what it said

    def of(self, path: str, size: int, now: float) -> str:
        """Return the last line of a log.

        Args:
            path: Of the log.
            size: Bytes in it, as last heard.
            now: Seconds by any clock.
        """
        before, read_at, said = self._known.get(path, (0, -self._every, ""))
        if size == before or now - read_at < self._every:
            return said
        with suppress(OSError), open(path, "rb") as log:  # noqa: PTH123 - a path of ours
            log.seek(max(0, size - _READ))
            said = last_line(log.read(_READ)) or said
        self._known[path] = (size, now, said)
        return said
