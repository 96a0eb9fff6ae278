"""Contestants timed in turns, so that what disturbs the machine disturbs all alike."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from .measure import Timing, timed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

LIMIT = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A command to time.

    Attributes:
        name: For the table.
        argv: The command.
        cwd: Where it runs.
        env: Its environment.
        clean: Brings `cwd` back to what it was before a run.
    """

    name: str
    argv: tuple[str, ...]
    cwd: Path
    env: dict[str, str]
    clean: Callable[[], None] = lambda: None


@dataclass(slots=True)
class Result:
    """What came of one contestant.

    Attributes:
        name: Of the contestant.
        timings: One for each round.
        fault: Why it is out of the race; empty if it is not.
    """

    name: str
    timings: list[Timing] = field(default_factory=list)
    fault: str = ""

    @property
    def wall(self) -> float:
        """Seconds, the median."""
        return median(timing.wall for timing in self.timings)

    @property
    def cpu(self) -> float:
        """Seconds of processor time, the median."""
        return median(timing.cpu for timing in self.timings)

    @property
    def peaks(self) -> dict[str, float]:
        """MiB by the kind of process, the most of all rounds."""
        kinds = {kind for timing in self.timings for kind, peak in timing.peaks.items() if peak}
        return {
            kind: max(timing.peaks.get(kind, 0.0) for timing in self.timings)
            for kind in sorted(kinds)
        }


def race(contestants: Sequence[Contestant], *, rounds: int, peaks: bool = False) -> list[Result]:
    """Time each contestant once a round, in an order shuffled anew; in the order given."""
    results = {contestant.name: Result(contestant.name) for contestant in contestants}
    rng = random.Random(0)
    for _ in range(rounds):
        for contestant in rng.sample(contestants, len(contestants)):
            result = results[contestant.name]
            if result.fault:
                continue
            contestant.clean()
            timing = timed(
                contestant.argv, cwd=contestant.cwd, env=contestant.env, limit=LIMIT, peaks=peaks
            )
            result.timings.append(timing)
            if timing.status:
                result.fault = f"status {timing.status} after {timing.wall:.1f} s: {timing.said}"
    return list(results.values())
