"""The front's end of the runner: starts it, asks it, takes its events.

One runner serves one process, and one more for each cluster that its runs are on. It is started at
the first run and again should it be lost; a forked child of the front starts its own.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, suppress
from queue import SimpleQueue

from spry_jupyter.errors import RequestError
from spry_jupyter.model import Lost, Outcome, RunEnded, TaskEnded, Warned
from spry_jupyter.run import forsaken
from spry_jupyter.run.boot import boot
from spry_jupyter.run.engine import LOCAL, address_of
from spry_jupyter.run.request import RunRequest, pack_request
from spry_jupyter.run.wire import Frames, frame, unpack, write_all

TYPE_CHECKING = False  # typing is known to type checkers
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from spry_jupyter.model import Event
    from spry_jupyter.run.boot import Boot


class Inbox(SimpleQueue["Sequence[Event]"]):
    """Where the batches of a run arrive; who cannot block on it is woken."""

    wake: Callable[[], object] | None = None

    def put(self, item: Sequence[Event], block: bool = True, timeout: float | None = None) -> None:  # noqa: ARG002 - as inherited
        """Add a batch; never blocks."""
        super().put(item)
        if (wake := self.wake) is not None:
            with suppress(RuntimeError):  # the loop that waited is closed
                wake()

    @contextmanager
    def waking(self, wake: Callable[[], object]) -> Iterator[None]:
        """Have something called, in any thread, for each batch that arrives during a block."""
        self.wake = wake
        try:
            yield
        finally:
            if self.wake is wake:  # else somebody else waits by now
                self.wake = None


class Client:
    """A running runner.

    Attributes:
        alive: It takes requests.
        leaving: It takes no new ones: what it runs tasks on is gone.
        pid: Of the runner.
    """

    def __init__(self, executor: str = LOCAL) -> None:
        """Start a runner.

        Args:
            executor: Where it is to run tasks, see `run.engine`.

        Raises:
            RequestError: If that cannot be, for what is not installed.
        """
        self.alive = True
        self.leaving = False
        booted = boot() if executor == LOCAL else _boot_on_dask(executor)
        self._greeted = executor == LOCAL
        self._greeting: SimpleQueue[str] = SimpleQueue()
        self.pid, self._to, self._from = booted.pid, booted.stdin, booted.stdout
        self._owner, self._prefix = booted.owner, booted.prefix
        self._inboxes: dict[str, Inbox] = {}
        self._left: dict[str, dict[str, None]] = {}  # tasks whose end has not been heard of
        self._lock = threading.Lock()
        self._leaving_it = threading.Lock()
        # The runner has ended by itself and left nothing behind; None until it is known to be gone.
        self._orderly: bool | None = None
        self._reading = threading.Thread(target=self._read, name="spry-events", daemon=True)
        self._reading.start()

    @property
    def is_mine(self) -> bool:
        """Whether this process started it; a forked child must not talk into its parent's runs."""
        return self._owner == os.getpid()

    @property
    def is_whole(self) -> bool:
        """Whether it can be asked for a run."""
        return self.is_mine and self.alive and not self.leaving and self.is_guarded

    @property
    def is_guarded(self) -> bool:
        """Whether the runner would leave nothing behind even if it were killed."""
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        try:
            return os.waitid(os.P_PID, self.pid, flags) is None
        except ChildProcessError:
            return False

    def greet(self) -> None:
        """Wait until it is where it is to run tasks.

        Raises:
            RequestError: If it cannot get there.
        """
        if self._greeted:
            return
        why = self._greeting.get()
        self._greeting.put(why)  # others may wait for it, too
        if why:
            self._reading.join()  # it ends by itself, and the next run starts another
            raise RequestError(why)
        self._greeted = True

    def submit(self, request: RunRequest) -> Inbox:
        """Begin a run; return where its batches of events arrive, the last with `RunEnded`."""
        inbox = Inbox()
        with self._lock:
            self._inboxes[request.id] = inbox
            self._left[request.id] = dict.fromkeys(task.name for task in request.closure.tasks)
        self._send(("run", pack_request(request)))
        if not self.alive:
            self._lose(request.id)
        return inbox

    def cancel(self, run: str, task: str | None = None) -> None:
        """Stop a run, or one task of it."""
        self._send(("cancel", run, task))

    def confirm(self, run: str, task: str, *, yes: bool) -> None:
        """Answer a task's question."""
        self._send(("confirm", run, task, yes))

    def close(self) -> None:
        """End the runner and every task; returns when it is gone."""
        if self.is_mine:
            self._hang_up()

    def _hang_up(self) -> None:
        """Ask nothing more, and wait until the runner is gone."""
        with self._leaving_it:  # who comes second waits as well, and goes on if who waits gives up
            with self._lock:  # or the number could be another file's by the time it is written to
                self.alive = False
                to, self._to = self._to, -1
                if to >= 0:
                    os.close(to)
            if self._orderly is None:
                try:
                    self._orderly = os.waitpid(self.pid, 0)[1] == 0
                except ChildProcessError:  # somebody else has waited for it
                    self._orderly = False

    def _send(self, message: Any) -> None:
        with self._lock:
            if not self.alive:
                return
            try:
                write_all(self._to, frame(message))
            except OSError:  # the reader sees its end too, and says so to every run
                self.alive = False

    def _read(self) -> None:
        """Pass on batches until the runner is gone. Runs in a thread of its own; prints nothing."""
        frames = Frames()
        while data := os.read(self._from, 1 << 18):
            for name, said in frames.feed(data):
                if name == "hello":
                    self._greeting.put(said)
                elif name == "goodbye":
                    self.leaving = True
                else:
                    self._pass_on(name, [unpack(event) for event in said])
        os.close(self._from)
        self._greeting.put("what runs tasks on a cluster has come to its end before it began")
        self._hang_up()
        if not self._orderly:
            forsaken.end(self._prefix)
        for run in list(self._inboxes):
            self._lose(run)

    def _pass_on(self, run: str, batch: list[Event]) -> None:
        inbox = self._inboxes.get(run)
        left = self._left.get(run, {})
        for event in batch:
            if isinstance(event, TaskEnded):
                left.pop(event.name, None)
        if isinstance(batch[-1], RunEnded):
            with self._lock:
                self._inboxes.pop(run, None)
                self._left.pop(run, None)
        if inbox is not None:
            inbox.put(batch)

    def _lose(self, run: str) -> None:
        """End a run whose runner is gone."""
        with self._lock:
            inbox = self._inboxes.pop(run, None)
            names = self._left.pop(run, {})
        if inbox is None:
            return
        batch: list[Event] = [Warned(at=0.0, text="The runner process is gone; what ran is lost")]
        reason = Lost("the runner process")
        batch += [
            TaskEnded(at=0.0, name=name, outcome=Outcome.FAILED, reason=reason) for name in names
        ]
        batch.append(RunEnded(at=0.0, ok=False, stopped=True))
        inbox.put(batch)


def _boot_on_dask(executor: str) -> Boot:
    from importlib.util import find_spec  # noqa: PLC0415 - few processes need it

    if find_spec("distributed") is None:
        raise RequestError(
            "Running on Dask needs what is not installed here: pip install spry-jupyter[dask]"
        )
    from spry_jupyter.run.dask.host import boot_host  # noqa: PLC0415 - likewise

    return boot_host(address_of(executor))


_clients: dict[str, Client] = {}


def client(executor: str = LOCAL) -> Client:
    """Return this process's runner, started if there is none, or none that is whole.

    Args:
        executor: Where it runs tasks, see `run.engine`.

    Raises:
        RequestError: If it can run none there, for what is not installed.
    """
    found = _clients.get(executor)
    if found is None or not found.is_whole:
        found = _clients[executor] = Client(executor)
    return found
