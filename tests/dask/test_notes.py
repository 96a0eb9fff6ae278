"""The notes that say where the rest of a large log is."""

from __future__ import annotations

import json
import os
import socket
from hashlib import blake2b
from typing import TYPE_CHECKING

import pytest

from spry_jupyter.run.dask.rest import Hole, Source, leave_note
from spry_jupyter.run.rest import complete

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    log = tmp_path / "build.log"
    log.write_text("beginning" + " " * 100 + "end")
    return log


@pytest.fixture
def stranger() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def holes_at(server: socket.socket) -> str:
    address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    return json.dumps([[[address, address, "/tmp/a.log"], 9, 9, 100]])


@pytest.mark.parametrize("seal", ["", "0" * 128, "of another key", "é"])
def test_a_note_of_a_stranger_leads_to_no_scheduler(
    log: Path, stranger: socket.socket, seal: str
) -> None:
    text = holes_at(stranger)
    if seal == "of another key":
        seal = blake2b(text.encode(), key=b"x" * 32).hexdigest()
    log.with_name("build.log.rest").write_text(f"{seal}\n{text}" if seal else text)
    assert complete(str(log)) == "the note beside it, which says where the rest is, is not yours"
    with pytest.raises(BlockingIOError):
        stranger.accept()


def test_a_note_of_ours_leads_to_its_scheduler(log: Path) -> None:
    nobody = "tcp://127.0.0.1:1"
    for here in (9, 49):
        leave_note(
            str(log), Hole(Source(nobody, "tcp://127.0.0.1:2", "/tmp/a.log"), here, here, 40)
        )
    why = complete(str(log))
    assert why.startswith("80 bytes of it stayed on tcp://127.0.0.1:2, which does not give them: ")
    assert nobody in why


def test_a_pipe_in_place_of_a_note_is_not_waited_for(log: Path) -> None:
    os.mkfifo(log.with_name("build.log.rest"))
    assert "is not yours" in complete(str(log))
