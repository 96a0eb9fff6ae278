"""What a record should answer, told by plain Python that keeps all that was written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from spry_jupyter.model import Outcome, TaskEnded
from spry_jupyter.record.store import Past

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

NAMES = ("a", "b", "c")
HOMES = ("", "one.md", "two.md")

Row = tuple[TaskEnded, str]  # how a task ended, and the file that defines it

ROWS = st.lists(
    st.tuples(
        st.builds(
            TaskEnded,
            at=st.just(1.0),
            name=st.sampled_from(NAMES),
            outcome=st.sampled_from(Outcome),
            duration=st.integers(0, 99).map(float),
            attempts=st.integers(0, 2),
            log=st.sampled_from(("", "/log", "/l\udcffg")),
            captured=st.sampled_from(("", "/value", "/välue")),
        ),
        st.sampled_from(HOMES),
    ),
    max_size=3,
    unique_by=lambda row: row[0].name,
)


def digest(run: str, name: str) -> bytes:
    """Return a digest that tells a task in one run from all others."""
    return f"{run} {name}".encode()


@dataclass
class Remembered:
    """All that was written of runs.

    Attributes:
        keep: How many runs are kept.
        slack: How many more there may be before the others are forgotten.
        holds: Run to what it said it would run, as long as it goes on.
        rows: Run and task to how that ended.
        ever: The runs that there ever were.
        over: Those that have ended.
        ended: Run and task of all that ever ended.
        successes: Run, name and home of each success, with its seconds; the run is empty if it is forgotten.
    """

    keep: int
    slack: int
    holds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    ever: set[str] = field(default_factory=set)
    over: set[str] = field(default_factory=set)
    ended: set[tuple[str, str]] = field(default_factory=set)
    successes: dict[tuple[str, str, str], float] = field(default_factory=dict)

    def begin(self, run: str, names: tuple[str, ...]) -> None:
        """A run is about to begin."""
        self.ever.add(run)
        self.holds[run] = names

    def start(self, run: str) -> None:
        """A run begins."""
        self.ever.add(run)
        self.holds.setdefault(run, ())
        if len(self.holds) >= self.keep + self.slack:
            oldest = sorted(self.holds)[-self.keep]
            self.holds = {run: names for run, names in self.holds.items() if run >= oldest}
            self.rows = {key: row for key, row in self.rows.items() if key[0] >= oldest}
            self.successes = {
                (run if run >= oldest else "", name, home): seconds
                for (run, name, home), seconds in sorted(self.successes.items())
            }

    def note(self, run: str, row: Row) -> None:
        """A task has ended."""
        self.ever.add(run)
        event, home = row
        self.ended.add((run, event.name))
        self.holds.setdefault(run, ())
        self.rows[run, event.name] = row
        if event.outcome is Outcome.SUCCEEDED:
            self.successes[run, event.name, home] = event.duration

    def end(self, run: str) -> None:
        """A run has ended."""
        self.over.add(run)
        self.holds[run] = ()

    def of(self, name: str, homes: Collection[str]) -> Iterator[tuple[str, Row]]:
        """Yield how a task of one of these files ended, the newest run first."""
        for (run, other), row in sorted(self.rows.items(), key=lambda pair: pair[0], reverse=True):
            if other == name and _may_be_of(row[1], homes):
                yield run, row

    def last(self, homes: Mapping[str, str]) -> dict[str, Past]:
        """See `Store.last`."""
        found = {}
        for name, home in homes.items():
            for run, (event, _) in self.of(name, _either(home)):
                if not any(late > run and name in held for late, held in self.holds.items()):
                    found[name] = Past(
                        outcome=event.outcome, captured=event.captured, digest=digest(run, name)
                    )
                break
        return found

    def last_start(self, name: str, home: str) -> str:
        """See `Store.last_start`."""
        return next((run for run, row in self.of(name, _either(home)) if row[0].attempts), "")

    def last_log(self, name: str, homes: Collection[str]) -> tuple[str, str] | None:
        """See `Store.last_log`."""
        for run, (event, _) in self.of(name, homes):
            if event.attempts or event.outcome is Outcome.SUCCEEDED:
                return run, event.log
        return None

    def durations(self, homes: Mapping[str, str]) -> dict[str, float]:
        """See `Store.durations`."""
        return {
            name: seconds
            for (_, name, home), seconds in sorted(self.successes.items())
            if name in homes and _may_be_of(home, _either(homes[name]))
        }

    def history(self, homes: Collection[str], most: int) -> dict[str, list[str]]:
        """Return the newest runs of each task, the newest first."""
        runs = {name: [run for run, _ in self.of(name, homes)][:most] for name in NAMES}
        return {name: found for name, found in runs.items() if found}


def _either(home: str) -> tuple[str, ...]:
    return (home,) if home else ()


def _may_be_of(home: str, homes: Collection[str]) -> bool:
    return not homes or not home or home in homes
