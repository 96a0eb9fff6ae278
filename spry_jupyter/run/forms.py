"""The forms in which a secret may show up in what a task says."""

from __future__ import annotations

SHORTEST = 4  # characters; what is shorter stands in too many words to be hidden

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT_IN_URLS = (b"", b"/", b"!'()*", b":/?#[]@!$&'()*+,;=")
"""What programs leave as it is besides: nothing, paths, encodeURIComponent, encodeURI."""
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_QUOTED = frozenset(b" \t!\"$&'()*,;<>?[\\]^`{|}")  # by `printf %q`
_IN_DOUBLE_QUOTES = frozenset(b'"$`\\')  # by `declare -p`, `export -p`
_MANY_LINES = 64  # of more lines than these only the plain forms are looked for


def plain_forms(value: bytes) -> set[bytes]:
    """Return all that must not be shown of a value, but its forms in Base64.

    That is the value, each of its lines, and of these what URLs, JSON, shells, Python and HTML make
    of them.
    """
    pieces = _pieces(value)
    found = set(pieces)
    for piece in pieces if len(pieces) <= _MANY_LINES else [value]:
        found.update(_in_urls(piece))
        found.update(_escaped(piece))
        found.update(_in_shells(piece))
        found.update(_in_markup(piece))
    return {form for form in found if len(form) >= SHORTEST}


def base64_forms(value: bytes) -> set[bytes]:
    """Return what Base64 makes of a value and of each of its lines, wherever in a text they stand.

    Three bytes become four characters, so what a value becomes depends on what stands before it:
    there are three ways. Characters that hold bits of its neighbours, too, are left out.
    """
    pieces = _pieces(value)
    found: set[bytes] = set()
    for piece in pieces if len(pieces) <= _MANY_LINES else [value]:
        for before in range(3):
            found.update(_in_base64(piece, before))
            found.update(_in_base64(piece + b"\n", before))  # as `echo` pipes it
    return {form for form in found if len(form) >= SHORTEST}


def _pieces(value: bytes) -> list[bytes]:
    lines = [line.strip() for line in value.splitlines()]
    return list(dict.fromkeys([value, value.strip(), *filter(_is_long_enough, lines)]))


def _is_long_enough(value: bytes) -> bool:
    return len(value.decode("utf-8", "replace")) >= SHORTEST


def _in_urls(value: bytes) -> set[bytes]:
    found: set[bytes] = set()
    for kept in _KEPT_IN_URLS:
        plain = _UNRESERVED.union(kept)
        upper = b"".join([bytes([c]) if c in plain else b"%%%02X" % c for c in value])
        lower = b"".join([bytes([c]) if c in plain else b"%%%02x" % c for c in value])
        found |= {upper, lower, upper.replace(b"%20", b"+"), lower.replace(b"%20", b"+")}
    return found


def _escaped(value: bytes) -> set[bytes]:
    """Return a value as it stands between the quotes of JSON, and of Python."""
    from json import dumps  # noqa: PLC0415 - only a run with secrets pays for this

    text = value.decode("utf-8", "surrogateescape")
    found = {repr(text)[1:-1].encode("utf-8", "surrogateescape"), repr(value)[2:-1].encode()}
    for only_ascii in (True, False):
        inner = dumps(text, ensure_ascii=only_ascii)[1:-1]
        escaped = inner.encode("utf-8", "surrogateescape")
        found |= {escaped, escaped.replace(b"/", b"\\/")}
    return found


def _in_shells(value: bytes) -> set[bytes]:
    """Return a value as shells quote it: in single quotes, in double ones, and in none."""
    single = {value.replace(b"'", b"'\\''"), value.replace(b"'", b"'\"'\"'")}
    return single | {_backslashed(value, _IN_DOUBLE_QUOTES), _backslashed(value, _QUOTED)}


def _backslashed(value: bytes, what: frozenset[int]) -> bytes:
    return b"".join([b"\\%c" % c if c in what else b"%c" % c for c in value])


def _in_markup(value: bytes) -> set[bytes]:
    """Return a value as it stands in HTML and XML."""
    text = value.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
    quotes = (
        (b"&quot;", b"&#x27;"),
        (b"&quot;", b"&#39;"),
        (b"&#34;", b"&#39;"),
        (b"&quot;", b"'"),
    )
    return {text, *[text.replace(b'"', two).replace(b"'", one) for two, one in quotes]}


def _in_base64(value: bytes, before: int) -> set[bytes]:
    from binascii import b2a_base64  # noqa: PLC0415 - likewise

    whole = b2a_base64(bytes(before) + value, newline=False)
    first = (0, 2, 3)[before]  # characters with bits of what stands before
    last = (before + len(value)) * 8 // 6  # the next one has bits of what stands after
    at_the_end = whole[first:]
    found = {whole[first:last], at_the_end, at_the_end.rstrip(b"=")}
    return found | {form.translate(_URL_SAFE) for form in found}
