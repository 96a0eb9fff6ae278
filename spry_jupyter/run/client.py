"""The front's end of the runner: starts it, asks it, takes its events.

One runner serves one process. It is started at the first run and again should it be lost; a forked
child of the front starts its own.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from queue import SimpleQueue

from spry_jupyter.model import Lost, Outcome, RunEnded, TaskEnded, Warned
from spry_jupyter.run import forsaken
from spry_jupyter.run.boot import boot
from spry_jupyter.run.request import RunRequest, pack_request
from spry_jupyter.run.wire import Frames, frame, unpack, write_all

TYPE_CHECKING = False  # typing is known to type checkers
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from spry_jupyter.model import Event


class Inbox(SimpleQueue["Sequence[Event]"]):
    """Where the batches of a run arrive; who cannot block on it is woken."""

    wake: Callable[[], object] | None = None

    def put(self, item: Sequence[Event], block: bool = True, timeout: float | None = None) -> None:  # noqa: ARG002 - as inherited
        """Add a batch; never blocks."""
        super().put(item)
        if (wake := self.wake) is not None:
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
        pid: Of the runner.
    """

    def __init__(self) -> None:
        """Start a runner."""
        self.alive = True
        booted = boot()
        self.pid, self._to, self._from = booted.pid, booted.stdin, booted.stdout
        self._owner, self._prefix = booted.owner, booted.prefix
        self._inboxes: dict[str, Inbox] = {}
        self._left: dict[str, dict[str, None]] = {}  # tasks whose end has not been heard of
        self._lock = threading.Lock()
        threading.Thread(target=self._read, name="spry-events", daemon=True).start()

    @property
    def is_mine(self) -> bool:
        """Whether this process started it; a forked child must not talk into its parent's runs."""
        return self._owner == os.getpid()

    @property
    def is_guarded(self) -> bool:
        """Whether the runner would leave nothing behind even if it were killed."""
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        try:
            return os.waitid(os.P_PID, self.pid, flags) is None
        except ChildProcessError:
            return False

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
        if self.alive and self.is_mine:
            self.alive = False
            os.close(self._to)
            os.waitpid(self.pid, 0)

    def _send(self, message: Any) -> None:
        try:
            with self._lock:
                write_all(self._to, frame(message))
        except OSError:  # the reader sees its end too, and says so to every run
            self.alive = False

    def _read(self) -> None:
        """Pass on batches until the runner is gone. Runs in a thread of its own; prints nothing."""
        frames = Frames()
        while data := os.read(self._from, 1 << 18):
            for run, events in frames.feed(data):
                batch = [unpack(event) for event in events]
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
        os.close(self._from)
        if self.alive:
            self.alive = False
            os.close(self._to)
            os.waitpid(self.pid, 0)
        forsaken.end(self._prefix)
        for run in list(self._inboxes):
            self._lose(run)

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


_client: Client | None = None


def client() -> Client:
    """Return this process's runner, started if there is none, or none that is whole."""
    global _client  # noqa: PLW0603 - one runner per process is the point
    if _client is None or not _client.is_mine or not _client.alive or not _client.is_guarded:
        _client = Client()
    return _client
