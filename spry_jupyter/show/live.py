"""What a front end is told of a run that goes on: its state once, then only what has changed.

All values are plain, as JSON has them. A record of a task is always told whole, so a front end that
missed some news is right again about every task it hears of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spry_jupyter.model import Exited, Outcome, TaskRetrying
from spry_jupyter.show.facts import well_formed
from spry_jupyter.show.lines import failure_sentence, line
from spry_jupyter.show.view import RETRYING, WAITING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spry_jupyter.model import Event
    from spry_jupyter.show.view import RunView, TaskView

Record = dict[str, Any]


def record(task: TaskView, retrying: TaskRetrying | None = None) -> Record:
    """Return how a task is doing; what there is nothing to say of is left out.

    Args:
        task: The task.
        retrying: What was last heard of an attempt that is to follow.

    Returns:
        `mark` (see `TaskView.mark`), `tries` ([start, end or None] of each attempt, in seconds from
        the start of the run), `end` (likewise), `seconds` (its duration), `why` (a sentence
        without a full stop), `code` (its exit code), `size` (bytes in its log), `waived`,
        `next` (when the next attempt starts), and `where` (the worker, if it is on a cluster).
    """
    told: Record = {"mark": task.mark}
    if task.tries:
        told["tries"] = [[_ms(t.start), None if t.end is None else _ms(t.end)] for t in task.tries]
    if task.where:
        told["where"] = well_formed(task.where)
    if task.state == RETRYING and retrying is not None:
        told["why"] = well_formed(line(retrying) or "")
        told["next"] = _ms(retrying.at + retrying.delay)
    ended = task.ended
    if ended is not None:
        told.update(end=_ms(ended.at), seconds=_ms(ended.duration), size=ended.size)
        told["why"] = well_formed(line(ended) or "")
        if ended.waived:
            told["waived"] = True
        if isinstance(ended.reason, Exited):
            told["code"] = ended.reason.code
        elif ended.outcome is Outcome.SUCCEEDED and ended.attempts:
            told["code"] = 0
    return told


class LiveState:
    """The state of a run as it is told.

    Attributes:
        number: Of the last piece of news.
    """

    def __init__(self, names: Sequence[str]) -> None:
        """Begin with a run that has not begun.

        Args:
            names: Of its tasks; from here on they are told by their positions.
        """
        self.number = 0
        self._place = {name: i for i, name in enumerate(names)}
        self._records: list[Record] = [{"mark": WAITING} for _ in names]
        self._rest: dict[str, Any] = {
            "critical": [],
            "left": None,
            "warnings": [],
            "again": None,
            "heir": None,
            "end": None,
        }
        self._retrying: dict[str, TaskRetrying] = {}
        self._fresh: set[int] = set()  # tasks that have changed since the last news
        self._stale: set[str] = set()  # keys of the rest, likewise

    def take(self, view: RunView, events: Iterable[Event]) -> None:
        """Take in what has happened; `view` has it folded in already."""
        for event in events:
            if isinstance(event, TaskRetrying):
                self._retrying[event.name] = event
        names = {name for event in events if (name := getattr(event, "name", None)) is not None}
        for name in names & self._place.keys():
            self._put(self._place[name], record(view.tasks[name], self._retrying.get(name)))
        self.say("warnings", [well_formed(text) for text in view.warnings])
        if view.end is not None:
            plain = view.end.ok or (view.end.stopped and not view.failed())
            why = "" if plain else well_formed(failure_sentence(view))
            end = {"at": _ms(view.end.at), "ok": view.end.ok, "stopped": view.end.stopped}
            self.say("end", {**end, "why": why})

    def say(self, key: str, value: object) -> None:
        """Have something of the whole run told.

        Args:
            key: `critical` (positions of tasks), `left` (seconds, or None), `warnings` (sentences),
                `again` (the task that is to run again at the end, or None), `heir` (the model of
                the view of a run that goes on where this one ended, or None) or `end`.
            value: As JSON has it.
        """
        if self._rest[key] != value:
            self._rest[key] = value
            self._stale.add(key)

    def places(self, names: Iterable[str]) -> list[int]:
        """Return the positions of tasks."""
        return [self._place[name] for name in names if name in self._place]

    @property
    def changed(self) -> bool:
        """Whether there is news."""
        return bool(self._fresh or self._stale)

    def news(self, now: float) -> dict[str, Any]:
        """Return what has changed since the last news.

        Args:
            now: Seconds from the start of the run.
        """
        self.number += 1
        told: dict[str, Any] = {"number": self.number, "now": _ms(now)}
        told["tasks"] = {str(i): self._records[i] for i in sorted(self._fresh)}
        told.update({key: self._rest[key] for key in sorted(self._stale)})
        self._fresh, self._stale = set(), set()
        return told

    def whole(self, now: float) -> dict[str, Any]:
        """Return all there is to know, as of the last news and after it."""
        tasks = list(self._records)
        return {"number": self.number, "now": _ms(now), "tasks": tasks, **self._rest}

    def _put(self, place: int, told: Record) -> None:
        if self._records[place] != told:
            self._records[place] = told
            self._fresh.add(place)


def _ms(seconds: float) -> float:
    return round(seconds, 3)
