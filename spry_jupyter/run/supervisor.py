"""The parent of every task on a worker: runs attempts for a runner that is elsewhere.

    worker ── start · stop · sweep · close ──▶ supervisor        on its stdin
    worker ◀── started · log · ended · swept ── supervisor        on its stdout

It is a runner's process without the plan: the same guardian, the same executor. It ends, and all
that it has started, when the worker does.
"""

from __future__ import annotations

import gc
import os
import sys

from spry_jupyter.model import NotStarted
from spry_jupyter.run import runner
from spry_jupyter.run.executor import Attempt, Ended, Grew, Report, Started, Swept
from spry_jupyter.run.line import Line
from spry_jupyter.run.local import LocalExecutor
from spry_jupyter.run.mask import Mask
from spry_jupyter.run.relay import Relay, forget
from spry_jupyter.run.trees import MARK

TYPE_CHECKING = False  # typing costs the supervisor 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from typing import Any

    from spry_jupyter.run.scripts import Scripts

CODE = (
    "import sys; sys.path.insert(0, sys.argv[1]); from spry_jupyter.run.supervisor import main; "
    "main(int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5])"
)
"""What a worker starts."""

_GRACE_WITHOUT_WORKER = 0.3  # seconds; nobody is there any more to wait for a clean ending
_IDLE = 60.0  # seconds to wait when nothing is due
_FLUSH_EVERY = 0.02  # seconds, while the worker takes what is told slower than it comes
_LAST_LOOKS = 3  # at an executor that has ended all there was
_WORKER_ITSELF = b"PYTHONPATH"


def main(worker: int, prefix: str, where: str, folder: str) -> None:
    """Be the guardian, and in a child the supervisor.

    Args:
        worker: Pid of the worker.
        prefix: What the mark of every process of ours starts with.
        where: The worker's name, for messages.
        folder: Absolute folder for logs; empty writes files where the attempts say.
    """

    def host(front: int, mark: str, scripts: Scripts) -> None:
        gc.disable()
        line = Line()
        executor = LocalExecutor(mark.encode())
        line.attach(executor, front)
        Supervisor(line, executor, Place(mark, where, folder, scripts)).run()

    runner.main(worker, prefix, host)


class Place:
    """Turns an attempt that was made elsewhere into one that can run here."""

    def __init__(self, prefix: str, where: str, folder: str, scripts: Scripts) -> None:
        self._prefix = prefix.encode()
        self._where = where
        self.folder = folder
        self._scripts = scripts.folder("tasks", 0, folder or "/tmp") if folder else ""  # noqa: S108 - folder is ours
        self._made: dict[int, str] = {}  # script of each attempt whose run goes on

    def attempt(self, fields: list[Any]) -> Attempt:
        """Return an attempt from its packed fields.

        Raises:
            ValueError: With the reason, if it cannot run here.
        """
        values = dict(zip(Attempt.__slots__, fields, strict=True))
        values["mask"] = Mask(values["mask"]) if values["mask"] is not None else None
        values["argv"] = tuple([word or os.fsencode(sys.executable) for word in values["argv"]])
        attempt = Attempt(**values)
        attempt.env[MARK] = self._prefix + str(attempt.id).encode()
        return self._moved(attempt, values) if self.folder else attempt

    def _moved(self, attempt: Attempt, values: dict[str, Any]) -> Attempt:
        if not all(map(os.path.isdir, attempt.shared)):
            raise ValueError(
                f"{self._where} does not see the files in {attempt.shared[0]}: --input and "
                "--output need a folder that is shared with it"
            )
        if not os.path.exists(attempt.cwd):
            raise ValueError(
                f"the working directory {attempt.cwd} does not exist on {self._where}: "
                "it has to be in a folder that is shared with it, or --cwd one that is there"
            )
        if attempt.script:
            name = os.path.basename(attempt.script)
            script = f"{self._scripts}/{attempt.id}-{name}"
            old = os.fsencode(attempt.script)
            values["argv"] = tuple([os.fsencode(script) if w == old else w for w in attempt.argv])
            values["script"] = self._made[attempt.id] = script
        values["env"] = _own_environment() | attempt.env
        ours = os.environb.get(_WORKER_ITSELF)
        if ours and _WORKER_ITSELF in attempt.env:
            values["env"][_WORKER_ITSELF] = attempt.env[_WORKER_ITSELF] + b":" + ours
        values["log"] = f"{self.folder}/{attempt.id}.log"
        values["capture"] = f"{self.folder}/{attempt.id}.captured" if attempt.capture else ""
        return Attempt(**values)

    def forget(self, attempts: list[int]) -> None:
        """Delete the scripts of attempts of which nothing runs any more."""
        for attempt in attempts:
            forget(self._made.pop(attempt, ""))


def _own_environment() -> dict[bytes, bytes]:
    return {name: value for name, value in os.environb.items() if name != MARK}


class Supervisor:
    """Does what the worker asks, and tells it what becomes of it."""

    def __init__(self, line: Line, executor: LocalExecutor, place: Place) -> None:
        self._line = line
        self._executor = executor
        self._place = place
        self._relay = Relay(line)
        self._sweeping: dict[int, list[int]] = {}  # attempts of a run that is over, by token

    def run(self) -> None:
        """Go on until the worker is gone or asks for the end, then end everything."""
        grace = _GRACE_WITHOUT_WORKER
        asked: list[Any] = []  # after which a start is to be told soon, with a short attempt's end
        try:
            while not self._line.over:
                behind = self._line.waiting or self._relay.behind
                self._look(_FLUSH_EVERY if asked or behind else _IDLE)
                asked = self._line.take()
                for message in asked:
                    if message[0] == "close":
                        self._line.over, grace = True, message[1]
                    else:
                        self._obey(*message)
        finally:
            self._executor.close(grace)
        for _ in range(_LAST_LOOKS):
            self._look(0.0)
        os.set_blocking(self._line.out, True)  # the last words
        self._line.flush()  # first, or there might be no room for more
        while self._relay.behind:
            self._relay.pump()
            self._line.flush()

    def _look(self, timeout: float) -> None:
        for report in self._executor.poll(timeout):
            self._pass_on(report)
        self._relay.pump()
        self._line.flush()

    def _obey(self, name: str, *words: Any) -> None:
        if name == "start":
            self._start(words[0])
        elif name == "stop":
            self._executor.stop(words[0], words[1])
        else:
            token, attempts, grace, strays = words
            self._sweeping[token] = attempts
            self._executor.sweep(token, attempts, grace, strays=strays)

    def _start(self, fields: list[Any]) -> None:
        try:
            attempt = self._place.attempt(fields)
        except ValueError as error:
            self._relay.end(Ended(fields[0], NotStarted(str(error))))
            return
        self._relay.begin(attempt, whole=not self._place.folder)
        self._executor.start(attempt)

    def _pass_on(self, report: Report) -> None:
        match report:
            case Started():
                self._line.send(("started", report.id, report.at))
            case Grew():
                self._relay.grew(report.id, report.size)
            case Ended():
                self._relay.end(report)
            case Swept():
                self._place.forget(self._sweeping.pop(report.token, []))
                self._line.send(("swept", report.token, [list(pair) for pair in report.left]))
