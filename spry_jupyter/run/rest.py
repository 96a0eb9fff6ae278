"""Logs of which a part is still on the worker of a cluster, see `run.dask.rest`."""

from __future__ import annotations

import os
import sys

_CODE = (
    "import os, sys; sys.path[:] = sys.argv[2].split(os.pathsep); "
    "from spry_jupyter.run.dask.rest import main; main(sys.argv[1])"
)


def note_of(log: str) -> str:
    """Return the path of the note that says what is missing in a log, if something is."""
    return f"{log}.rest"


def complete(log: str) -> str:
    """Fetch what is missing in a log.

    Args:
        log: Absolute path; empty is no log.

    Returns:
        Why it is not whole, in a sentence without a full stop; empty if it is.
    """
    if not log or not os.path.exists(note_of(log)):
        return ""
    import subprocess  # noqa: PLC0415 - few logs need it

    folders = os.pathsep.join([folder for folder in sys.path if folder])
    words = [sys.executable, "-I", "-S", "-c", _CODE, log, folders]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode else ""
