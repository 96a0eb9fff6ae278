"""What goes wrong about one task ends that task, never the runner and what else it runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from spry_jupyter.errors import RequestError
from spry_jupyter.model import Limits, NotStarted, Outcome, TimedOut
from spry_jupyter.read.durations import parse_duration

if TYPE_CHECKING:
    from conftest import Bench


def test_an_input_that_leads_in_a_circle_fails_its_task_alone(bench: Bench) -> None:
    (bench.folder / "loop").symlink_to("loop")
    tasks = bench.task("a", "true", inputs=("loop/*.csv",)), bench.task("b", "echo b")
    run = bench.book(*tasks).run("a", "b", check=False)
    assert run["a"].outcome is Outcome.FAILED
    assert isinstance(run["a"].reason, NotStarted)
    assert run["b"].output == "b\n"


def test_an_output_that_leads_in_a_circle_fails_its_task_alone(bench: Bench) -> None:
    body = "mkdir -p d && rm -rf d && ln -s d d"
    tasks = bench.task("a", body, outputs=("d/*.csv",)), bench.task("b", "echo b")
    run = bench.book(*tasks).run("a", "b", check=False)
    assert run["a"].outcome is Outcome.FAILED
    assert run["b"].output == "b\n"


def test_after_a_thousand_attempts_there_is_another(bench: Bench) -> None:
    limits = Limits(retry=1030, retry_delay=parse_duration("0s"))
    run = bench.book(bench.task("a", "exit 1", limits=limits)).run("a", check=False)
    assert run["a"].attempts == 1031


@pytest.mark.parametrize("value", ["\ud800", "a\0b"])
def test_a_value_that_no_variable_can_hold_is_refused(bench: Bench, value: str) -> None:
    book = bench.book(bench.task("a", "true"))
    with pytest.raises(RequestError, match="the variable K cannot hold this value"):
        book.run("a", env={"K": value})
    assert book.run("a", env={"K": "\udcff"}).ok  # a byte that is no text


def test_a_value_in_a_task_that_no_variable_can_hold_fails_it_alone(bench: Bench) -> None:
    tasks = bench.task("a", "true", env=(("K", "\ud800"),)), bench.task("b", "echo b")
    run = bench.book(*tasks).run("a", "b", check=False)
    assert isinstance(run["a"].reason, NotStarted)
    assert run["b"].output == "b\n"


def test_a_timeout_stays_a_timeout_when_the_run_is_stopped_meanwhile(bench: Bench) -> None:
    bench.fifo("ready")
    # It ends when the other has been taken in, which is then what stops the run.
    last = "echo > ready; while kill -0 $(cat pid); do sleep 0.01; done; exit 1"
    slow = bench.task(
        "slow", f"trap '{last}' TERM; while :; do sleep 0.01; done", limits=bench.limits("300ms")
    )
    bad = bench.task("bad", "echo $$ > pid; read < ready; exit 1")
    run = bench.book(slow, bad).run("slow", "bad", fail_fast=True, check=False)
    assert isinstance(run["slow"].reason, TimedOut)
    assert run["slow"].outcome is Outcome.FAILED


def test_a_run_that_ends_at_once_ends_no_process_of_another_run(bench: Bench) -> None:
    away = "(setsid env -i sleep NAP > /dev/null 2>&1 &)"
    body = f"{away}; echo > ready; while ! [ -e go ]; do sleep 0.01; done"
    book = bench.book(bench.task("a", body), bench.task("b", ""))
    ready = bench.fifo("ready")
    first = book.run("a", background=True, check=False)
    bench.hear(ready)
    while [nap.name() for nap in bench.naps()] != ["sleep"]:  # it may be on its way there
        time.sleep(0.002)
    assert book.run("b").ok
    assert len(bench.naps()) == 1
    (bench.folder / "go").touch()
    first.wait()
    assert not bench.naps()


def test_a_kept_value_that_cannot_be_written_fails_its_task_alone(bench: Bench) -> None:
    (bench.folder / "in").touch()
    in_the_way = 'if [ -e out ]; then mkdir "$(find . -type d -name $SPRY_RUN)/a.captured"; fi'
    book = bench.book(
        bench.task("b", in_the_way),
        bench.task(
            "a", "touch out; echo 1", deps=("b",), inputs=("in",), outputs=("out",), capture="V"
        ),
        bench.task("c", "echo c", deps=("b",)),
    )
    assert book.run("a").ok
    run = book.run("a", "c", check=False)
    assert run["a"].reason == NotStarted("its output cannot be kept in V: Is a directory")
    assert run["c"].output == "c\n"
