"""The runner's process where tasks run on a cluster: it imports Dask, so it is one of its own."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from functools import partial

from spry_jupyter.run import runner
from spry_jupyter.run.boot import Boot
from spry_jupyter.run.line import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spry_jupyter.run.scripts import Scripts

CODE = (
    "import os, sys; sys.path[:] = sys.argv[5].split(os.pathsep); "
    "from spry_jupyter.run.dask.host import main; main(int(sys.argv[2]), sys.argv[3], sys.argv[4])"
)
"""What the front starts, given the address and the folders that it imports from."""

_SWITCH = 0.0005  # seconds that Dask's thread and ours wait for each other
_PATIENCE = 30.0  # seconds until a scheduler has answered
_LOOK_EVERY = 100  # milliseconds between two looks whether the front is there, while we get ready


def boot_host(address: str) -> Boot:
    """Start the process.

    Args:
        address: Of a scheduler; empty starts a cluster on this machine.
    """
    folders = [folder for folder in sys.path if folder]
    return Boot(CODE, address, os.pathsep.join(folders))


def main(front: int, prefix: str, address: str) -> None:
    """Be the guardian, and in a child the loop, see `runner.main`.

    Args:
        front: Pid of the front.
        prefix: What the mark of every process of ours starts with.
        address: Of a scheduler; empty starts a cluster on this machine.
    """
    runner.main(front, prefix, partial(_serve, address))


def _serve(address: str, front: int, prefix: str, scripts: Scripts) -> None:
    line = Line()  # first, or the processes of a cluster would hold on to our pipes
    ready = threading.Event()
    longest = _PATIENCE if address else threading.TIMEOUT_MAX
    words = (line, ready, address, time.monotonic() + longest)
    threading.Thread(target=_give_up, args=words, daemon=True).start()
    from spry_jupyter.run.dask.cluster import Unreachable, connect  # noqa: PLC0415 - the guardian needs none of it
    from spry_jupyter.run.dask.executor import DaskExecutor  # noqa: PLC0415 - likewise

    sys.setswitchinterval(_SWITCH)
    folder = "" if address else scripts.folder("cluster", 0, "")
    try:
        executor = DaskExecutor(connect(address, folder), address)
    except Unreachable as error:
        line.send(("hello", str(error)))
        return
    finally:
        ready.set()
    line.send(("hello", ""))
    runner.Loop(line, front, prefix.encode(), scripts, executor).run()


def _give_up(line: Line, ready: threading.Event, address: str, deadline: float) -> None:
    """End this process before it is ready: should the front not want it, or nobody answer.

    Dask waits for ever for a server that takes a connection and says nothing.
    """
    poll = select.poll()
    poll.register(line.asked_through, select.POLLHUP)
    while not ready.is_set():
        gone = any(event & select.POLLHUP for _, event in poll.poll(_LOOK_EVERY))
        if time.monotonic() > deadline and not ready.is_set():
            line.send(("hello", f"the scheduler {address} cannot be reached: it does not answer"))
            gone = True
        if (gone or line.over) and not ready.is_set():  # else all is ended in good order
            os._exit(0)
