"""The runner: the process that is the parent of every task.

    front ── run · cancel · confirm ──▶ runner        on its stdin
    front ◀── batches of events ──────── runner        on its stdout

It is two processes. The outer one, the guardian, does nothing but wait: should the inner one be
killed, every process of every task falls to the guardian, which ends them all. The inner one is the
loop. It ends, and every task with it, when the front does: it sees the end of its stdin, and where
a forked child of the front still holds that pipe, the front's own end.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
import time

from spry_jupyter.run import cgroup, forsaken, trees
from spry_jupyter.run.conductor import Conductor
from spry_jupyter.run.line import Line
from spry_jupyter.run.local import LocalExecutor
from spry_jupyter.run.reader import Reader
from spry_jupyter.run.request import unpack_request
from spry_jupyter.run.scripts import Scripts
from spry_jupyter.run.wire import pack

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, Protocol

    from spry_jupyter.model import Event
    from spry_jupyter.run.executor import Executor
    from spry_jupyter.run.line import Watching

    Host = Callable[[int, str, Scripts], None]

    class WatchingExecutor(Executor, Watching, Protocol):
        """An executor that can also wait for descriptors.

        Attributes:
            gone: What it runs attempts on is gone for good.
        """

        gone: bool


_GRACE_WITHOUT_FRONT = 0.3  # seconds; nobody is there any more to wait for a clean ending
_IDLE = 60.0  # seconds to wait when nothing is due
_FLUSH_EVERY = 0.02  # seconds, while the front takes its events slower than they come
_SETTLED = 1.0  # seconds after which a runner is no longer that of a short run


def main(front: int, prefix: str, host: Host | None = None) -> None:
    """Be the guardian, and in a child the loop.

    Args:
        front: Pid of the front.
        prefix: What the mark of every process of ours starts with.
        host: Is the loop, given the front, the prefix and where scripts lie; None is `here`.
    """
    for number in signal.valid_signals():
        if signal.getsignal(number) is signal.SIG_IGN and number not in (
            signal.SIGPIPE,
            signal.SIGXFSZ,
        ):
            signal.signal(number, signal.SIG_DFL)  # or every task would ignore it
    trees.become_subreaper()
    scripts = Scripts(prefix)
    ends, alive = os.pipe()
    inner = os.fork()
    if inner:
        os.close(alive)
        clean = _guard(inner, prefix, ends, scripts)
        scripts.close()
        os._exit(0 if clean else 1)
    else:
        os.close(ends)
        scripts.leave_to(alive)
        trees.become_subreaper()
        (host or here)(front, prefix, scripts)
    os._exit(0)


def _guard(inner: int, prefix: str, ends: int, scripts: Scripts) -> bool:
    """Take away what the loop drops; wait for its end, then leave nothing behind.

    Args:
        inner: The loop.
        prefix: What the mark of every process of ours starts with.
        ends: Names the runs that are over, a line each; at its end when the loop is.
        scripts: Where script files lie.

    Returns:
        Whether nothing is left.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: trees.send([inner], signal.SIGTERM))
    me = os.getpid()
    group = ""
    settled: float | None = time.monotonic() + _SETTLED
    while True:
        patience = None if settled is None else max(0.0, settled - time.monotonic())
        if not select.select([ends], [], [], patience)[0]:
            settled = None
            group = _enclose([inner, *trees.below(me)], prefix)
            continue
        said = os.read(ends, 1 << 16)
        if not said:
            break
        for run in said.decode().split():
            scripts.remove(run)
    while os.waitpid(-1, 0)[0] != inner:
        pass  # somebody's orphan
    cgroup.end(group)
    return trees.kill_all(lambda: trees.below(me))


def _enclose(processes: Iterable[int], prefix: str) -> str:
    """Put processes, and what they will start, into a control group; return it, if there is one.

    The first one to join has to wait for all processors, and whatever forks meanwhile does, too:
    10 ms that a short run does not have to pay.
    """
    place = cgroup.place(prefix.rstrip("."))
    forsaken.note_group(prefix, place)
    group = cgroup.make(place)
    cgroup.join(group, processes)
    return group


class Loop:
    """Reads what the front asks, keeps the runs going, writes what happens."""

    def __init__(
        self, line: Line, front: int, prefix: bytes, scripts: Scripts, executor: WatchingExecutor
    ) -> None:
        """Take up work.

        Args:
            line: To the front.
            front: Pid of the front.
            prefix: What the mark of every process of ours starts with.
            scripts: Where script files lie.
            executor: Runs the attempts.
        """
        self._line = line
        self._executor = executor
        line.attach(executor, front)
        reader = Reader()
        executor.watch(reader.wake, reader.take)
        self._conductor = Conductor(
            executor,
            time.monotonic,
            self._deliver,
            prefix=prefix,
            scripts=scripts,
            reader=reader,
        )

    def run(self) -> None:
        """Go on until the front is gone, then end everything."""
        line = self._line
        try:
            while not line.over:
                self._conductor.step(_FLUSH_EVERY if line.waiting else _IDLE)
                # Only now: what had started before a request is then known to have started.
                for message in line.take():
                    self._obey(message)
                line.flush()
                if self._executor.gone and not self._conductor.active:
                    break  # the front starts another one when it has something to run
        finally:
            self._conductor.abandon(_GRACE_WITHOUT_FRONT)

    def _obey(self, message: Any) -> None:
        match message:
            case ("run", plain):
                self._conductor.open(unpack_request(plain))
            case ("cancel", run, task):
                self._conductor.cancel(run, task)
            case ("confirm", run, task, yes):
                self._conductor.confirm(run, task, yes=yes)
            case _:
                # Not what it says: that may be anything, also somebody's variables.
                sys.stderr.write("spry_jupyter: the runner was asked what it does not know\n")

    def _deliver(self, run: str, events: Sequence[Event]) -> None:
        if self._executor.gone:
            self._line.send(("goodbye", ""))  # first, or the next run would be asked of us
        self._line.send((run, [pack(event) for event in events]))


def here(front: int, prefix: str, scripts: Scripts) -> None:
    """Run tasks as processes of this machine."""
    # Little that is made here is part of a cycle, and looking for cycles among the tasks of a
    # large run would take longer than starting them.
    gc.disable()
    line = Line()
    executor = LocalExecutor(prefix.encode())
    Loop(line, front, prefix.encode(), scripts, executor).run()
