"""Reports: what programs read in them, and that they are written whole or not at all."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from told_runs import ATTACK, RUN, Told, eventful

from spry_jupyter.errors import RequestError
from spry_jupyter.model import Interrupted, NotStarted, Outcome, Task, TaskEnded
from spry_jupyter.show.reports.facts import RunFacts
from spry_jupyter.show.reports.junit import as_junit
from spry_jupyter.show.reports.report import FORMS, reports, text_of
from spry_jupyter.show.reports.trace import as_trace, in_slots
from spry_jupyter.show.timeline import Bar

if TYPE_CHECKING:
    from pathlib import Path


def facts_of(told: Told) -> RunFacts:
    values = {
        "id": RUN,
        "ok": told.view.end is not None and told.view.end.ok,
        "tasks": [{"name": name} for name in told.view.tasks],
    }
    return RunFacts(view=told.view, closure=told.closure, jobs=0, values=values)


@pytest.fixture
def facts(tmp_path: Path) -> RunFacts:
    return facts_of(eventful(tmp_path))


# -- JUnit ---------------------------------------------------------------------------------------

SUITE = {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"}
ATTRIBUTES: dict[str, tuple[set[str], set[str]]] = {
    # by element: attributes that must be there, attributes that may
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}),
    "testsuite": ({"name", "tests", "failures", "errors"}, SUITE),
    "testcase": ({"name"}, {"name", "classname", "time", "group"}),
    "failure": (set(), {"message", "type"}),
    "error": (set(), {"message", "type"}),
    "skipped": (set(), {"message", "type"}),
    "system-out": (set(), set()),
    "system-err": (set(), set()),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase", "system-out", "system-err"},
    "testcase": {"failure", "error", "skipped", "system-out", "system-err"},
}
"""What Jenkins' xunit plugin takes, from its schema junit-10.xsd."""


def valid(xml: str) -> ET.Element:
    """The root of a report that is as the schema wants it."""
    root = ET.fromstring(xml)
    assert root.tag == "testsuites"
    for element in root.iter():
        needed, known = ATTRIBUTES[element.tag]
        assert needed <= set(element.attrib) <= known
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
        if element.tag != "testcase" and "time" in element.attrib:
            assert re.fullmatch(
                r"(\d{0,3},)*\d{3}|\d{0,3}", element.attrib["time"].partition(".")[0]
            )
    return root


def test_junit_is_valid_and_counts(facts: RunFacts) -> None:
    (suite,) = valid(as_junit(facts))
    assert {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "8",
        "failures": "1",
        "errors": "1",
        "skipped": "2",
    }
    assert suite.get("timestamp") == "2026-11-24T08:15:00"
    assert "careful" in (suite.findtext("system-err") or "")


def test_junit_tells_how_each_task_ended(facts: RunFacts) -> None:
    cases = {case.get("name"): case for case in valid(as_junit(facts)).iter("testcase")}
    failure = cases["test"].find("failure")
    assert failure is not None
    assert failure.get("message") == "failed with exit code 2"
    assert f"FAILED {ATTACK}" in (failure.text or "")
    error = cases["absent"].find("error")
    assert error is not None
    assert (error.get("message") or "").startswith("could not start: no ")
    skipped = cases["deploy"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "skipped (dependency failed)"
    assert [child.tag for child in cases["lint"]] == ["skipped", "system-out"]
    assert list(cases["build"]) == []
    assert cases["build"].get("time") == "3.000"


@given(st.binary(max_size=200), st.text(max_size=50))
def test_junit_is_well_formed_whatever_a_task_says(
    tmp_path_factory: pytest.TempPathFactory, output: bytes, why: str
) -> None:
    told = Told(tmp_path_factory.mktemp("logs"), Task(name="a"), Task(name="b"))
    told.failed("a", 0.0, 1.0, output)
    told.tell(TaskEnded(at=1.0, name="b", outcome=Outcome.FAILED, reason=NotStarted(why)))
    valid(as_junit(facts_of(told.over(ok=False))))


def test_a_task_that_was_stopped_is_skipped(tmp_path: Path) -> None:
    told = Told(tmp_path, Task(name="a"))
    told.ran("a", 0.0, 1.0, Outcome.CANCELLED, Interrupted()).over(ok=False, stopped=True)
    (case,) = valid(as_junit(facts_of(told))).iter("testcase")
    assert [(child.tag, child.get("message")) for child in case] == [("skipped", "cancelled")]


# -- traces --------------------------------------------------------------------------------------


def checked(trace: str) -> list[dict[str, Any]]:
    """The events of a trace that is as the trace event format wants it."""
    events: list[dict[str, Any]] = json.loads(trace)["traceEvents"]
    tracks: dict[int, list[tuple[int, int]]] = {}
    for event in events:
        assert {"ph", "name", "pid", "tid", "ts"} <= set(event)
        assert isinstance(event["ts"], int)
        if event["ph"] == "X":
            assert event["dur"] > 0
            tracks.setdefault(event["tid"], []).append((event["ts"], event["ts"] + event["dur"]))
    for track in tracks.values():
        track.sort()
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(track))
    arrows: dict[int, dict[str, dict[str, Any]]] = {}
    for event in events:
        if event["ph"] in "sf":
            arrows.setdefault(event["id"], {})[event["ph"]] = event
            inside = tracks[event["tid"]]
            assert any(start <= event["ts"] < end for start, end in inside)
    for arrow in arrows.values():
        assert arrow["s"]["ts"] <= arrow["f"]["ts"]
        assert arrow["f"]["bp"] == "e"
        assert all(arrow["s"][key] == arrow["f"][key] for key in ("name", "cat", "id"))
    return events


def test_a_trace_has_a_slice_for_each_attempt(facts: RunFacts) -> None:
    slices = [event for event in checked(as_trace(facts)) if event["ph"] == "X"]
    names = sorted(event["name"] for event in slices)
    assert names == ["build", "build", "fetch", "lint", "test", "tidy"]
    (first, second) = [event for event in slices if event["name"] == "build"]
    assert (first["ts"], first["dur"]) == (1_000_000, 1_000_000)
    assert first["args"]["outcome"] == "failed with exit code 1"
    assert (second["args"]["attempt"], second["args"]["critical"]) == (2, True)


def test_a_trace_names_its_tracks_and_has_an_arrow_for_each_dep(facts: RunFacts) -> None:
    events = checked(as_trace(facts))
    names = {event["args"]["name"] for event in events if event["name"] == "thread_name"}
    assert names == {"slot 1", "slot 2"}
    assert len([event for event in events if event["ph"] == "s"]) == 3


span = st.tuples(st.floats(0, 10), st.floats(0, 10)).map(sorted).map(tuple)


@given(st.lists(span))
def test_no_two_attempts_share_a_slot_at_once_and_none_is_wasted(
    spans: list[tuple[float, float]],
) -> None:
    bars = [
        Bar(name=f"t{i}", start=span[0], end=span[1], tries=(span,), mark="succeeded")
        for i, span in enumerate(spans)
    ]
    slices = in_slots(bars)
    for one in slices:
        for other in slices:
            if one is not other and one.slot == other.slot:
                assert one.end <= other.start or other.end <= one.start
    moments = {each.start for each in slices}
    peak = max((sum(each.start <= at < each.end for each in slices) for at in moments), default=0)
    assert len({each.slot for each in slices}) == peak


# -- JSON and HTML -------------------------------------------------------------------------------


def test_json_has_the_times_of_attempts_and_the_output_of_failures(facts: RunFacts) -> None:
    values = json.loads(text_of(".json", facts))
    assert values["critical_path"] == ["fetch", "build", "test", "tidy", "all"]
    assert values["started"] == "2026-11-24T08:15:00+00:00"
    tasks = {task["name"]: task for task in values["tasks"]}
    assert [attempt["start"] for attempt in tasks["build"]["tries"]] == [1.0, 3.0]
    assert tasks["test"]["deps"] == ["build", "lint"]
    assert tasks["test"]["output"] == f"FAILED {ATTACK} ]]>\n"
    assert "output" not in tasks["fetch"]


def test_a_page_is_whole_and_says_that_nothing_in_it_may_run(facts: RunFacts) -> None:
    page = text_of(".html", facts)
    assert page.startswith("<!DOCTYPE html>")
    assert "default-src 'none'" in page
    assert ATTACK not in page
    assert "<script" not in page
    assert not re.search(r"https?://", re.sub(r'src="data:[^"]*"', "", page))


# -- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["run.txt", "json", "run", "run.json.gz", "run.trace"])
def test_an_unknown_ending_is_an_error_that_names_the_four(name: str) -> None:
    with pytest.raises(RequestError) as caught:
        reports([name])
    assert name in str(caught.value)
    assert all(form in str(caught.value) for form in FORMS)


def test_the_longest_ending_counts() -> None:
    forms = [report.form for report in reports(["a.trace.json", "a.json", "B.XML", "c.html"])]
    assert forms == [".trace.json", ".json", ".xml", ".html"]


def test_a_folder_or_a_place_below_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    (tmp_path / "file").touch()
    for path in (tmp_path / "a.json", tmp_path / "file" / "b.json"):
        with pytest.raises(RequestError):
            reports([path])


def test_a_report_takes_the_place_of_an_older_one_and_leaves_nothing_else(
    tmp_path: Path, facts: RunFacts
) -> None:
    place = tmp_path / "out"
    (report,) = reports([place / "new" / "run.json"])
    report.write(facts)
    report.path.write_text("old")
    report.write(facts)
    assert json.loads(report.path.read_text())["id"] == RUN
    assert [path.name for path in report.path.parent.iterdir()] == ["run.json"]


def test_a_link_to_a_report_stays_one(tmp_path: Path, facts: RunFacts) -> None:
    (tmp_path / "latest.xml").symlink_to(tmp_path / "real.xml")
    (report,) = reports([tmp_path / "latest.xml"])
    report.write(facts)
    assert (tmp_path / "latest.xml").is_symlink()
    assert (tmp_path / "real.xml").read_text().startswith("<?xml")


def test_a_report_that_cannot_be_made_leaves_the_old_one(
    tmp_path: Path, facts: RunFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    (report,) = reports([tmp_path / "run.json"])
    report.path.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        report.write(facts)
    assert report.path.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if "run.json" in path.name] == ["run.json"]
