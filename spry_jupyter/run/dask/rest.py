"""What of a large log stayed on the worker where it was written, and how it comes here.

Beside such a log lies a note that says where the rest is. It is fetched when somebody asks for the
log, as long as the worker is there. A note is sealed with the user's key: whoever talks to a scheduler
lets it run programs here, so one that came with a stranger's folder must not name it.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import astuple, dataclass
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path
from typing import NoReturn

from spry_jupyter.record.key import user_key
from spry_jupyter.run.rest import note_of

_PIECE = 1 << 23  # bytes
_NOTE = 1 << 20  # characters; one has some hundreds for each attempt


@dataclass(frozen=True, slots=True)
class Source:
    """A log on a worker.

    Attributes:
        scheduler: Address of the scheduler; empty where there is nothing to fetch.
        worker: Address of the worker.
        path: Of the log there.
    """

    scheduler: str
    worker: str
    path: str


@dataclass(frozen=True, slots=True)
class Hole:
    """Bytes that are missing here.

    Attributes:
        source: Where they are.
        there: Their offset in that log.
        here: Their offset in the log on this machine.
        size: How many.
    """

    source: Source
    there: int
    here: int
    size: int


def leave_note(log: str, hole: Hole) -> None:
    """Write down that something is missing in a log, beside it and in it.

    Raises:
        OSError: If that cannot be written.
    """
    with open(log, "r+b") as file:
        text = f"\n[some {hole.size:,} bytes of this log are on {hole.source.worker}]\n".encode()
        file.seek(hole.here)
        file.write(text[: hole.size])
    note = Path(note_of(log))
    known = _read(note) if note.exists() else []
    said = json.dumps([astuple(each) for each in [*known, hole]])
    note.write_text(f"{_seal(said)}\n{said}")


def main(log: str) -> None:
    """Fetch what is missing in a log; print why, if that cannot be done."""
    note = Path(note_of(log))
    holes = _read(note)
    if not holes:
        _give_up("the note beside it, which says where the rest is, is not yours")
    try:
        for hole in holes:
            _fill(log, hole)
    except Exception as error:  # noqa: BLE001 - Dask's errors are of many kinds
        size = sum(hole.size for hole in holes)
        why = "is gone" if isinstance(error, LookupError) else f"does not give them: {error}"
        _give_up(f"{size:,} bytes of it stayed on {holes[-1].source.worker}, which {why}")
    note.unlink()
    os._exit(0)  # what Dask leaves behind would take its time


def _give_up(why: str) -> NoReturn:
    print(why)  # noqa: T201 - to who asks
    sys.stdout.flush()
    os._exit(1)


def _read(note: Path) -> list[Hole]:
    """Return what a note says, nothing if this user did not write it."""
    if not note.is_file():  # a pipe would be waited for
        return []
    with note.open(errors="replace") as file:
        seal, _, text = file.read(_NOTE).partition("\n")
    if not seal or not compare_digest(seal.encode(), _seal(text).encode()):
        return []
    return [Hole(Source(*source), *rest) for source, *rest in json.loads(text)]


def _seal(text: str) -> str:
    """Return what only this user can put before a text; empty without a key."""
    key = user_key()
    return blake2b(text.encode(), key=key).hexdigest() if key else ""


def _fill(log: str, hole: Hole) -> None:
    from spry_jupyter.run.dask.cluster import reach  # noqa: PLC0415 - takes half a second
    from spry_jupyter.run.dask.resources import workers_of  # noqa: PLC0415 - likewise
    from spry_jupyter.run.dask.worker import read_piece  # noqa: PLC0415 - likewise

    client = reach(hole.source.scheduler)
    if hole.source.worker not in workers_of(client):
        raise LookupError
    with open(log, "r+b") as file:
        for start in range(0, hole.size, _PIECE):
            size = min(_PIECE, hole.size - start)
            worker = hole.source.worker
            asked = (hole.source.path, hole.there + start, size)
            data = client.run(read_piece, *asked, workers=[worker])[worker]
            file.seek(hole.here + start)
            file.write(data)
