"""`python -m spry_jupyter`, and the command `jupyter-spry`."""

from __future__ import annotations

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # The folder that `python -m` starts in comes first on the path, and a file there may be
    # called as a module of ours or of Python's is: to list a stranger's tasks must not import it.
    del sys.path[0]

import _signal  # type: ignore[import-not-found] # all of `signal` that is needed, at hand at once
import gc
import os

TYPE_CHECKING = False  # typing is known to type checkers
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

_RUNS = ("task", "runbook")
_RUNS_NOTHING = {"-h", "--help", "-n", "--dry-run", "--why", "--show-dag"}


def run() -> None:
    """Be the command line: do what it says, exit with its status."""
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _leave)  # until there is a run, which sees to it itself
    _fill_streams()
    words = sys.argv[1:]
    if words[:1] and words[0] in _RUNS and not _RUNS_NOTHING.intersection(words):
        _answer(words)
        if not any(word.startswith("--executor") for word in words):
            from spry_jupyter.run.boot import ahead  # noqa: PLC0415 - other commands need no runner

            ahead()
    gc.disable()  # it is over before garbage could matter, and looking through a large book is slow
    from spry_jupyter.cli import main  # noqa: PLC0415 - its imports make no garbage either

    status = main()  # it leaves nothing unwritten
    os._exit(status)  # taking the interpreter apart would take longer than many a run


def _fill_streams() -> None:
    """Open what is closed of the three streams, or the next pipe would be taken for one of them."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one


def _answer(words: list[str]) -> None:
    """Say at once that there is nothing to do, and end, where that is known."""
    from spry_jupyter.run.still import look  # noqa: PLC0415 - other commands need none of it

    out = sys.stdout
    if out is None or out.encoding != "utf-8" or out.isatty():
        return
    told = look(words)
    if told is not None:
        try:
            out.buffer.write(told)
            out.flush()
        except BrokenPipeError:  # whoever read us has seen enough
            pass
        os._exit(0)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    """End at once where there is nothing to stop; a runner that has no run goes, too."""
    os._exit(128 + _signal.SIGINT)


if __name__ == "__main__":
    run()
