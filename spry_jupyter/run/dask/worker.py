"""What of ours lives in a Dask worker: a supervisor for each runner that has work there."""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distributed.diagnostics.plugin import WorkerPlugin
from distributed.worker import get_worker

from spry_jupyter.run import forsaken
from spry_jupyter.run.boot import Boot
from spry_jupyter.run.dask.arbiter import place
from spry_jupyter.run.relay import LIVE
from spry_jupyter.run.supervisor import CODE
from spry_jupyter.run.wire import Frames, frame, write_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from distributed.worker import Worker

NAME = "spry-jupyter"
_CROWDED = 64  # messages for the scheduler that wait, from which on no more are read
_BREATH = 0.01  # seconds until the next look whether they still do
_CHUNK = 1 << 18


async def run_attempt(session: str, number: int, elsewhere: bool, payload: bytes) -> None:
    """Run an attempt on this worker, unless it has been run or stopped; the task of Dask's."""
    host: Any = get_worker().plugins[NAME]
    await host.attempt(session, number, payload, elsewhere=elsewhere)


class Host(WorkerPlugin):
    """Keeps the supervisors of a worker."""

    name = NAME
    idempotent = True

    def setup(self, worker: Worker) -> None:
        """Begin to hear the scheduler."""
        self._worker = worker
        self._stopped: dict[str, set[int]] = {}  # attempts of a runner that are not to begin
        self._refused: dict[str, set[int]] = {}  # those that another worker was given before
        self._closed: set[str] = set()  # runners that are gone
        self._supervised: dict[str, Supervised] = {}
        worker.stream_handlers.update({"spry-ask": self.ask})

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - as inherited
        """End every supervisor, and all that they have started."""
        for supervised in list(self._supervised.values()):
            supervised.close()

    async def attempt(self, session: str, number: int, payload: bytes, *, elsewhere: bool) -> None:
        """Run an attempt to its end, if it is to run here."""
        if session in self._closed or number in self._refused.get(session, ()):
            return
        if number in self._stopped.get(session, ()):
            self._tell(session, ["stopped", number])
            return
        await self._of(session, elsewhere=elsewhere).run(number, payload)

    def ask(self, session: str, words: list[Any]) -> None:
        """Hear what a runner wants of this worker, or the scheduler."""
        name = words[0]
        supervised = self._supervised.get(session)
        if name == "refuse":
            self._refused.setdefault(session, set()).add(words[1])
        elif name == "stop" and (supervised is None or not supervised.runs(words[1])):
            self._stopped.setdefault(session, set()).add(words[1])
        elif supervised is not None:
            supervised.send(tuple(words))
        elif name == "sweep":
            self._tell(session, ["swept", words[1], []])
        elif name == "close":
            self._tell(session, ["closed"])
        if name == "close":
            self._closed.add(session)
            self._stopped.pop(session, None)
            self._refused.pop(session, None)

    def _of(self, session: str, *, elsewhere: bool) -> Supervised:
        found = self._supervised.get(session)
        if found is None:
            where = place(self._worker)
            folder = (
                tempfile.mkdtemp(prefix="spry-", dir=self._worker.local_directory)
                if elsewhere
                else ""
            )

            def tell(news: list[Any]) -> None:
                self._tell(session, *news)

            def ended() -> None:
                self._supervised.pop(session, None)

            def crowded() -> bool:
                return len(self._worker.batched_stream.buffer) > _CROWDED

            found = self._supervised[session] = Supervised(
                where, folder, tell=tell, ended=ended, crowded=crowded
            )
        return found

    def _tell(self, session: str, *news: Any) -> None:
        told = {"op": "spry-tell", "session": session, "news": list(news)}
        with suppress(Exception):  # the connection is gone, and soon this worker is
            self._worker.batched_stream.send(told)


def read_piece(path: str, offset: int, size: int) -> bytes:
    """Return a piece of a log that stayed on this worker.

    Raises:
        OSError: If it cannot be read.
    """
    with open(path, "rb") as log:
        log.seek(offset)
        return log.read(size)


def _tidy(folder: str) -> None:
    """Delete all but the logs that somebody may ask for; with the worker these go, too."""
    for file in Path(folder).iterdir():
        if file.suffix != ".log" or file.stat().st_size <= LIVE:
            file.unlink()
    with suppress(OSError):  # it is not empty
        Path(folder).rmdir()


class Supervised:
    """A supervisor's process, and the attempts that it runs.

    It belongs to the event loop of its worker.
    """

    def __init__(
        self,
        where: str,
        folder: str,
        *,
        tell: Callable[[list[Any]], None],
        ended: Callable[[], None],
        crowded: Callable[[], bool],
    ) -> None:
        """Start it.

        Args:
            where: The worker's name.
            folder: For logs; empty writes files where the attempts say.
            tell: Sends news to the runner.
            ended: Is called when it is gone.
            crowded: Whether what is told waits to be sent.
        """
        self._where = where
        self._folder = folder
        self._tell = tell
        self._ended = ended
        self._crowded = crowded
        self._boot = Boot(CODE, where, folder)
        self._frames = Frames()
        self._running: dict[int, asyncio.Future[None]] = {}
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._boot.stdout, self._read)
        self._open = True

    async def run(self, number: int, payload: bytes) -> None:
        """Run an attempt to its end."""
        over = self._running[number] = self._loop.create_future()
        self.write(payload)
        try:
            await over
        finally:
            self._running.pop(number, None)

    def runs(self, number: int) -> bool:
        """Whether it has an attempt."""
        return number in self._running

    def send(self, message: Any) -> None:
        """Ask the supervisor."""
        self.write(frame(message))

    def write(self, data: bytes) -> None:
        """Send a message that is ready to be sent."""
        with suppress(OSError):  # it is gone; the end of what it tells says so
            write_all(self._boot.stdin, data)

    def close(self) -> None:
        """End it, and all that it has started; returns when nothing is left."""
        if self._open:
            self._loop.remove_reader(self._boot.stdout)
            os.close(self._boot.stdin)
            while os.read(self._boot.stdout, _CHUNK):
                pass
            self._bury()

    def _read(self) -> None:
        data = os.read(self._boot.stdout, _CHUNK)
        if not data:
            self._loop.remove_reader(self._boot.stdout)
            os.close(self._boot.stdin)
            self._bury()
            return
        news = list(self._frames.feed(data))
        if news:
            place = (self._where, self._folder)
            self._tell([(*item, *place) if item[0] == "started" else item for item in news])
        for name, *words in news:
            if name == "ended":
                self._finish(words[0])
        if self._crowded():
            self._loop.remove_reader(self._boot.stdout)
            self._loop.call_later(_BREATH, self._breathe)

    def _breathe(self) -> None:
        if not self._open:
            return
        if self._crowded():
            self._loop.call_later(_BREATH, self._breathe)
        else:
            self._loop.add_reader(self._boot.stdout, self._read)

    def _bury(self) -> None:
        """Say that it is gone, with what it ran."""
        self._open = False
        os.close(self._boot.stdout)
        with suppress(ChildProcessError):
            os.waitpid(self._boot.pid, 0)
        forsaken.end(self._boot.prefix)
        self._ended()
        lost = list(self._running)
        self._tell([["lost", number, self._where] for number in lost] + [["closed"]])
        for number in lost:
            self._finish(number)
        if self._folder:
            _tidy(self._folder)

    def _finish(self, number: int) -> None:
        over = self._running.get(number)
        if over is not None and not over.done():
            over.set_result(None)
