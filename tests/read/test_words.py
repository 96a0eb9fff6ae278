"""Words split as in a POSIX shell, and durations are read and written as people do."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.errors import TaskSyntaxError
from spry_jupyter.read.durations import format_duration, parse_duration
from spry_jupyter.read.words import Word, plain_words, split_words


def texts(line: str) -> list[str]:
    return [word.text for word in split_words(line)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("  a \t b\r\n", ["a", "b"]),
        ("a'b c'd", ["ab cd"]),
        ('"a $b `c` \\$ \\" \\\\ \\n"', ['a $b `c` $ " \\ \\n']),
        ("'a\\'", ["a\\"]),
        ("''", [""]),
        ('a "" b', ["a", "", "b"]),
        (r"a\ b \{x", ["a b", "{x"]),
        ("a #b", ["a", "#b"]),
        ("a{b c}", ["a{b", "c}"]),
        ("'{' x", ["{", "x"]),
        ("a\u00a0b", ["a\u00a0b"]),
    ],
)
def test_a_line_is_split_by_the_rules_of_a_shell(line: str, words: list[str]) -> None:
    assert texts(line) == words


def test_words_know_their_places_and_which_is_an_object() -> None:
    assert split_words("a 'b c' {d: '}'} e") == [
        Word("a", 0, 1),
        Word("b c", 2, 7),
        Word("{d: '}'}", 8, 16, is_object=True),
        Word("e", 17, 18),
    ]


@given(st.text(st.sampled_from("ab \t'\"\\$`#")))
def test_words_are_those_of_the_standard_library(line: str) -> None:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters, lexer.whitespace = True, "", " \t\r\n"
    lexer.escapedquotes = '"'
    try:
        expected = list(lexer)
    except ValueError:
        with pytest.raises(TaskSyntaxError):
            split_words(line)
        return
    # The standard library keeps the backslash of "\$" and "\`", where POSIX drops it.
    if "\\$" not in line and "\\`" not in line:
        assert texts(line) == expected


@given(st.text(st.characters(max_codepoint=126, min_codepoint=32), max_size=30))
def test_the_fast_way_finds_the_same_words(line: str) -> None:
    plain = plain_words(line)
    assert plain is None or plain == texts(line)


@given(st.lists(st.text(st.characters(blacklist_characters="\0"))))
def test_quoted_words_come_back(words: list[str]) -> None:
    assert texts(shlex.join(words)) == words


@pytest.mark.parametrize("hostile", ["{" + "'\\" * 32_000, "{" + '"' * 60_001, "{/*" * 20_000,
                                     "{" + "[" * 60_000, "{" + "{}" * 32_000, "'" + "\\" * 64_000])  # fmt: skip
def test_hostile_lines_are_refused_without_looking_at_them_twice(hostile: str) -> None:
    with pytest.raises(TaskSyntaxError):
        split_words(hostile)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("1m30s", 90),
        ("2h", 7200),
        ("500ms", 0.5),
        ("1h1m1s1ms", 3661.001),
        ("0.5s", 0.5),
        ("1.5h", 5400),
        ("0s", 0),
    ],
)
def test_a_duration_keeps_the_text_of_its_author(text: str, seconds: float) -> None:
    duration = parse_duration(text)
    assert (duration.seconds, duration.text) == (pytest.approx(seconds), text)


def test_a_bare_number_is_seconds_and_shown_as_such() -> None:
    assert (parse_duration("90").seconds, parse_duration("90").text) == (90.0, "90s")


@pytest.mark.parametrize(
    "text", ["", "s", "soon", "1d", "1s1m", "1m 30s", "-1", "1e3", "1m30", "٣s", ".5", "1.", "1S"]
)
def test_other_texts_are_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["9" * 400, "9" * 5000 + "h"])
def test_a_duration_beyond_any_clock_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="longer than 31 years"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.5, "500ms"),
        (0.0004, "0s"),
        (1, "1s"),
        (1.5, "1.5s"),
        (2, "2s"),
        (59.9999, "1m"),
        (60, "1m"),
        (90, "1m30s"),
        (7200, "2h"),
        (3661, "1h1m1s"),
        (7200.25, "2h0.25s"),
        (-1, "0s"),
    ],
)
def test_seconds_are_written_as_a_person_would(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@given(st.integers(0, 10**9))
def test_a_written_duration_reads_back(milliseconds: int) -> None:
    text = format_duration(milliseconds / 1000)
    assert round(parse_duration(text).seconds * 1000) == milliseconds
