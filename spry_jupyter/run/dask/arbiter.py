"""What of ours lives in Dask's scheduler: who may run an attempt, and who hears of it.

Dask repeats what was on a worker that is gone. A process that may have run must not run again, so a
worker asks here before it starts one, and only the first that asks is allowed to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from distributed.diagnostics.plugin import SchedulerPlugin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from distributed.scheduler import Scheduler

STOPPED = ""  # holds an attempt that was stopped before any worker asked for it


class _Session:
    """One runner and its attempts.

    Attributes:
        client: Dask's name for the runner.
        holders: Attempt to the address of the worker that may run it, or `STOPPED`.
    """

    __slots__ = ("client", "holders")

    def __init__(self, client: str) -> None:
        self.client = client
        self.holders: dict[int, str] = {}


class Arbiter(SchedulerPlugin):
    """Serves every runner that uses the cluster."""

    name = "spry-jupyter"
    idempotent = True

    def __init__(self) -> None:
        self._sessions: dict[str, _Session] = {}
        self._names: dict[str, str] = {}  # of workers that have asked, by address

    async def start(self, scheduler: Scheduler) -> None:
        """Begin to hear runners and workers."""
        self._scheduler = scheduler
        scheduler.stream_handlers.update(
            {
                "spry-open": self.open,
                "spry-claim": self.claim,
                "spry-stop": self.stop,
                "spry-pass": self.pass_on,
                "spry-tell": self.tell,
            }
        )

    def open(self, client: str, session: str) -> None:
        """Take in a runner."""
        self._sessions[session] = _Session(client)

    def claim(self, worker: str, session: str, attempt: int) -> None:
        """Tell a worker whether it may run an attempt."""
        if worker in self._scheduler.workers:
            self._names[worker] = place(self._scheduler.workers[worker])
        found = self._sessions.get(session)
        granted = found is not None and attempt not in found.holders
        if granted and found is not None:
            found.holders[attempt] = worker
        answer = {"op": "spry-answer", "session": session, "attempt": attempt, "granted": granted}
        self._to_worker(worker, answer)

    def stop(self, client: str, session: str, attempt: int, grace: float) -> None:
        """Have an attempt stopped where it runs, or see that it never does."""
        found = self._sessions.get(session)
        if found is None or found.client != client:
            return
        if attempt not in found.holders:
            found.holders[attempt] = STOPPED
            self._news(found, session, STOPPED, [["stopped", attempt]])
        elif holder := found.holders[attempt]:
            message = {"op": "spry-ask", "session": session, "words": ["stop", attempt, grace]}
            self._to_worker(holder, message)

    def pass_on(self, client: str, session: str, workers: Sequence[str], words: list[Any]) -> None:
        """Pass on what a runner asks of the supervisors on these workers."""
        found = self._sessions.get(session)
        if found is None or found.client != client:
            return
        for worker in workers:
            if worker in self._scheduler.workers:
                self._to_worker(worker, {"op": "spry-ask", "session": session, "words": words})
            else:
                self._news(found, session, worker, [["gone", []]])

    def tell(self, worker: str, session: str, news: list[Any]) -> None:
        """Pass on what a worker tells a runner."""
        found = self._sessions.get(session)
        if found is not None:
            self._news(found, session, worker, news)

    def remove_worker(self, scheduler: Scheduler, worker: str, **_: Any) -> None:  # noqa: ARG002 - as inherited
        """Tell every runner which of its attempts are lost with a worker."""
        where = self._names.pop(worker, "")
        for session, found in self._sessions.items():
            held = [attempt for attempt, holder in found.holders.items() if holder == worker]
            self._news(found, session, worker, [["gone", held, where]])

    def remove_client(self, scheduler: Scheduler, client: str) -> None:
        """End what belongs to a runner that is gone."""
        for session, found in list(self._sessions.items()):
            if found.client == client:
                del self._sessions[session]
                for worker in list(scheduler.workers):
                    message = {"op": "spry-ask", "session": session, "words": ["close", 0.0]}
                    self._to_worker(worker, message)

    def _to_worker(self, worker: str, message: dict[str, Any]) -> None:
        if worker in self._scheduler.stream_comms:
            self._scheduler.worker_send(worker, message)

    def _news(self, found: _Session, session: str, worker: str, news: list[Any]) -> None:
        # As an event that nobody keeps: those of `log_event` stay in the scheduler's memory.
        event = {"op": "event", "topic": topic(session), "event": (0.0, [worker, news])}
        self._scheduler.client_send(found.client, event)


def topic(session: str) -> str:
    """Return what a runner subscribes to."""
    return f"spry-{session}"


def place(worker: Any) -> str:
    """Return what to call a worker, as the scheduler or itself knows it: its name, or its address."""
    name = worker.name
    if isinstance(name, int):
        return f"worker-{name}"
    if isinstance(name, str) and name and "://" not in name:
        return name
    return str(worker.address).partition("://")[2]
