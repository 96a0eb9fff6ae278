"""`python -m spry_jupyter`, and the command `jupyter-spry`."""

from __future__ import annotations

import gc
import os


def run() -> None:
    """Be the command line: do what it says, exit with its status."""
    gc.disable()  # it is over before garbage could matter, and looking through a large book is slow
    from spry_jupyter.cli import main  # noqa: PLC0415 - its imports make no garbage either

    status = main()  # it leaves nothing unwritten
    os._exit(status)  # taking the interpreter apart would take longer than many a run


if __name__ == "__main__":
    run()
