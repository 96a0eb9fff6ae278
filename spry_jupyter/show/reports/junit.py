"""A run as JUnit XML, as CI services show it: a test for each task.

Valid by the schema of Jenkins' xunit plugin, which the others read, too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from spry_jupyter.model import NotStarted, Outcome
from spry_jupyter.show.ansi import plain_text
from spry_jupyter.show.lines import outcome_text
from spry_jupyter.show.logs import end_of

if TYPE_CHECKING:
    from spry_jupyter.model import TaskEnded
    from spry_jupyter.show.reports.facts import RunFacts
    from spry_jupyter.show.view import TaskView

_OUTPUT = 65536  # bytes of a task's log
_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(facts: RunFacts) -> str:
    """Return a run as XML.

    A task that failed is a failure with the end of its output, or an error if it could not start.
    What was skipped, cancelled or up to date, and a failure that is allowed, is skipped.
    """
    name = _legal(" ".join(facts.targets[:5]) or "run")
    suites = ET.Element("testsuites", name=name)
    suite = ET.SubElement(suites, "testsuite", name=name)
    for task in facts.view.tasks.values():
        _case(suite, task, name)
    counts = {
        "tests": len(suite),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
        "skipped": len(suite.findall("testcase/skipped")),
    }
    for key, count in counts.items():
        suite.set(key, str(count))
    for key in ("tests", "failures", "errors"):
        suites.set(key, str(counts[key]))
    for element in (suite, suites):
        element.set("time", _seconds(facts.view.at))
    suite.set("timestamp", facts.began.strftime("%Y-%m-%dT%H:%M:%S"))
    if facts.view.warnings:
        ET.SubElement(suite, "system-err").text = _legal("\n".join(facts.view.warnings))
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, "unicode") + "\n"


def _case(suite: ET.Element, task: TaskView, suite_name: str) -> None:
    ended = task.ended
    took = _seconds(ended.duration if ended is not None else 0.0)
    case = ET.SubElement(suite, "testcase", name=_legal(task.name), classname=suite_name, time=took)
    if ended is None or ended.outcome is Outcome.SUCCEEDED:
        return
    said = _legal(outcome_text(task))
    output = _legal(plain_text(end_of(ended, _OUTPUT))) if ended.log else ""
    if ended.outcome is Outcome.FAILED and not ended.waived:
        kind = "error" if isinstance(ended.reason, NotStarted) else "failure"
        fault = ET.SubElement(case, kind, message=said, type=_kind(ended))
        fault.text = output or said
        return
    ET.SubElement(case, "skipped", message=said)
    if output:
        ET.SubElement(case, "system-out").text = output


def _kind(ended: TaskEnded) -> str:
    return type(ended.reason).__name__


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _legal(text: str) -> str:
    """Return a text without the characters that no XML may hold."""
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
