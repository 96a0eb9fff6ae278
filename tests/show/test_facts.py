"""What is told of tasks before they run."""

from __future__ import annotations

import json

from spry_jupyter.model import Duration, Limits, Pool, Task
from spry_jupyter.plan.graph import Graph
from spry_jupyter.show.facts import facts
from spry_jupyter.show.sketch import Sketch, sketch


def drawn(tasks: list[Task], edges: list[tuple[int, int]] | None = None) -> Sketch:
    return Sketch(tuple(tasks), tuple(task.name for task in tasks), tuple(edges or ()))


def test_a_task_is_told_with_what_it_needs_and_what_needs_it() -> None:
    tasks = [Task(name="a", descr="First", body="true"), Task(name="b", deps=("a",), body="false")]
    first, then = facts(drawn(tasks, [(0, 1)]))
    assert (first["name"], first["descr"], first["body"]) == ("a", "First", "true")
    assert (first["needs"], first["dependents"]) == ([], [1])
    assert (then["needs"], then["dependents"]) == ([0], [])


def test_of_variables_the_names_are_told_and_never_the_values() -> None:
    task = Task(name="a", env=(("TOKEN", "hunter2"), ("K", "hunter2")), forward=("HOME", "K"))
    told = facts(drawn([task]))
    assert dict(told[0]["notes"])["variables"] == "TOKEN, K, HOME"
    assert "hunter2" not in json.dumps(told)


def test_what_its_author_said_of_it_is_told_and_nothing_else() -> None:
    limits = Limits(timeout=Duration(90, "1m30s"), retry=2, retry_delay=Duration(0.5, "500ms"))
    task = Task(name="a", limits=limits, pool=Pool("db", 1), always=True, capture="version")
    assert facts(drawn([task]))[0]["notes"] == [
        ("captures", "version"),
        ("time limit", "1m30s"),
        ("retries", "2, the first after 500ms"),
        ("pool", "db"),
        ("always", "runs whatever came of its deps"),
    ]
    assert facts(drawn([Task(name="a")]))[0]["notes"] == []


def test_a_body_is_cut_and_many_bodies_are_cut_shorter() -> None:
    long = Task(name="a", body="x" * 1_000_000)
    (told,) = facts(drawn([long]))
    assert told["body"].endswith("\n… 980,000 characters more")
    assert len(json.dumps(facts(drawn([long] * 1000)))) < 1_000_000


def test_a_group_has_no_command_and_half_a_surrogate_pair_can_be_sent() -> None:
    group, odd = facts(drawn([Task(name="a", body="# all"), Task(name="b", body="echo \udc80")]))
    assert group["body"] == ""
    assert odd["body"] == "echo ?"


def test_what_cleans_up_is_not_needed_and_what_is_missing_is_said() -> None:
    tasks = [
        Task(name="a", deps=("gone",), finalizers=("tidy", "lost")),
        Task(name="tidy"),
    ]
    first, tidy = facts(sketch(Graph.of(tasks)))
    assert (first["needs"], first["dependents"], first["cleaned"]) == ([], [], [1])
    assert (tidy["needs"], tidy["dependents"], tidy["cleans"]) == ([], [], [0])
    assert dict(first["notes"]) == {
        "needs, not defined": "gone",
        "cleaned up by, not defined": "lost",
    }
