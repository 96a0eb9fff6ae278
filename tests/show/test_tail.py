"""The last line of what a task says, as the live view shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.show.tail import Tails, last_line

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", ""),
        (b"\n\n", ""),
        (b"one\ntwo\n", "two"),
        (b"one\ntwo", "two"),
        (b"one\n\n  \n", "one"),
        (b"10%\r20%\r30%", "30%"),
        (b"10%\r20%\r", "20%"),
        (b"dos\r\n", "dos"),
        (b"\x1b[1;31mred\x1b[0m text\n", "red text"),
        (b"\x1b]0;a title\x07said\n", "said"),
        (b"\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\\n", "link"),
        (b"\x1b[2J\x1b[H\x1b[?25lscreen", "screen"),
        (b"bell\x07\x00\x08", "bell"),
        (b"a\tb", "a   b"),
        ("日本語 ✓\n".encode(), "日本語 ✓"),
        (b"\xa5\x9e cut in the middle", "\ufffd\ufffd cut in the middle"),
        ("right\u202eleft\n".encode(), "rightleft"),
    ],
)
def test_the_last_line_is_what_a_terminal_would_leave_as_text(data: bytes, line: str) -> None:
    assert last_line(data) == line


@given(st.binary(max_size=300))
def test_the_last_line_of_any_bytes_is_one_line_of_printable_text(data: bytes) -> None:
    line = last_line(data)
    assert len(line.splitlines()) <= 1
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in line)


def test_a_log_is_read_again_when_it_has_grown_and_some_time_has_passed(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    tails = Tails(every=0.25)
    log.write_text("one\n")
    assert tails.of(str(log), 4, now=1.0) == "one"
    log.write_text("one\ntwo\n")
    assert tails.of(str(log), 8, now=1.1) == "one"
    assert tails.of(str(log), 8, now=1.3) == "two"
    log.write_text("one\nmore\n")
    assert tails.of(str(log), 8, now=2.0) == "two"


def test_only_the_end_of_a_long_log_is_read(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"x" * 10_000 + b"\nend\n")
    assert Tails(every=0.0).of(str(log), log.stat().st_size, now=1.0) == "end"
    log.write_bytes(b"x" * 10_000)
    assert len(Tails(every=0.0).of(str(log), 10_000, now=1.0)) == 4096


def test_a_log_that_is_gone_leaves_what_was_last_known(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("said\n")
    tails = Tails(every=0.0)
    tails.of(str(log), 5, now=1.0)
    log.unlink()
    assert tails.of(str(log), 9, now=2.0) == "said"
