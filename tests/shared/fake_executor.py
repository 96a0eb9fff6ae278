"""An executor without processes and without time: what it is asked to run it acts out.

It understands as much of a shell as the bodies of contracts need, so that the very same attempts can
be given to it and to the executors that it stands for. Time passes only while it is polled.
"""

from __future__ import annotations

import math
import os
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from spry_jupyter.model import Exited, NotStarted, Signalled
from spry_jupyter.run.executor import Attempt, Ended, Grew, Report, Started, Swept

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_SIGNALS = {"TERM": 15, "KILL": 9, "STOP": 19, "SEGV": 11}
_TRAP = re.compile(r"trap (?P<quoted>'[^']*') (?P<signals>[A-Z ]+)")


class _Actor:
    """One attempt's processes: a leader that reads its lines, and how many are behind it."""

    def __init__(self, attempt: Attempt, now: float) -> None:
        self.attempt = attempt
        self.lines = [line.strip() for line in attempt.body.decode().splitlines()]
        self.wakes = now  # when the leader goes on
        self.background = 0
        self.deaf = False  # to SIGTERM; what it starts is deaf, too
        self.answer: list[str] | None = None  # what it does when it is asked to end
        self.mute = False
        self.reason: Exited | Signalled | None = None
        self.size = Path(attempt.log).stat().st_size if Path(attempt.log).exists() else 0
        self.told = self.size
        self.kill_at = math.inf  # it is being stopped, and so long it may take
        self.patient = True  # nobody has shortened that
        self.forced = False

    def act(self, now: float) -> None:
        """Read on until the leader sleeps or ends."""
        while self.reason is None and self.wakes <= now:
            self._do(self.lines.pop(0) if self.lines else "exit 0", now)

    def hear_term(self, now: float) -> None:
        """Be asked to end."""
        if self.deaf:
            return
        self.background = 0
        if self.answer is None:
            self.reason = self.reason or Signalled(15)
        elif self.reason is None:
            self.lines, self.wakes = [*self.answer, *self.lines], now
            self.act(now)

    def die(self) -> None:
        """Be killed, with all that is behind."""
        self.forced = self.patient
        self.background = 0
        self.reason = self.reason or Signalled(9)

    def _do(self, line: str, now: float) -> None:
        if line.endswith(("&", "&)")):
            self.background += 1
            return
        if trap := _TRAP.fullmatch(line):
            what = shlex.split(trap["quoted"])[0]
            self.deaf = not what
            self.answer = [part.strip() for part in what.split(";")] if what else None
            return
        self._run(line, now)

    def _run(self, line: str, now: float) -> None:
        word, *rest = shlex.split(line) or ["true"]
        match word:
            case "echo":
                self._say(" ".join(rest).encode() + b"\n")
            case "cat":
                self._say(Path(self.attempt.cwd, rest[0]).read_bytes())
            case "sleep":
                self.wakes = now + float(rest[0])
            case "wait":
                self.wakes = math.inf if self.background else now
            case "exit":
                self.reason = Exited(int(rest[0]))
            case "kill":
                number = _SIGNALS[rest[0].lstrip("-")]
                if number == _SIGNALS["STOP"]:
                    self.wakes = math.inf
                else:
                    self.reason = Signalled(number)
            case "exec":
                self.mute = True
            case _:
                assert word == "true", f"the fake does not know {line!r}"

    def _say(self, data: bytes) -> None:
        if not self.mute:
            with Path(self.attempt.log).open("ab") as log:
                log.write(data)
            self.size += len(data)


class FakeExecutor:
    """Implements `run.executor.Executor`.

    Attributes:
        now: Its clock, in seconds.
        started: Every attempt that was handed to it, in order.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.started: list[Attempt] = []
        self._actors: dict[int, _Actor] = {}  # also ended ones that have left something
        self._ended: set[int] = set()
        self._reports: list[Report] = []

    @property
    def left(self) -> int:
        """How many processes there would be."""
        return sum(actor.background + (actor.reason is None) for actor in self._actors.values())

    def clock(self) -> float:
        """Return the time."""
        return self.now

    def start(self, attempt: Attempt) -> None:
        """See `Executor.start`."""
        self.started.append(attempt)
        why = _why_not(attempt)
        if why:
            self._reports.append(Ended(attempt.id, NotStarted(why)))
            return
        self._reports.append(Started(attempt.id, self.now))
        self._actors[attempt.id] = _Actor(attempt, self.now)

    def stop(self, attempt: int, grace: float) -> None:
        """See `Executor.stop`."""
        actor = self._actors.get(attempt)
        if actor is None or attempt in self._ended:
            return
        asked = actor.kill_at < math.inf
        actor.patient = grace > 0 and (not asked or self.now + grace >= actor.kill_at)
        actor.kill_at = min(actor.kill_at, self.now + grace)
        if not asked and grace > 0:
            actor.act(self.now)
            actor.hear_term(self.now)

    def sweep(self, token: int, attempts: Collection[int], grace: float, *, strays: bool) -> None:
        """See `Executor.sweep`."""
        left = []
        for number in attempts:
            actor = self._actors.get(number)
            if actor is not None and actor.background and actor.reason is not None:
                left.append((number, actor.background))
                actor.background = 0
        self._reports.append(Swept(token, tuple(left)))

    def poll(self, timeout: float) -> Sequence[Report]:
        """See `Executor.poll`."""
        if not self._reports:
            dues = [
                min(actor.wakes if actor.reason is None else math.inf, actor.kill_at)
                for number, actor in self._actors.items()
                if number not in self._ended
            ]
            self.now = max(self.now, min([self.now + timeout, *dues]))
        for number, actor in self._actors.items():
            if number not in self._ended:
                self._advance(number, actor)
        reports, self._reports = self._reports, []
        return reports

    def close(self, grace: float) -> None:
        """See `Executor.close`."""
        self._actors.clear()

    def _advance(self, number: int, actor: _Actor) -> None:
        actor.act(self.now)
        if actor.kill_at <= self.now:
            actor.die()
        stopping = actor.kill_at < math.inf
        if actor.reason is not None and not (stopping and actor.background):
            self._ended.add(number)
            self._reports.append(Ended(number, actor.reason, actor.size, forced=actor.forced))
        elif actor.size > actor.told:
            actor.told = actor.size
            self._reports.append(Grew(number, actor.size))


def _why_not(attempt: Attempt) -> str:
    program = os.fsdecode(attempt.argv[0])
    if not Path(attempt.cwd).is_dir():
        return f"the working directory {attempt.cwd} does not exist"
    if shutil.which(program) is None:
        return f"{program} cannot be run"
    if max(map(len, attempt.env.values()), default=0) > 131071:
        return "its environment is too large"
    return ""
