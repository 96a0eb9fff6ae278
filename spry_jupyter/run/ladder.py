"""From asking to forcing: SIGTERM, a time of grace, SIGKILL."""

from __future__ import annotations

import signal
import time

from spry_jupyter.run import trees

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_FIRST_PAUSE = 0.001  # seconds; most trees are gone as soon as they are asked
_LONGEST_PAUSE = 0.02


class Ladder:
    """One tree on its way to its end. Each process is asked once, and whoever joins later too.

    Attributes:
        pause: Seconds after which to take the next step.
        survivors: How many could not even be killed.
        forced: Somebody had all the time of grace and had to be killed.
    """

    def __init__(self, grace: float) -> None:
        self._patient = grace > 0
        self.forced = False
        self._kill_at = time.monotonic() + grace
        self._asked: set[int] = set()
        self.pause = _FIRST_PAUSE
        self.survivors = 0

    def hurry(self, grace: float) -> None:
        """Shorten the time of grace to `grace` seconds from now, if that is sooner."""
        sooner = time.monotonic() + grace
        if sooner < self._kill_at:
            self._kill_at = sooner
            self._patient = False

    def is_up(self, members: set[int]) -> bool:
        """Whether these have had their time and are to be killed."""
        up = bool(members) and time.monotonic() >= self._kill_at
        self.forced = self.forced or (up and self._patient)
        return up

    def step(self, members: set[int], again: Callable[[], Iterable[int]] | None = None) -> bool:
        """Do what is due.

        Args:
            members: Who is there.
            again: How to find out anew; None looks no further than `members`.

        Returns:
            True when nobody is left, or the rest cannot be killed: see `survivors`.
        """
        if not members:
            return True
        if not self.is_up(members):
            # Parents first, as far as pids tell: a shell that outlives its command by a moment
            # would still say `Terminated` into the log.
            fresh = sorted(members - self._asked)
            trees.send(fresh, signal.SIGTERM)
            trees.send(fresh, signal.SIGCONT)  # a stopped process could not hear the first
            self._asked.update(fresh)
            self.pause = min(self.pause * 2, _LONGEST_PAUSE)
            return False
        if again is None:
            trees.send(members, signal.SIGKILL)
            return False
        if trees.kill_all(again):
            return True
        self.survivors = len(set(again()))
        return True


class Sweep:
    """Ending what attempts left in the background.

    Attributes:
        token: Names this sweep in its report.
        left: How many processes were found, by attempt; None for what cannot be traced to one.
    """

    def __init__(self, token: int, attempts: set[int], grace: float, *, strays: bool) -> None:
        self.token = token
        self.attempts: set[int | None] = {*attempts, None} if strays else set(attempts)
        self.ladder = Ladder(grace)
        self.left: dict[int | None, int] = {}
        self._seen: set[int] = set()

    def step(
        self, whose: dict[int, int | None], again: Callable[[], dict[int, int | None]]
    ) -> bool:
        """Do what is due; True when nothing is left."""
        mine = {pid: own for pid, own in whose.items() if own in self.attempts}
        for pid, own in mine.items():
            if pid not in self._seen:
                self._seen.add(pid)
                if not trees.is_ending(pid):  # or what a timeout has just ended would count
                    self.left[own] = self.left.get(own, 0) + 1
        return self.ladder.step(
            set(mine), lambda: {pid for pid, own in again().items() if own in self.attempts}
        )
