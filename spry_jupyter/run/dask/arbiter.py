"""What of ours lives in Dask's scheduler: who may run an attempt, and who hears of it.

Dask repeats what was given to a worker that is gone. A process that may have run must not run again:
the worker that is given an attempt first holds it, and any other is told not to start it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from distributed.diagnostics.plugin import SchedulerPlugin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from distributed.scheduler import Scheduler, WorkerState

STOPPED = ""  # holds an attempt that was stopped before any worker was given it
_PREFIX = "spry-"


class _Session:
    """One runner and its attempts.

    Attributes:
        client: Dask's name for the runner.
        holders: Attempt to the address of the worker that may run it, or `STOPPED`.
        begun: Attempts that are known to run, or to have run, on their holder.
    """

    __slots__ = ("begun", "client", "holders")

    def __init__(self, client: str) -> None:
        self.client = client
        self.holders: dict[int, str] = {}
        self.begun: set[int] = set()


class Arbiter(SchedulerPlugin):
    """Serves every runner that uses the cluster."""

    name = "spry-jupyter"
    idempotent = True

    def __init__(self) -> None:
        self._sessions: dict[str, _Session] = {}
        self._names: dict[str, str] = {}  # of workers that hold attempts, by address

    async def start(self, scheduler: Scheduler) -> None:
        """Begin to hear runners and workers."""
        self._scheduler = scheduler
        scheduler.stream_handlers.update(
            {
                "spry-open": self.open,
                "spry-stop": self.stop,
                "spry-pass": self.pass_on,
                "spry-tell": self.tell,
            }
        )

    def open(self, client: str, session: str) -> None:
        """Take in a runner."""
        self._sessions[session] = _Session(client)

    def transition(self, key: Any, start: Any, finish: Any, *_: Any, **__: Any) -> None:  # noqa: ARG002 - as inherited
        """Hear that a worker is about to be given an attempt, before it is."""
        if finish == "processing" and isinstance(key, str) and key.startswith(_PREFIX):
            worker = self._scheduler.tasks[key].processing_on
            words = str(key).rsplit("-", 2)
            session, attempt = words[1], int(words[2])
            if worker is not None and not self._lend(worker, session, attempt):
                self._to_worker(worker.address, _asked(session, ["refuse", attempt]))

    def _lend(self, worker: WorkerState, session: str, attempt: int) -> bool:
        """Return whether a worker may run an attempt; one that no other has been given."""
        found = self._sessions.get(session)
        if found is None:
            return False
        holder = found.holders.setdefault(attempt, worker.address)
        self._names[worker.address] = place(worker)
        if holder not in {worker.address, STOPPED}:
            where = self._names.get(holder, holder)
            self._news(found, session, holder, [["missing", attempt, where]])
        return holder == worker.address

    def stop(self, client: str, session: str, stops: Sequence[tuple[int, float]]) -> None:
        """Have attempts stopped where they run, or see that they never do."""
        found = self._sessions.get(session)
        if found is None or found.client != client:
            return
        # Those that run come last: each makes room for another.
        for attempt, grace in sorted(stops, key=lambda stop: stop[0] in found.begun):
            holder = found.holders.setdefault(attempt, STOPPED)
            if holder == STOPPED:
                self._news(found, session, STOPPED, [["stopped", attempt]])
                continue
            # Dask moves what has not begun from one worker to another.
            workers = [holder] if attempt in found.begun else list(self._scheduler.workers)
            for worker in workers:
                self._to_worker(worker, _asked(session, ["stop", attempt, grace]))

    def pass_on(self, client: str, session: str, workers: Sequence[str], words: list[Any]) -> None:
        """Pass on what a runner asks of the supervisors on these workers."""
        found = self._sessions.get(session)
        if found is None or found.client != client:
            return
        for worker in workers:
            if worker in self._scheduler.workers:
                self._to_worker(worker, _asked(session, words))
            else:
                self._news(found, session, worker, [["gone", []]])

    def tell(self, worker: str, session: str, news: list[Any]) -> None:
        """Pass on what a worker tells a runner."""
        found = self._sessions.get(session)
        if found is None:
            return
        for name, *words in news:
            if name == "started":
                found.holders[words[0]] = worker
                found.begun.add(words[0])
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
                    self._to_worker(worker, _asked(session, ["close", 0.0]))

    def _to_worker(self, worker: str, message: dict[str, Any]) -> None:
        if worker in self._scheduler.stream_comms:
            self._scheduler.worker_send(worker, message)

    def _news(self, found: _Session, session: str, worker: str, news: list[Any]) -> None:
        # As an event that nobody keeps: those of `log_event` stay in the scheduler's memory.
        event = {"op": "event", "topic": topic(session), "event": (0.0, [worker, news])}
        self._scheduler.client_send(found.client, event)


def _asked(session: str, words: list[Any]) -> dict[str, Any]:
    return {"op": "spry-ask", "session": session, "words": words}


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
