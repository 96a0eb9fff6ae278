"""The parent of tasks on a worker, asked and heard as a worker does."""

from __future__ import annotations

import os
import select
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import psutil
import pytest
from command_line import PATIENCE, until

from spry_jupyter.model import Exited
from spry_jupyter.run.boot import Boot
from spry_jupyter.run.executor import Attempt, Ended
from spry_jupyter.run.relay import LIVE, Relay
from spry_jupyter.run.supervisor import CODE
from spry_jupyter.run.wire import Frames, frame, write_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spry_jupyter.run.line import Line

BASH = os.fsencode(shutil.which("bash") or "")


class Worker:
    """What a supervisor takes for its worker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "there"
        self.folder.mkdir()
        self.here = folder
        self.boot = Boot(CODE, "w1", str(self.folder))
        self._frames = Frames()
        self.open = True

    def start(self, number: int, body: str, **more: Any) -> None:
        script = f"{self.here}/task"
        attempt = Attempt(
            id=number,
            argv=(BASH, script.encode()),
            env=dict(os.environb),
            cwd=str(self.here),
            script=script,
            body=body.encode(),
            log=f"{self.here}/{number}.log",
            **more,
        )
        fields = [getattr(attempt, name) for name in Attempt.__slots__]
        write_all(self.boot.stdin, frame(("start", fields)))

    def hear(self, name: str) -> list[Any]:
        """Return all that is told until something of this name is."""
        told: list[Any] = []
        while not any(item[0] == name for item in told):
            assert select.select([self.boot.stdout], [], [], PATIENCE)[0]
            data = os.read(self.boot.stdout, 1 << 16)
            assert data, told
            told += self._frames.feed(data)
        return told

    def leave(self) -> None:
        """Be gone, as far as pipes tell."""
        if self.open:
            self.open = False
            os.close(self.boot.stdin)
            os.close(self.boot.stdout)

    def close(self) -> None:
        self.leave()
        deadline = time.monotonic() + PATIENCE
        while os.waitpid(self.boot.pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > deadline:
                for process in psutil.Process(self.boot.pid).children():
                    process.kill()
            time.sleep(0.01)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    worker = Worker(tmp_path)
    yield worker
    worker.close()


def test_it_ends_with_a_worker_that_had_much_to_hear_yet(worker: Worker) -> None:
    worker.start(1, "head -c 8000000 /dev/zero; touch said; sleep 600")
    worker.hear("started")
    (loop,) = psutil.Process(worker.boot.pid).children()
    until((worker.here / "said").exists)
    worker.leave()
    until(lambda: not loop.is_running())


def test_what_has_travelled_is_kept_no_longer_and_a_script_until_the_sweep(worker: Worker) -> None:
    body = "echo said; echo $0; (sleep 600 &)"
    worker.start(1, body, capture=f"{worker.here}/spool")
    told = worker.hear("ended")
    log = b"".join(item[3] for item in told if item[0] == "log")
    script = Path(log.split()[-1].decode())
    assert script.read_text() == body
    assert list(worker.folder.glob("1.*")) == []
    write_all(worker.boot.stdin, frame(("sweep", 7, [1], 1.0, False)))
    assert worker.hear("swept")[-1] == ("swept", 7, [[1, 1]])
    assert not script.exists()


def test_the_files_are_gone_by_the_time_an_ending_is_told(tmp_path: Path) -> None:
    log = tmp_path / "1.log"
    log.write_bytes(b"said")
    heard: list[tuple[str, bool]] = []

    class Listener:
        waiting = b""

        def send(self, message: Any) -> None:
            heard.append((message[0], log.exists()))

    relay = Relay(cast("Line", Listener()))
    attempt = Attempt(id=1, argv=(BASH,), env={}, cwd="/", script="", body=b"", log=str(log))
    relay.begin(attempt, whole=False)
    relay.end(Ended(1, Exited(0), size=4))
    relay.pump()
    assert heard == [("log", True), ("ended", False)]


def test_a_large_log_stays_for_who_asks_for_it(worker: Worker) -> None:
    worker.start(1, f"head -c {LIVE + 1} /dev/zero")
    worker.hear("ended")
    assert (worker.folder / "1.log").stat().st_size == LIVE + 1
