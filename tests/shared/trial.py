"""An executor on trial: attempts to give it, and the laws that all its reports have to keep."""

from __future__ import annotations

import itertools
import os
import time
from collections import defaultdict
from typing import TYPE_CHECKING

from command_line import PATIENCE

from spry_jupyter.run.executor import Attempt, Ended, Grew, Started, Swept

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from spry_jupyter.run.executor import Executor, Report

POLL = 0.25  # seconds; nobody waits longer for what a report does not bring


class Trial:
    """See the module.

    Attributes:
        executor: Who is on trial.
        folder: Where its attempts work, and where their logs are.
        nap: Seconds that no other process sleeps.
        now: The executor's clock.
    """

    def __init__(
        self,
        executor: Executor,
        folder: Path,
        *,
        nap: str,
        left: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
        first: int = 1,
    ) -> None:
        self.executor = executor
        self.folder = folder
        self.nap = nap
        self.now = clock
        self._left = left
        self._numbers = itertools.count(first)
        self._told: defaultdict[int, list[Report]] = defaultdict(list)
        self._swept: list[Swept] = []
        self._logs: dict[int, Path] = {}

    def start(
        self, body: str, *, program: str = "bash", log: Path | None = None, **fields: object
    ) -> int:
        """Hand over an attempt to run a script; NAP stands for `nap`. Return its number."""
        number = next(self._numbers)
        script = self.folder / f"{number}.sh"
        self._logs[number] = log or self.folder / f"{number}.log"
        self.executor.start(
            Attempt(
                **{  # type: ignore[arg-type]
                    "id": number,
                    "argv": (program.encode(), os.fsencode(script)),
                    "env": {
                        b"PATH": os.environb[b"PATH"],
                        b"SPRY_ATTEMPT": f"contract-{number}".encode(),
                    },
                    "cwd": str(self.folder),
                    "script": str(script),
                    "body": body.replace("NAP", self.nap).encode() + b"\n",
                    "log": str(self.log(number)),
                    **fields,
                }
            )
        )
        return number

    def log(self, number: int) -> Path:
        """Where the log of an attempt is."""
        return self._logs[number]

    def said(self, number: int) -> bytes:
        """What an attempt has said up to now."""
        return self.log(number).read_bytes() if self.log(number).exists() else b""

    def told(self, number: int) -> list[Report]:
        """What was reported of an attempt, in order."""
        return self._told[number]

    def left(self) -> int:
        """How many processes of these attempts there are."""
        return self._left()

    def until_it_says(self, number: int, text: bytes) -> None:
        """Poll until an attempt has said something."""
        self._until(lambda: text in self.said(number))

    def until_there_are(self, count: int) -> None:
        """Poll until so many processes are there: what was just started may not be itself yet."""
        self._until(lambda: self.left() == count)

    def ended(self, number: int) -> Ended:
        """Poll until an attempt has ended; return how."""
        self._until(lambda: any(isinstance(report, Ended) for report in self.told(number)))
        (end,) = [report for report in self.told(number) if isinstance(report, Ended)]
        return end

    def swept(self, *attempts: int, strays: bool = True, grace: float = 5.0) -> Swept:
        """Sweep up behind attempts; return what was found."""
        self.executor.sweep(77, attempts, grace, strays=strays)
        before = len(self._swept)
        self._until(lambda: len(self._swept) > before)
        assert self._swept[-1].token == 77
        return self._swept[-1]

    def poll(self) -> None:
        """Take in one round of reports, and see that they keep the laws."""
        for report in self.executor.poll(POLL):
            if isinstance(report, Swept):
                self._swept.append(report)
                continue
            before = self._told[report.id]
            assert not any(isinstance(other, Ended) for other in before), "after its end"
            match report:
                case Started():
                    assert not before, "its start is the first that is heard of it"
                case Grew():
                    assert isinstance(before[0], Started)
                    assert report.size > max(r.size for r in [Grew(0, 0), *_growth(before)])
                    assert report.size <= len(self.said(report.id))
                case Ended():
                    sizes = [other.size for other in _growth(before)]
                    assert report.size >= max(sizes, default=0)
            before.append(report)

    def clear(self) -> int:
        """End all that goes on still; return the first number that was not used."""
        for number in self._logs:
            if not any(isinstance(report, Ended) for report in self.told(number)):
                self.executor.stop(number, 0.0)
                self.ended(number)
        self.swept(*self._logs, grace=0.0)
        return next(self._numbers)

    def _until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline
            self.poll()


def _growth(reports: list[Report]) -> list[Grew]:
    return [report for report in reports if isinstance(report, Grew)]
