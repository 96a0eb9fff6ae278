"""No interrupt is lost between the start of a run and the waiting for it."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest

from spry_jupyter.errors import Interrupted, RunInterrupted
from spry_jupyter.interrupts import Interrupts, interrupts_raise
from spry_jupyter.model import Task
from spry_jupyter.run.launch import RunOptions
from spry_jupyter.runbook import Runbook

if TYPE_CHECKING:
    from pathlib import Path

    from spry_jupyter.results import Run


class Fake:
    """Counts how often it is stopped."""

    def __init__(self) -> None:
        self.stops = 0
        self.unheard = 0

    def interrupt(self) -> None:
        self.stops += 1


def test_interrupts_that_come_before_there_is_a_run_are_kept_for_it() -> None:
    run = Fake()
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert run.stops == 0
        interrupts.go_to(run)
        assert run.stops == 2
        signal.raise_signal(signal.SIGINT)
        assert run.stops == 3


def test_an_interrupt_that_comes_as_they_are_taken_over_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take_over = signal.signal

    def at_once(number: int, handler: Any) -> Any:
        before = take_over(number, handler)
        monkeypatch.undo()
        signal.raise_signal(number)
        return before

    run = Fake()
    monkeypatch.setattr(signal, "signal", at_once)
    with Interrupts() as interrupts:
        interrupts.go_to(run)
    assert run.stops == 1


def test_an_interrupt_that_no_run_took_is_raised_at_the_end_and_shown_in_one_line() -> None:
    with pytest.raises(Interrupted) as raised, Interrupts():
        signal.raise_signal(signal.SIGINT)
    assert isinstance(raised.value, KeyboardInterrupt)
    assert raised.value._render_traceback_() == ["Interrupted"]


def test_an_interrupt_that_a_run_had_no_use_for_is_raised_at_the_end() -> None:
    run = Fake()
    run.unheard = 1
    with pytest.raises(Interrupted), Interrupts() as interrupts:
        interrupts.go_to(run)


def interrupt(*_: object) -> None:
    signal.raise_signal(signal.SIGINT)


def test_an_interrupt_that_comes_as_the_end_is_heard_of_is_not_lost(tmp_path: Path) -> None:
    book = Runbook([Task(name="a", body="true")], folder=tmp_path)
    run = book.start(["a"], RunOptions(), ended=interrupt)
    with pytest.raises(RunInterrupted):
        run.wait()


def test_an_interrupt_that_comes_as_the_end_is_shown_is_not_lost(tmp_path: Path) -> None:
    book = Runbook([Task(name="a", body="true")], folder=tmp_path)
    run = book.start(["a"], RunOptions(), show=Interrupting())
    with pytest.raises(RunInterrupted):
        run.wait()


class Interrupting:
    """Shows nothing, and interrupts when it is closed."""

    def begin(self, closure: object) -> None: ...

    def update(self, view: object, events: object) -> None: ...

    def tick(self, view: object) -> None: ...

    def close(self, view: object) -> None:
        interrupt()


def test_an_error_of_the_block_goes_before_an_interrupt() -> None:
    with pytest.raises(ZeroDivisionError), Interrupts():
        _interrupt_and_fail()


def _interrupt_and_fail() -> None:
    signal.raise_signal(signal.SIGINT)
    raise ZeroDivisionError


def test_the_one_who_heard_interrupts_before_hears_them_again_after() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupts(Fake()), Interrupts(Fake()):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_while_a_question_is_open_an_interrupt_is_raised_there() -> None:
    run = Fake()
    with Interrupts(run):
        with pytest.raises(KeyboardInterrupt), interrupts_raise():
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
    assert run.stops == 1


def test_in_another_thread_than_the_main_one_nothing_is_heard_and_nothing_fails() -> None:
    before = signal.getsignal(signal.SIGINT)
    heard: list[object] = []

    def act() -> None:
        with Interrupts(Fake()), interrupts_raise():
            heard.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=act)
    thread.start()
    thread.join()
    assert heard == [before]


def test_blocks_that_end_in_the_order_of_their_beginning_leave_who_heard_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    one, other = Fake(), Fake()
    first, second = Interrupts(one), Interrupts(other)
    with first:
        second.__enter__()
        signal.raise_signal(signal.SIGINT)
    assert (one.stops, other.stops) == (1, 1)
    second.__exit__(None, None, None)
    heard = signal.getsignal(signal.SIGINT)
    assert heard == before or callable(heard)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)
    assert (one.stops, other.stops) == (1, 1)


def test_an_interrupt_while_a_background_run_starts_stops_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Runbook.start
    runs: list[Run] = []

    def begin(*given: Any, **more: Any) -> Run:
        runs.append(start(*given, **more))
        signal.raise_signal(signal.SIGINT)
        return runs[0]

    monkeypatch.setattr(Runbook, "start", begin)
    book = Runbook([Task(name="a", body="sleep 1000")], folder=tmp_path)
    with pytest.raises(RunInterrupted):
        book.run("a", background=True)
    assert runs[0].done
