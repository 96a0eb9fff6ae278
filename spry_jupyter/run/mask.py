"""Hiding secrets in a stream of bytes, however it is cut into pieces."""

from __future__ import annotations

from bisect import bisect_right

from spry_jupyter.run.forms import base64_forms, plain_forms

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MARK = b"***"

Spans = list[tuple[int, int]]
"""Ranges of bytes in order, of which none overlap; some may touch."""


class Mask:
    """What is to be hidden. It may learn more while it is in use."""

    def __init__(self, values: Iterable[bytes] = ()) -> None:
        self._known: set[bytes] = set()
        self._plain: set[bytes] = set()
        self._folded: set[bytes] = set()  # may be broken into lines anywhere, as Base64 is
        for value in values:
            self.learn(value)

    @property
    def values(self) -> tuple[bytes, ...]:
        """All that has been learnt, from which another mask can be made."""
        return tuple(self._known)

    def learn(self, value: bytes) -> None:
        """Hide a value and all its forms from now on."""
        if value not in self._known:
            self._known.add(value)
            self._folded |= base64_forms(value)
            self._plain |= plain_forms(value)

    def hide(self, data: bytes) -> bytes:
        """Return data that is whole, with `***` for every secret in it."""
        stream = Stream(self)
        return stream.feed(data) + stream.flush()

    def hide_text(self, text: str) -> str:
        """Return a text with `***` for every secret in it."""
        try:
            data = text.encode("utf-8", errors := "surrogateescape")
        except UnicodeEncodeError:  # a half of a character that stands for no byte
            data = text.encode("utf-8", errors := "surrogatepass")
        return self.hide(data).decode("utf-8", errors)

    def spans(self, data: bytes, covered: int = 0) -> Spans:
        """Return where secrets are.

        Args:
            data: To look into.
            covered: Bytes at its start that belong to a secret which began before.
        """
        found = [(0, covered)] if covered else []
        for form in self._plain:
            found += [(at, at + len(form)) for at in _places(data, form)]
        found += self._folded_spans(data)
        return _merged(found)

    def held(self, data: bytes) -> int:
        """Return from where on data may be the beginning of a secret that goes on after it."""
        first = len(data)
        for form in self._plain:
            first = min(first, _beginning(data, form))
        for form in self._folded:
            tail = data[-2 * len(form) :]
            joined = _joined(tail)
            at = _beginning(joined, form)
            if at < len(joined):
                first = min(first, len(data) - len(tail) + _Offsets(tail)[at])
        return first

    def _folded_spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        joined = _joined(data) if self._folded else b""
        offsets: _Offsets | None = None
        for form in self._folded:
            for at in _places(joined, form):
                offsets = offsets or _Offsets(data)
                start, end = offsets[at], offsets[at + len(form) - 1] + 1
                if end - start <= 2 * len(form):  # else it is no Base64, but a column of letters
                    yield start, end


class Stream:
    """One stream of bytes on its way through a mask.

    What is fed in pieces comes out as what is fed at once. Held back is no more than what may yet
    turn out to be a secret.
    """

    __slots__ = ("_covered", "_mask", "_rest")

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._rest = b""
        self._covered = 0  # bytes of the rest that a mark, let through already, stands for

    def feed(self, data: bytes) -> bytes:
        """Return what may be shown when more bytes have come."""
        data = self._rest + data
        return self._let_through(data, self._mask.held(data))

    def flush(self) -> bytes:
        """Return what was held back, when nothing more will come."""
        return self._let_through(self._rest, len(self._rest))

    def _let_through(self, data: bytes, until: int) -> bytes:
        shown: list[bytes] = []
        at = covered = 0
        for start, end in self._mask.spans(data, self._covered):
            told = not start and self._covered > 0
            if start >= until and not told:
                break
            shown.append(data[at:start])
            if not told:
                shown.append(MARK)
            at = min(end, until)
            covered = max(0, end - until)
        shown.append(data[at:until])
        self._rest, self._covered = data[until:], covered
        return b"".join(shown)


class _Offsets:
    """Where the bytes of joined lines stand in the data that they come from."""

    __slots__ = ("_joined", "_lines")

    def __init__(self, data: bytes) -> None:
        self._joined: list[int] = []
        self._lines: list[int] = []
        at = joined = 0
        for line in data.splitlines(keepends=True):
            self._joined.append(joined)
            self._lines.append(at)
            at += len(line)
            joined += len(_joined(line))

    def __getitem__(self, at: int) -> int:
        line = bisect_right(self._joined, at) - 1
        return self._lines[line] + at - self._joined[line]


def _joined(data: bytes) -> bytes:
    return data.translate(None, b"\r\n")


def _places(data: bytes, form: bytes) -> Iterator[int]:
    at = data.find(form)
    while at >= 0:
        yield at
        at = data.find(form, at + 1)


def _beginning(data: bytes, form: bytes) -> int:
    """Return where data ends with the beginning of a form; its length where it does not."""
    at = data.find(form[:1], max(0, len(data) - len(form) + 1))
    while at >= 0:
        if form.startswith(data[at:]):
            return at
        at = data.find(form[:1], at + 1)
    return len(data)


def _merged(found: Spans) -> Spans:
    """Put ranges in order and join those that overlap."""
    merged: Spans = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
