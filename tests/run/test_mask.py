"""What hides secrets: every form of them, however what a task says is cut into pieces."""

from __future__ import annotations

import base64
import html
import json
import os
import re
import shlex
import subprocess
from itertools import pairwise
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.run.forms import plain_forms
from spry_jupyter.run.mask import Mask, Stream

SECRETS = st.one_of(
    st.binary(min_size=4, max_size=24).filter(lambda value: len(value.strip()) >= 8),
    st.text("ab+/= %é\n'\"\\", min_size=4, max_size=20).map(str.encode),
    st.sampled_from([b"hunter22", b"aaaa", b"abababab", b"line one\nline two\n", b"p@ss w/rd?"]),
).filter(lambda value: len(value.decode("utf-8", "replace").strip()) >= 4)


def in_pieces(mask: Mask, data: bytes, cuts: list[int]) -> bytes:
    """What comes out of a stream that is fed with data cut at these places."""
    stream = Stream(mask)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    pieces = [stream.feed(data[a:b]) for a, b in pairwise(places)]
    return b"".join([*pieces, stream.flush()])


@given(st.lists(SECRETS, min_size=1, max_size=3), st.data())
def test_what_comes_in_pieces_is_hidden_as_what_comes_at_once(
    secrets: list[bytes], data: st.DataObject
) -> None:
    parts = st.one_of(
        st.binary(max_size=6),
        st.sampled_from(secrets),
        st.sampled_from(secrets).map(base64.encodebytes),
        st.sampled_from(secrets).map(lambda value: value[: len(value) // 2 + 1]),
    )
    said = b"".join(data.draw(st.lists(parts, max_size=6)))
    mask = Mask(secrets)
    whole = mask.hide(said)
    assert in_pieces(mask, said, data.draw(st.lists(st.integers(0, 300), max_size=8))) == whole
    assert in_pieces(mask, said, list(range(len(said)))) == whole


@given(SECRETS, st.binary(max_size=30), st.binary(max_size=30))
def test_a_value_is_never_left_in_what_is_shown(secret: bytes, before: bytes, after: bytes) -> None:
    shown = Mask([secret]).hide(before + secret + after)
    assert b"***" in shown
    if b"*" not in secret:
        assert secret not in shown
        for line in secret.splitlines():
            if len(line.strip().decode("utf-8", "replace")) >= 4:
                assert line.strip() not in shown


@given(st.binary(max_size=200), st.lists(st.integers(0, 300), max_size=8))
def test_what_holds_no_secret_is_shown_byte_for_byte(said: bytes, cuts: list[int]) -> None:
    mask = Mask([b"a-secret-nobody-says"])
    assert in_pieces(mask, said, cuts) == said


VALUE = "p@ss/wo+rd 12&\"x'é\\<$HOME`"
FORMS = {
    "plain": VALUE,
    "base64": base64.b64encode(VALUE.encode()).decode(),
    "base64 of a line": base64.b64encode(f"{VALUE}\n".encode()).decode(),
    "base64 without padding": base64.b64encode(VALUE.encode()).decode().rstrip("="),
    "base64 for URLs": base64.urlsafe_b64encode(VALUE.encode()).decode(),
    "a part of a URL": quote(VALUE, safe=""),
    "a path in a URL": quote(VALUE),
    "a query": quote_plus(VALUE),
    "a URL in lower case": re.sub("%..", lambda at: at[0].lower(), quote(VALUE, safe="")),
    "encodeURIComponent": quote(VALUE, safe="!'()*"),
    "JSON": json.dumps(VALUE)[1:-1],
    "JSON in UTF-8": json.dumps(VALUE, ensure_ascii=False)[1:-1],
    "quoted by Python for a shell": shlex.quote(VALUE)[1:-1],
    "quoted by a shell": VALUE.replace("'", "'\\''"),
    "shown by Python": repr(VALUE)[1:-1],
    "shown by Python, as bytes": repr(VALUE.encode())[2:-1],
    "HTML": html.escape(VALUE),
    "XML": html.escape(VALUE, quote=False),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_form_of_a_value_is_hidden_whole(form: str) -> None:
    assert Mask([VALUE.encode()]).hide_text(f"<{form}>") == "<***>"


BASH = {
    "without quotes": r'printf "%q" "$V"',
    "in double quotes": r"""printf %s "$(declare -p V)" | sed -e '1s/^declare -x V="//' -e 's/"$//'""",
    "traced": r"""{ set -x; : "$V"; } 2>&1 | sed -e "s/^+ : '//" -e "s/'$//" | tr -d '\n'""",
}


@pytest.mark.parametrize("how", BASH.values(), ids=BASH.keys())
def test_a_form_that_a_shell_makes_of_a_value_is_hidden_whole(how: str) -> None:
    done = subprocess.run(
        ["bash", "-c", how], env={"PATH": os.environ["PATH"], "V": VALUE, "LC_ALL": "C.UTF-8"},
        capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout != VALUE.encode()
    assert Mask([VALUE.encode()]).hide(b"<" + done.stdout + b">") == b"<***>"


@pytest.mark.parametrize("before", ["", "u", "us", "user:"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_base64_of_a_longer_text_shows_at_most_a_character_of_a_value_at_either_end(
    before: str, wrapped: bool
) -> None:
    secret = "correct-horse-battery-staple-" * 4 + "end"
    encode = base64.encodebytes if wrapped else base64.b64encode
    shown = Mask([secret.encode()]).hide(encode(f"{before}{secret} and more".encode()))
    head = base64.b64encode(before.encode()).decode().rstrip("=")
    start, _, rest = shown.decode().partition("***")
    assert len(start) <= len(head) + 1
    rest = rest.strip().rstrip("=")
    assert len(rest) <= len(base64.b64encode(b" and more")) + 1


def test_a_line_of_a_value_is_hidden_by_itself_unless_it_is_too_short_to_be_told() -> None:
    mask = Mask([b"{\n  first line\n  second line\n}\n"])
    assert mask.hide(b"{ second line } first line\n") == b"{ *** } ***\n"


def test_what_overlaps_itself_is_hidden_to_its_end() -> None:
    assert Mask([b"abab!abab"]).hide(b"abab!abab!abab!ab") == b"***!ab"


def test_nothing_is_held_back_that_cannot_become_a_secret() -> None:
    stream = Stream(Mask([b"hunter22"]))
    assert stream.feed(b"password: ") == b"password: "
    assert stream.feed(b"hunt") == b""
    assert stream.feed(b"ing\n") == b"hunting\n"


def test_a_long_value_repeated_for_ever_is_not_kept_in_memory() -> None:
    stream = Stream(Mask([b"aaaa"]))
    shown = b"".join(stream.feed(b"a" * 4096) for _ in range(200))
    assert shown == b"***"
    assert len(stream._rest) < 4096


def test_a_value_of_very_many_lines_is_hidden_line_by_line() -> None:
    lines = [b"line number %d" % number for number in range(500)]
    assert len(plain_forms(b"\n".join(lines))) < 600
    assert Mask([b"\n".join(lines)]).hide(b"x line number 377 y") == b"x *** y"
