"""The record of a run: what it holds, what it may hold nothing of, and how large it gets."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from told_runs import ATTACK, Told, eventful

from spry_jupyter.model import (
    Blocked,
    Exited,
    Interrupted,
    Outcome,
    RunEnded,
    Task,
    TaskEnded,
    TaskStarted,
)
from spry_jupyter.show.gantt import gantt, tick_text, ticks
from spry_jupyter.show.record import record
from spry_jupyter.show.timeline import timeline

if TYPE_CHECKING:
    from pathlib import Path

TAGS = {"div", "p", "b", "br", "span", "img", "table", "thead", "tbody", "tr", "th", "td"}
TAGS |= {"details", "summary", "pre"}
ATTRIBUTES = {"class", "style", "data-targets", "data-task", "src", "alt", "align", "open", "title"}
ATTRIBUTES |= {"colspan"}
PICTURE = "data:image/svg+xml;base64,"


class Reader(HTMLParser):
    """Reads a record: its elements, its text, its pictures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def pictures(self) -> list[str]:
        sources = [attributes["src"] or "" for attributes in self.of("img")]
        assert all(source.startswith(PICTURE) for source in sources)
        return [base64.b64decode(source.removeprefix(PICTURE)).decode() for source in sources]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    told = eventful(tmp_path)
    return Reader(record(told.view, told.closure))


def test_a_record_is_made_of_what_untrusted_notebooks_keep(read: Reader) -> None:
    for tag, attributes in read.elements:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES


def test_a_record_has_the_graph_and_the_time_line_as_pictures(read: Reader) -> None:
    graph, line = read.pictures
    for name in ("fetch", "build", "test", "deploy"):
        assert f">{name}</text>" in graph
    assert 'data-state="failed"' in graph
    assert line.count('class="critical"') == 5 + 1  # a bar for each attempt, and the legend


@pytest.mark.parametrize("place", [0, 1])
def test_a_picture_is_well_formed_and_asks_for_nothing(read: Reader, place: int) -> None:
    picture = read.pictures[place]
    root = ET.fromstring(picture)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not re.search(r"href|url\(|<script|@import|<foreignObject", picture)


def test_a_record_says_what_happened_to_each_task(read: Reader) -> None:
    for said in (
        "✗ Run failed",
        "fetch → build → test → tidy",
        "✗ failed with exit code 2",
        "✗ failed with exit code 1 (allowed)",
        "✓ completed (2 attempts)",
        "⊘ skipped (dependency failed)",
        "could not start: no ",
        "Warning: careful",
    ):
        assert said in read.text


def test_rows_of_failed_tasks_are_marked_and_come_first(read: Reader) -> None:
    rows = read.of("tr")[1:]
    failed = [row for row in rows if row.get("class") == "spry-failed"]
    assert [row["data-task"] for row in failed] == ["test", "absent", "lint"]
    assert rows[: len(failed)] == failed


def targets_in(page: str) -> list[str]:
    (root,) = [each for each in Reader(page).of("div") if each.get("class") == "spry-record"]
    return (root["data-targets"] or "").split()


def test_a_record_names_what_was_asked_for_and_nothing_where_that_was_everything(
    tmp_path: Path,
) -> None:
    told = eventful(tmp_path)
    assert told.closure.everything
    assert targets_in(record(told.view, told.closure)) == []
    asked = replace(told.closure, everything=False, targets=frozenset({0, 2}))
    assert targets_in(record(told.view, asked)) == ["fetch", "build"]


def test_of_very_many_targets_a_record_names_what_is_left_and_no_more_than_it_can_hold(
    tmp_path: Path,
) -> None:
    told = Told(tmp_path, *(Task(name=f"t{i}", body="x") for i in range(500)))
    told.ran("t0", 0.0, 1.0)
    named = targets_in(record(told.view, replace(told.closure, everything=False)))
    assert named[0] == "t1"
    assert len(named) == 200


def test_a_run_that_was_stopped_when_all_was_well_has_succeeded(tmp_path: Path) -> None:
    told = Told(tmp_path, Task(name="a", body="x"))
    told.ran("a", 0.0, 1.0)
    told.tell(RunEnded(at=1.0, ok=True, stopped=True))
    assert "✓ Run succeeded" in Reader(record(told.view, told.closure)).text


def test_what_a_failed_task_said_is_open_and_other_output_is_not(read: Reader) -> None:
    assert ["open" in each for each in read.of("details")] == [True, True, False, False]
    assert read.text.index("FAILED") < read.text.index("fetched")


def test_many_logs_of_tasks_that_went_well_are_folded_into_one(tmp_path: Path) -> None:
    told = Told(tmp_path, *(Task(name=f"t{i}", body="x") for i in range(5)))
    for i in range(5):
        told.ran(f"t{i}", 0.0, 1.0, output=b"hello")
    page = Reader(record(told.view, told.closure))
    assert "output of 5 other tasks" in page.text
    assert ["open" in each for each in page.of("details")] == [False] * 6


def test_markup_of_users_and_tasks_is_text(read: Reader, tmp_path: Path) -> None:
    assert read.text.count(ATTACK) == 4
    assert all(each["src"] for each in read.of("img"))
    assert not any("onerror" in attributes for _, attributes in read.elements)
    assert "\0" not in read.text


def test_a_silent_task_keeps_its_output_to_itself_unless_it_fails(tmp_path: Path) -> None:
    told = Told(tmp_path, Task(name="a", silent=True), Task(name="b", silent=True))
    told.ran("a", 0.0, 1.0, output=b"hidden").failed("b", 0.0, 1.0, b"shown")
    html = record(told.view, told.closure)
    assert "hidden" not in html
    assert "shown" in html


def test_of_a_long_log_the_end_is_kept_from_the_start_of_a_line(tmp_path: Path) -> None:
    told = Told(tmp_path, Task(name="a"))
    told.failed("a", 0.0, 1.0, b"".join(b"line %06d\n" % i for i in range(100_000)))
    html = record(told.view, told.closure)
    assert "line 099999\n" in html or "line 099999</pre>" in html
    assert "line 000000" not in html
    assert re.search(r'px">line \d{6}\n', html)
    assert "the end of its output, 1,200,000 bytes" in html


def test_a_log_that_is_gone_leaves_the_rest_of_the_record(tmp_path: Path) -> None:
    told = Told(tmp_path, Task(name="a")).failed("a", 0.0, 1.0, b"x")
    for log in tmp_path.iterdir():
        log.unlink()
    assert "failed with exit code 2" in record(told.view, told.closure)


def test_the_record_of_a_run_of_a_thousand_tasks_is_small(tmp_path: Path) -> None:
    tasks = [
        Task(name=f"task-{i:04d}", body="x", deps=(f"task-{i - 1:04d}",) * (i % 10 > 0))
        for i in range(1000)
    ]
    told = Told(tmp_path, *tasks)
    noise = b"\x1b[31mx\x1b[32my" * 4000
    log = tmp_path / "noise.log"
    log.write_bytes(noise)
    for i, task in enumerate(tasks):
        good = i % 3 > 0
        told.tell(
            TaskStarted(at=i / 10, name=task.name, attempt=1),
            TaskEnded(
                at=i / 10 + 1,
                name=task.name,
                outcome=Outcome.SUCCEEDED if good else Outcome.FAILED,
                reason=None if good else Exited(1),
                duration=1.0,
                attempts=1,
                log=str(log),
                size=len(noise),
            ),
        )
    html = record(told.over(ok=False).view, told.closure, jobs=8)
    assert len(html) < 1_000_000
    assert "… and 940 more tasks" in html
    assert re.search(r"… and the output of \d+ more tasks", html)
    assert html.count("<details open>") == 3


def test_a_run_that_goes_on_has_a_record_of_how_far_it_is(tmp_path: Path) -> None:
    told = Told(tmp_path, Task(name="a"), Task(name="b", deps=("a",)))
    told.tell(TaskStarted(at=0.5, name="a", attempt=1))
    read = Reader(record(told.view, told.closure))
    assert "Run running" in read.text
    assert "2 to go" in read.text


def test_a_run_of_nothing_has_a_record(tmp_path: Path) -> None:
    told = Told(tmp_path)
    told.tell(RunEnded(at=0.0, ok=True))
    assert "Run succeeded" in record(told.view, told.closure)


def test_without_graphviz_the_graph_is_drawn_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spry_jupyter.show.svg.lay_out", lambda *_: None)
    told = eventful(tmp_path)
    assert "──→ build" in record(told.view, told.closure)


def test_too_many_bars_leave_out_the_short_ones_that_do_not_matter(tmp_path: Path) -> None:
    told = Told(tmp_path, *(Task(name=f"t{i}") for i in range(50)))
    for i in range(50):
        told.ran(f"t{i}", 0.0, 1.0 + i)
    picture = gantt(timeline(told.view, told.closure), most=10) or ""
    assert ">t49</text>" in picture
    assert ">t5</text>" not in picture
    assert "and 40 more tasks, not drawn" in picture


@pytest.mark.parametrize("length", [1e-4, 0.003, 0.4, 1.0, 3.3, 9.0, 45.0, 100.0, 5000.0, 1e6])
def test_the_ticks_of_a_time_line_are_few_round_and_inside(length: float) -> None:
    moments = ticks(length)
    assert 4 <= len(moments) <= 9
    assert moments[0] == 0
    assert moments[-1] <= length
    assert len({tick_text(at) for at in moments}) == len(moments)


def test_what_a_cancelled_task_kept_from_running_is_cancelled_too(tmp_path: Path) -> None:
    told = Told(tmp_path, Task(name="a", body="x"), Task(name="b", body="x", deps=("a",)))
    told.ran("a", 0.0, 1.0, outcome=Outcome.CANCELLED, reason=Interrupted())
    told.tell(TaskEnded(at=1.0, name="b", outcome=Outcome.CANCELLED, reason=Blocked("a")))
    page = Reader(record(told.view, told.closure))
    assert page.text.count("⊘ cancelled") == 2
