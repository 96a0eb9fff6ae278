"""Fuzzing that looks at which code an input reaches, with atheris (`pip install atheris`).

    python tests/fuzz/guided.py line|markdown|notebook|mask [-max_total_time=300] [libFuzzer's options]

It goes on until an input does something else than give tasks or an error with its place, and writes
that input into a file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import atheris

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]
with atheris.instrument_imports(include=["spry_jupyter", "markdown_it", "json5"]):
    from spry_jupyter.errors import SpryError
    from spry_jupyter.read.notebook import read_notebook
    from spry_jupyter.read.options import parse_line
    from spry_jupyter.read.spryfile import read_spryfile
    from spry_jupyter.read.write import task_line
    from spry_jupyter.run.mask import Mask, Stream


def line(data: bytes) -> None:
    """Read a task's line; write it down and read that."""
    try:
        task = parse_line(data.decode("utf-8", "replace")).task
    except SpryError:
        return
    assert task_line(parse_line(task_line(task)).task) == task_line(task)


def markdown(data: bytes) -> None:
    """Read a Spryfile."""
    try:
        read_spryfile(data.decode("utf-8", "replace"))
    except SpryError:
        return


def notebook(data: bytes) -> None:
    """Read a notebook: the data, or a cell that holds it."""
    text = data.decode("utf-8", "replace")
    cell = json.dumps({"cells": [{"cell_type": "code", "source": text}]})
    try:
        read_notebook(text if data[:1] == b"{" else cell)
    except SpryError:
        return


def mask(data: bytes) -> None:
    """Hide a secret in what comes in pieces as in what comes at once."""
    secret, _, said = data.partition(b"\n\n")
    if len(secret.strip()) < 8:
        return
    known = Mask([secret])
    stream = Stream(known)
    pieces = [stream.feed(said[at : at + 3]) for at in range(0, len(said), 3)]
    assert b"".join([*pieces, stream.flush()]) == known.hide(said)


def main() -> None:
    """Fuzz what the first word names."""
    name, *options = sys.argv[1:] or ["line"]
    targets = {target.__name__: target for target in (line, markdown, notebook, mask)}
    atheris.Setup([sys.argv[0], *options], targets[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
