"""Whatever is asked and whatever happens in whatever order: every task ends once, and nothing after it."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from texts import tries

from spry_jupyter.errors import SpryError
from spry_jupyter.model import (
    Duration,
    Event,
    Exited,
    Limits,
    Outcome,
    Pool,
    RunEnded,
    RunStarted,
    Signalled,
    Task,
    TaskEnded,
    TaskLogged,
    TaskStarted,
    Warned,
)
from spry_jupyter.plan.closure import resolve
from spry_jupyter.plan.graph import Graph
from spry_jupyter.run.conductor import Conductor
from spry_jupyter.run.executor import Attempt, Ended, Grew, Report, Started, Swept
from spry_jupyter.run.request import RunRequest, pack_request, unpack_request
from spry_jupyter.run.wire import Frames, frame, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

NAMES = [f"t{i}" for i in range(8)]
SHORT = Duration(0.5, "500ms")


class Dice:
    """An executor and a clock that do what a test draws.

    Attributes:
        now: Seconds.
        begun: Attempts that run, and their logs, which the attempts of a task share.
        sizes: Bytes in each log.
        asked: How many attempts were handed over.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.begun: dict[int, str] = {}
        self.sizes: defaultdict[str, int] = defaultdict(int)
        self.asked = 0
        self.stopped: set[int] = set()
        self._reports: list[Report] = []

    def start(self, attempt: Attempt) -> None:
        assert attempt.id not in self.begun
        self.asked += 1
        self.begun[attempt.id] = f"{attempt.env[b'SPRY_RUN']!r} {attempt.log}"
        self._reports.append(Started(attempt.id, self.now))

    def stop(self, attempt: int, grace: float) -> None:
        if attempt in self.begun:
            self.stopped.add(attempt)

    def sweep(self, token: int, attempts: Collection[int], grace: float, *, strays: bool) -> None:
        assert not self.begun.keys() & set(attempts)
        self._reports.append(Swept(token, ()))

    def poll(self, timeout: float) -> Sequence[Report]:
        reports, self._reports = self._reports, []
        return reports

    def close(self, grace: float) -> None:
        pass

    def grow(self, attempt: int) -> None:
        self.sizes[self.begun[attempt]] += 10
        self._reports.append(Grew(attempt, self.sizes[self.begun[attempt]]))

    def end(self, attempt: int, code: int) -> None:
        reason = Signalled(15) if attempt in self.stopped else Exited(code)
        self._reports.append(Ended(attempt, reason, self.sizes[self.begun.pop(attempt)]))


class Nowhere:
    """A place for scripts that are never written."""

    def folder(self, run: str, size: int, otherwise: str) -> str:
        return otherwise

    def drop(self, run: str) -> None:
        pass


class Nobody:
    """A reader that has nothing to read: the tasks here have no outputs."""


@st.composite
def tasks(draw: st.DrawFn) -> list[Task]:
    """Draw tasks with all that changes what runs when."""
    found = []
    for i, name in enumerate(NAMES[: draw(st.integers(1, len(NAMES)))]):
        deps = draw(st.lists(st.sampled_from(NAMES[:i]), unique=True, max_size=3)) if i else []
        finalizers = draw(st.lists(st.sampled_from(NAMES), max_size=1))
        found.append(
            Task(
                name=name,
                deps=tuple(deps),
                body=draw(st.sampled_from(["work", "work", "work", ""])),
                always=draw(st.booleans()),
                allow_failure=draw(st.booleans()),
                finalizers=tuple(finalizers) if draw(st.integers(0, 3)) == 0 else (),
                condition=draw(st.sampled_from(["", "", "true"])),
                confirm=draw(st.sampled_from([None, None, ""])),
                pool=draw(st.sampled_from([None, Pool("p"), Pool("p", 1)])),
                limits=draw(
                    st.sampled_from(
                        [Limits(), Limits(timeout=SHORT), Limits(retry=2, retry_delay=SHORT)]
                    )
                ),
            )
        )
    return found


def request(book: list[Task], draw: st.DataObject, number: int) -> RunRequest:
    """Ask for a run of all of these tasks.

    Raises:
        SpryError: They cannot be run.
    """
    return RunRequest(
        id=f"run{number}",
        folder="/nowhere",
        closure=resolve(Graph.of(book)),
        jobs=draw.draw(st.integers(0, 3)),
        fail_fast=draw.draw(st.booleans()),
        environment={},
        values={},
        python="python",
        cwd="/",
        confirmed=draw.draw(st.booleans()),
        ties={},
        homes=("",) * len(book),
    )


class Play:
    """Runs that go on while a test draws what happens."""

    def __init__(self, data: st.DataObject, books: list[list[Task]]) -> None:
        self.data = data
        self.dice = Dice()
        self.told: defaultdict[str, list[Event]] = defaultdict(list)
        self.conductor = Conductor(
            self.dice,
            lambda: self.dice.now,
            lambda run, events: self.told[run].extend(events),
            prefix=b"fuzz-",
            scripts=Nowhere(),  # type: ignore[arg-type]
            reader=Nobody(),  # type: ignore[arg-type]
        )
        self.requests = [request(book, data, i) for i, book in enumerate(books)]

    def turn(self) -> None:
        """Let one thing happen."""
        draw, dice = self.data.draw, self.dice
        run = draw(st.sampled_from([asked.id for asked in self.requests] + ["nobody's"]))
        name = draw(st.sampled_from([*NAMES, "nothing"]))
        what = draw(st.sampled_from(["end", "end", "end", "fail", "grow", "wait", "wait", "cancel", "cancel one", "confirm", "open"]))  # fmt: skip
        if what in {"end", "fail", "grow"} and dice.begun:
            attempt = draw(st.sampled_from(sorted(dice.begun)))
            dice.grow(attempt) if what == "grow" else dice.end(attempt, int(what == "fail"))
        elif what == "wait":
            dice.now += draw(st.sampled_from([0.0, 0.01, 0.6, 5.0]))
        elif what == "cancel":
            self.conductor.cancel(run)
        elif what == "cancel one":
            self.conductor.cancel(run, name)
        elif what == "confirm":
            self.conductor.confirm(run, name, yes=draw(st.booleans()))
        self.conductor.step(0.0)

    def finish(self) -> None:
        """Let everything end that goes on."""
        for _ in range(600):
            for asked in self.requests:
                for task in asked.closure.tasks:
                    self.conductor.confirm(asked.id, task.name, yes=True)
            for attempt in list(self.dice.begun):
                self.dice.end(attempt, 0)
            self.conductor.step(0.0)
            self.dice.now += 1.0
            ends = [self.told[asked.id][-1:] for asked in self.requests]
            if all(end and isinstance(end[0], RunEnded) for end in ends):
                return
        raise AssertionError("a run does not end")


def check(request: RunRequest, events: list[Event]) -> None:
    """Hold what was told of a run to what is promised."""
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunEnded)
    assert sum(isinstance(event, RunStarted | RunEnded) for event in events) == 2
    names = [task.name for task in request.closure.tasks]
    ends = {event.name: event for event in events if isinstance(event, TaskEnded)}
    counted = Counter(event.name for event in events if isinstance(event, TaskEnded))
    assert counted == Counter(names)
    over: set[str] = set()
    started: Counter[str] = Counter()
    sizes: defaultdict[str, int] = defaultdict(int)
    for event in events:
        if isinstance(event, RunStarted | RunEnded | Warned):
            continue
        assert event.name not in over, event
        if isinstance(event, TaskStarted):
            started[event.name] += 1
            assert event.attempt == started[event.name]
        if isinstance(event, TaskLogged):
            sizes[event.name], before = event.size, sizes[event.name]
            assert event.size > before
        if isinstance(event, TaskEnded):
            over.add(event.name)
    for task in request.closure.tasks:
        end = ends[task.name]
        assert started[task.name] <= 1 + task.limits.retry
        assert end.duration >= 0
        assert end.size == sizes[task.name]
        if end.outcome is Outcome.SUCCEEDED and not task.is_group:
            assert started[task.name] >= 1
        if end.outcome in (Outcome.FAILED, Outcome.SKIPPED, Outcome.CANCELLED):
            assert end.reason is not None
    bad = [e for e in ends.values() if e.outcome is Outcome.FAILED and not e.waived]
    assert not (events[-1].ok and bad)


@tries(2)
@given(st.lists(tasks(), min_size=1, max_size=2), st.data())
def test_every_task_of_every_run_ends_once_and_nothing_comes_after_it(
    books: list[list[Task]], data: st.DataObject
) -> None:
    try:
        play = Play(data, books)
    except SpryError:
        return  # a cycle by way of a finalizer
    for asked in play.requests:
        play.conductor.open(unpack_request(pack_request(asked)))
    for _ in range(data.draw(st.integers(0, 25))):
        play.turn()
    play.finish()
    for asked in play.requests:
        check(asked, play.told[asked.id])
    assert not play.dice.begun


MESSAGES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9), st.binary(max_size=30)),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=8,
)


@tries(2)
@given(st.lists(MESSAGES, max_size=6), st.lists(st.integers(1, 40), max_size=30))
def test_messages_arrive_as_they_were_sent_however_the_pipe_cuts_them(
    messages: list[object], cuts: list[int]
) -> None:
    data = b"".join(map(frame, messages))
    frames, arrived, at = Frames(), [], 0
    for cut in [*cuts, len(data)]:
        arrived += list(frames.feed(data[at : at + cut]))
        at += cut
    assert arrived == messages


@tries(1)
@given(tasks(), st.data())
def test_what_is_asked_and_told_crosses_the_pipe_unchanged(
    book: list[Task], data: st.DataObject
) -> None:
    try:
        asked = request(book, data, 0)
    except SpryError:
        return
    (plain,) = Frames().feed(frame(pack_request(asked)))
    arrived = unpack_request(plain)
    assert arrived.closure.tasks == asked.closure.tasks
    assert arrived == asked
    play = Play(data, [book])
    play.conductor.open(arrived)
    play.finish()
    for event in play.told["run0"]:
        (plain,) = Frames().feed(frame(pack(event)))
        assert unpack(plain) == event
