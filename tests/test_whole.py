"""Files are written whole or not at all, whatever stands in their place."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from spry_jupyter import whole

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_written_takes_the_place_of_what_was_there_and_keeps_its_rights(
    tmp_path: Path,
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"longer than what comes")
    path.chmod(0o640)
    whole.write(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    (tmp_path / "link").symlink_to("there")
    whole.write(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there").read_bytes() == b"new"


def test_a_pipe_takes_what_is_written_and_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(path.read_bytes()))
    reader.start()
    whole.write(path, b"new")
    reader.join()
    assert heard == [b"new"]
    assert path.is_fifo()


def test_what_raises_on_the_way_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def half() -> None:
        with whole.replacing(str(path)) as fd:
            os.write(fd, b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_whose_name_is_as_long_as_a_name_may_be_can_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 127)
    whole.write(path, b"new")
    assert path.read_bytes() == b"new"
