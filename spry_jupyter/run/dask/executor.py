"""Attempts as tasks of a Dask cluster.

One attempt that is ready is one task that is submitted. Dask's thread hands over news, which are
taken in by `poll`, in the thread of everything else.
"""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from contextlib import suppress
from multiprocessing import util
from typing import TYPE_CHECKING, Any

from spry_jupyter.model import Exited, Lost, NotStarted
from spry_jupyter.run.dask.arbiter import topic
from spry_jupyter.run.dask.remote import Remote
from spry_jupyter.run.dask.resources import Offers, workers_of
from spry_jupyter.run.dask.rest import Source
from spry_jupyter.run.dask.worker import run_attempt
from spry_jupyter.run.executor import Attempt, Ended, Report, Started, Swept
from spry_jupyter.run.poller import Poller
from spry_jupyter.run.wire import frame, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from distributed import Client

_LOOK_EVERY = 0.5  # seconds between two looks at what no news tells
_CLOSING = 2.0  # seconds, beside the grace, that workers may take to end what they have
_UNSTARTED = NotStarted("it was stopped before it started")


class DaskExecutor:
    """Implements `run.executor.Executor` on a cluster.

    Attributes:
        gone: The scheduler is, or it does not know us any more.
    """

    def __init__(self, client: Client, address: str) -> None:
        """Join a cluster.

        Args:
            client: Of Dask.
            address: Of the scheduler; empty if the cluster is our own.
        """
        self.gone = False
        self._client = client
        self._address = address
        self._offers = Offers(client)
        self._session = os.urandom(8).hex()
        self._remotes: dict[int, Remote] = {}
        self._ran_at: dict[int, str] = {}  # attempt to the worker's address, all that have started
        self._sweeps: dict[int, _Sweep] = {}
        self._grown: set[int] = set()  # attempts whose logs have, since the last report
        self._done: list[Remote] = []  # whose futures are to be released, many at a time
        self._stops: list[tuple[int, float]] = []  # attempts with their grace, not told yet
        self._closing: set[str] = set()
        self._reports: list[Report] = []
        self._news: deque[tuple[str, list[Any]]] = deque()
        self._poller = Poller()
        self._others: dict[int, Callable[[], None]] = {}
        self._looked = 0.0
        self._wake, self._waker = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._waker, False)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        self.watch(self._wake, self._woken)
        client.subscribe_topic(topic(self._session), self._hear)
        self._tell({"op": "spry-open"})

    def watch(self, fd: int, ready: Callable[[], None]) -> None:
        """Have `poll` call `ready` whenever something can be read from `fd`."""
        self._others[fd] = ready
        self._poller.add(fd)

    def unwatch(self, fd: int) -> None:
        """Undo `watch`."""
        del self._others[fd]
        self._poller.remove(fd)

    def start(self, attempt: Attempt) -> None:
        """See `Executor.start`."""
        why = self._gone_why if self.gone else self._offers.missing(attempt.resources)
        if why:
            self._reports.append(Ended(attempt.id, NotStarted(why)))
            return
        remote = self._remotes[attempt.id] = Remote(attempt, elsewhere=bool(self._address))
        stem = os.path.basename(attempt.log).rpartition(".")[0]
        remote.future = self._client.submit(
            run_attempt,
            self._session,
            attempt.id,
            bool(self._address),
            frame(("start", _fields(attempt))),
            key=f"spry-{stem}-{self._session}-{attempt.id}",
            pure=False,
            retries=0,
            resources=dict(attempt.resources) or None,
        )

    def stop(self, attempt: int, grace: float) -> None:
        """See `Executor.stop`."""
        if attempt in self._remotes:
            self._stops.append((attempt, grace))

    def sweep(self, token: int, attempts: Collection[int], grace: float, *, strays: bool) -> None:
        """See `Executor.sweep`."""
        ran = self._ran_at
        workers = set(ran.values()) if strays else {ran[a] for a in attempts if a in ran}
        self._sweeps[token] = _Sweep(workers)
        if workers and not self.gone:
            words = ["sweep", token, list(attempts), grace, strays]
            self._tell({"op": "spry-pass", "workers": list(workers), "words": words})

    def poll(self, timeout: float) -> Sequence[Report]:
        """See `Executor.poll`."""
        if self._stops:  # all at once, or what one of them makes room for would begin
            stops, self._stops = self._stops, []
            self._tell({"op": "spry-stop", "stops": stops})
        self._settle_sweeps()
        if self._reports:
            timeout = 0.0
        for fd in self._poller.wait(min(timeout, _LOOK_EVERY)):
            self._others[fd]()
        self._take_news()
        now = time.monotonic()
        if now - self._looked > _LOOK_EVERY:
            self._looked = now
            self._look()
        self._settle_sweeps()
        self._tell_growth()
        reports, self._reports = self._reports, []
        return _in_order(reports)

    def _tell_growth(self) -> None:
        grown, self._grown = self._grown, set()
        for attempt in grown & self._remotes.keys():
            if (report := self._remotes[attempt].grown()) is not None:
                self._reports.append(report)

    def close(self, grace: float) -> None:
        """See `Executor.close`."""
        self._look()
        self._closing = set() if self.gone else set(workers_of(self._client))
        if self._closing:
            told = {"op": "spry-pass", "workers": list(self._closing), "words": ["close", grace]}
            self._tell(told)
        deadline = time.monotonic() + grace + _CLOSING
        for fd in self._others.keys() - {self._wake}:  # a front's end, say, would be told for ever
            self.unwatch(fd)
        while self._closing and not self.gone and time.monotonic() < deadline:
            if self._poller.wait(_LOOK_EVERY):
                self._woken()
            self._take_news()
            self._look()
        with suppress(Exception):
            self._client.close(timeout=_CLOSING)
        # Of a cluster of our own the processes end with this one, its semaphores would not.
        util._run_finalizers(0)  # type: ignore[attr-defined] # noqa: SLF001 - as at an interpreter's end, which never comes

    @property
    def _gone_why(self) -> str:
        return f"the scheduler {self._address or 'of the cluster'} is gone"

    # -- what comes from Dask's thread -------------------------------------------------------

    def _hear(self, event: tuple[float, tuple[str, list[Any]]]) -> None:
        self._news.append(event[1])
        if len(self._news) == 1:  # else it is being woken
            with suppress(BlockingIOError):
                os.write(self._waker, b".")

    def _woken(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._wake, 4096)

    def _take_news(self) -> None:
        while self._news:
            worker, news = self._news.popleft()
            for name, *words in news:
                getattr(self, f"_heard_{name}")(worker, *words)

    def _heard_started(self, worker: str, attempt: int, at: float, where: str, folder: str) -> None:
        remote = self._remotes.get(attempt)
        if remote is not None:
            remote.begin(Source(self._address, worker, f"{folder}/{attempt}.log"))
            self._ran_at[attempt] = worker
            at = at if not self._address else time.monotonic()  # the other's clock tells nothing
            self._reports.append(Started(attempt, at, where))

    def _heard_grew(self, _worker: str, attempt: int, size: int) -> None:
        if attempt in self._remotes:
            self._remotes[attempt].size = size
            self._grown.add(attempt)

    def _heard_log(self, _worker: str, attempt: int, offset: int, data: bytes) -> None:
        if attempt in self._remotes:
            self._remotes[attempt].take(offset, data)
            self._grown.add(attempt)

    def _heard_captured(self, _worker: str, attempt: int, data: bytes) -> None:
        if attempt in self._remotes:
            self._remotes[attempt].take_captured(data)

    def _heard_ended(self, worker: str, attempt: int, *fields: Any) -> None:
        remote = self._remotes.get(attempt)
        if remote is not None:
            self._ran_at[attempt] = worker
            reason, size, *rest = fields
            self._end(Ended(attempt, unpack(_tuples(reason)), remote.total(size), *rest))

    def _heard_stopped(self, _worker: str, attempt: int) -> None:
        self._end(Ended(attempt, _UNSTARTED))

    def _heard_missing(self, _worker: str, attempt: int, where: str) -> None:
        self._end(Ended(attempt, Lost(f"the worker {where}")))

    def _heard_lost(self, worker: str, attempt: int, where: str = "") -> None:
        self._end(Ended(attempt, Lost(f"the supervisor on {where or worker}")))

    def _heard_swept(self, worker: str, token: int, left: list[Any]) -> None:
        if token in self._sweeps:
            self._sweeps[token].left += [tuple(pair) for pair in left]
            self._sweeps[token].workers.discard(worker)

    def _heard_gone(self, worker: str, attempts: list[int], where: str = "") -> None:
        for attempt in attempts:
            self._end(Ended(attempt, Lost(f"the worker {where}")))
        self._heard_closed(worker)

    def _heard_closed(self, worker: str) -> None:
        self._closing.discard(worker)
        for sweep in self._sweeps.values():
            sweep.workers.discard(worker)

    # -- endings -----------------------------------------------------------------------------

    def _end(self, end: Ended) -> None:
        remote = self._remotes.pop(end.id, None)
        if remote is None:
            return
        if isinstance(end.reason, Exited):
            self._done.append(remote)  # Dask has nothing more to do for it; it can wait
        elif remote.future is not None:
            remote.future.release()
        self._reports.append(remote.closed(end))

    def _look(self) -> None:
        """See what no news tells: that the scheduler is gone, that Dask has given up on a task."""
        self._done.clear()
        if not self.gone and self._client.status != "running":
            self.gone = True
        if self.gone:
            for attempt in list(self._remotes):
                self._end(Ended(attempt, Lost(f"the scheduler {self._address}".strip())))
            for sweep in self._sweeps.values():
                sweep.workers.clear()
            return
        done = [attempt for attempt, remote in self._remotes.items() if remote.is_done]
        self._take_news()  # what Dask took for an end was told before
        for attempt in done:
            if attempt in self._remotes:
                self._end(Ended(attempt, Lost("a worker of the cluster")))

    def _settle_sweeps(self) -> None:
        for token, sweep in list(self._sweeps.items()):
            if not sweep.workers:
                del self._sweeps[token]
                self._reports.append(Swept(token, tuple(sweep.left)))

    def _tell(self, message: dict[str, Any]) -> None:
        told = {**message, "client": self._client.id, "session": self._session}
        with suppress(Exception):  # then it is gone, and `poll` sees that
            self._client._send_to_scheduler(told)  # noqa: SLF001 - it keeps the order with `submit`


class _Sweep:
    """A sweep under way: the workers that have not answered, and what the others found."""

    __slots__ = ("left", "workers")

    def __init__(self, workers: set[str]) -> None:
        self.workers = workers
        self.left: list[tuple[int | None, int]] = []


def _fields(attempt: Attempt) -> list[Any]:
    values = {name: getattr(attempt, name) for name in Attempt.__slots__}
    values["mask"] = attempt.mask.values if attempt.mask is not None else None
    return list(values.values())


def _tuples(value: Any) -> Any:
    """Turn the lists that tuples have become on their way back."""
    return tuple([_tuples(item) for item in value]) if isinstance(value, list | tuple) else value


def _in_order(reports: list[Report]) -> list[Report]:
    """Put the growth of a log, which is told last, before what ended in the same round."""
    return [report for report in reports if not isinstance(report, Ended | Swept)] + [
        report for report in reports if isinstance(report, Ended | Swept)
    ]
