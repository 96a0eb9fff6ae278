"""A run is told to a front end: little at a time, and whatever the front end says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from spry_jupyter.model import (
    Event,
    Outcome,
    RunEnded,
    RunStarted,
    Task,
    TaskEnded,
    TaskLogged,
    TaskStarted,
)
from spry_jupyter.plan.closure import resolve
from spry_jupyter.plan.graph import Graph
from spry_jupyter.show.feed import SHARE
from spry_jupyter.show.sketch import sketch
from spry_jupyter.show.view import RunView
from spry_jupyter.show.widget import WidgetShow, graph_widget

if TYPE_CHECKING:
    from pathlib import Path

TASKS = [Task(name="a", body="true", env=(("K", "hunter2"),)), Task(name="b", deps=("a",))]


class Stage:
    """A run of two tasks that is shown by a clock of ours.

    Attributes:
        sent: What the front end was sent: contents with their bytes.
        stopped: What was to be cancelled.
        rerun: What was to run again.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.folder = folder
        self.sent: list[tuple[dict[str, Any], bytes]] = []
        self.stopped: list[str | None] = []
        self.rerun: list[str] = []
        self.show = WidgetShow(self.stopped.append, self.rerun.append, clock=lambda: self.now)
        self.show.begin(resolve(Graph.of(TASKS)))
        self.view = RunView()
        monkeypatch.setattr(self.show.widget, "send", self._take)

    def _take(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        self.sent.append((json.loads(json.dumps(content)), b"".join(buffers or [])))

    def hear(self, *events: Event) -> None:
        for event in events:
            self.view.apply(event)
        self.show.update(self.view, events)

    def begin(self) -> None:
        self.hear(
            RunStarted(at=0.0, run="r1", tasks=("a", "b"), folder=str(self.folder)),
            TaskStarted(at=0.0, name="a", attempt=1),
        )

    def says(self, content: object) -> None:
        """Take a message of a front end."""
        self.show.widget._handle_custom_msg(content, [])

    def news(self) -> list[dict[str, Any]]:
        return [content for content, _ in self.sent if content["kind"] == "news"]

    def log(self) -> bytes:
        return b"".join(data for content, data in self.sent if content["kind"] == "log")


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(tmp_path, monkeypatch)


def test_what_does_not_change_is_told_once_and_no_value_of_a_variable(stage: Stage) -> None:
    told = json.dumps(stage.show.widget.get_state()["plan"])
    assert [task["name"] for task in json.loads(told)["tasks"]] == ["a", "b"]
    assert "hunter2" not in told


def test_the_state_is_that_of_now_whenever_it_is_asked_for(stage: Stage) -> None:
    def marks() -> list[str]:
        told = stage.show.widget.get_state("state")["state"]
        return [task["mark"] for task in told["tasks"]]

    assert marks() == ["waiting", "waiting"]
    stage.begin()
    assert marks() == ["running", "waiting"]


def test_the_clock_is_that_of_the_run_whenever_it_began(stage: Stage) -> None:
    def now() -> float:
        told: float = stage.show.widget.get_state("state")["state"]["now"]
        return told

    stage.now += 3.0  # in which an old runner was waited for
    assert now() == 0.0
    stage.begin()
    stage.now += 1.0
    assert now() == 1.0


def test_case_42_however_much_happens_there_are_ten_batches_a_second_and_the_end(
    stage: Stage,
) -> None:
    stage.begin()
    for step in range(1, 1001):
        stage.now += 0.001
        stage.hear(TaskLogged(at=step / 1000, name="a", size=step))
        stage.hear(TaskStarted(at=step / 1000, name="a", attempt=step))
    assert len(stage.news()) <= 11
    ended = TaskEnded(at=1.0, name="a", outcome=Outcome.SUCCEEDED, duration=1.0, attempts=1)
    stage.hear(ended, RunEnded(at=1.0, ok=True))
    stage.show.close(stage.view)
    assert stage.news()[-1]["end"]["ok"] is True
    assert stage.news()[-1]["now"] == 1.0


def test_nothing_new_is_a_sign_of_life_now_and_then_and_no_more(stage: Stage) -> None:
    stage.begin()
    before = len(stage.news())
    for _ in range(100):
        stage.now += 0.1
        stage.show.tick(stage.view)
    beats = [news for news in stage.news()[before:] if not news["tasks"] and "left" not in news]
    assert len(beats) <= 5
    assert stage.news()[-1]["now"] > 7


def test_a_log_is_told_to_who_looks_at_it_and_no_faster_than_may_be(stage: Stage) -> None:
    stage.begin()
    log = stage.folder / "a.log"
    log.write_bytes(b"first\n")
    stage.now += 0.1
    stage.show.tick(stage.view)
    assert stage.log() == b""
    stage.says({"kind": "watch", "task": 0})
    assert stage.log() == b"first\n"
    before = len(stage.log())
    with log.open("ab") as out:
        for _ in range(10):
            out.write(b"x" * 20_000_000)
            out.flush()
            stage.now += 0.1
            stage.show.tick(stage.view)
    assert len(stage.log()) - before <= 10 * SHARE
    stage.says({"kind": "leave", "task": 0})
    assert stage.sent[-1][0] == {"kind": "left", "task": 0}  # for other pages that look at it
    at = len(stage.log())
    log.write_bytes(b"more")
    stage.now += 0.1
    stage.show.tick(stage.view)
    assert len(stage.log()) == at


def test_a_front_end_cancels_tasks_of_this_run(stage: Stage) -> None:
    stage.begin()
    for task in (1, None):
        stage.says({"kind": "cancel", "task": task})
    assert stage.stopped == ["b", None]


def test_a_task_is_run_again_when_the_run_is_over_and_not_before(stage: Stage) -> None:
    stage.begin()
    stage.says({"kind": "rerun", "task": 0})
    assert stage.rerun == []
    assert stage.show.widget.get_state("state")["state"]["again"] == 0
    stage.hear(RunEnded(at=1.0, ok=False))
    stage.show.close(stage.view)
    assert stage.rerun == ["a"]
    stage.says({"kind": "rerun", "task": 1})
    assert stage.rerun == ["a", "b"]


def test_case_88_what_a_front_end_forges_does_nothing(stage: Stage) -> None:
    stage.begin()
    before = len(stage.sent)
    (stage.folder / "secret").write_text("hunter2", encoding="utf-8")
    for content in (
        None,
        "x" * 10_000_000,
        {"kind": "watch", "task": "../secret"},
        {"kind": "watch", "task": 2},
        {"kind": "cancel", "task": "a"},
        {"kind": "cancel", "task": -1},
        {"kind": "rerun"},
        {"kind": {"kind": "cancel"}},
    ):
        stage.says(content)
    stage.show.widget.set_state(
        {"state": 1, "plan": {}, "picture": {"svg": "<script/>"}, "_esm": "x"}
    )
    assert (stage.sent[before:], stage.stopped, stage.rerun) == ([], [], [])
    assert stage.show.widget.plan["tasks"]
    assert stage.show.widget._esm != "x"


def test_it_is_known_whether_a_front_end_shows_it(stage: Stage) -> None:
    assert not stage.show.connected
    stage.says({"kind": "hello"})
    assert stage.show.connected


def test_a_way_that_is_broken_ends_no_run(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("the socket is gone")

    monkeypatch.setattr(stage.show.widget, "send", fail)
    stage.begin()
    stage.show.close(stage.view)


def test_nothing_is_printed(stage: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    stage.begin()
    stage.hear(RunEnded(at=1.0, ok=False))
    stage.show.close(stage.view)
    assert capfd.readouterr() == ("", "")


def test_each_task_has_its_node_in_the_picture(stage: Stage) -> None:
    stage.begin()
    picture = stage.show.widget.picture
    assert len(picture["nodes"]) == 2
    assert all(f'id="{node}"' in picture["svg"] for node in picture["nodes"])


def test_a_graph_that_does_not_run_has_no_state() -> None:
    widget = graph_widget(sketch(Graph.of([*TASKS, Task(name="c", deps=("gone",))])))
    assert widget.get_state("state") == {"state": None}
    assert len(widget.picture["nodes"]) == 4


def test_a_picture_that_cannot_be_drawn_is_tried_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def fail(*_: object, **__: object) -> None:
        tried.append(1)
        raise ValueError

    monkeypatch.setattr("spry_jupyter.show.widget.portrait", fail)
    stage.begin()
    stage.now += 1
    stage.show.tick(stage.view)
    assert stage.show.widget.picture == {"svg": "", "nodes": []}
    assert tried == [1]
