"""Logs that somebody looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.show.feed import END, MOST, PART, SHARE, Feed

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def feed_in(folder: Path) -> Feed:
    return Feed(lambda task: str(folder / f"{task}.log"))


def add(folder: Path, data: bytes, task: int = 0) -> None:
    with (folder / f"{task}.log").open("ab") as log:
        log.write(data)


@given(st.lists(st.binary(max_size=50)), st.data())
def test_what_grows_slowly_is_told_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    feed = feed_in(folder)
    begun = data.draw(st.integers(0, len(parts)))
    for part in parts[:begun]:
        add(folder, part)
    told = feed.watch(0).data
    for part in parts[begun:]:
        add(folder, part)
        told += b"".join(piece.data for piece in feed.grown())
    assert told == b"".join(parts)


def test_of_a_long_log_the_end_comes_first_and_the_rest_when_asked_for(tmp_path: Path) -> None:
    whole = bytes(range(256)) * 1200
    add(tmp_path, whole)
    feed = feed_in(tmp_path)
    piece = feed.watch(0)
    assert (piece.size, len(piece.data)) == (len(whole), END)
    held = piece.data
    while piece.start:
        piece = feed.earlier(0, piece.start)
        assert len(piece.data) <= PART
        held = piece.data + held
    assert held == whole


def test_what_grows_fast_is_cut_to_its_share_and_the_end_always_comes(tmp_path: Path) -> None:
    feed = feed_in(tmp_path)
    feed.watch(0)
    feed.watch(1)
    add(tmp_path, b"x" * 10 * SHARE + b"end", task=0)
    add(tmp_path, b"little", task=1)
    fast, slow = feed.grown()
    assert len(fast.data) == SHARE // 2
    assert fast.data.endswith(b"end")
    assert fast.start + len(fast.data) == fast.size
    assert slow.data == b"little"
    assert list(feed.grown()) == []


def test_no_more_than_a_few_logs_are_followed_and_none_that_was_left(tmp_path: Path) -> None:
    feed = feed_in(tmp_path)
    for task in range(MOST + 2):
        feed.watch(task)
    feed.leave(MOST)
    for task in range(MOST + 2):
        add(tmp_path, b"x", task)
    assert [piece.task for piece in feed.grown()] == [*range(2, MOST), MOST + 1]


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    feed = feed_in(tmp_path)
    assert feed.watch(0).data == b""
    assert feed.earlier(0, 5).data == b""
    assert Feed(lambda _: "").watch(0).size == 0
