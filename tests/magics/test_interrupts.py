"""No interrupt is lost between the start of a run and the waiting for it."""

from __future__ import annotations

import signal
import threading

import pytest

from spry_jupyter.interrupts import Interrupts, interrupts_raise


class Fake:
    """Counts how often it is stopped."""

    def __init__(self) -> None:
        self.stops = 0

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


def test_an_interrupt_that_no_run_took_is_raised_at_the_end() -> None:
    with pytest.raises(KeyboardInterrupt), Interrupts():
        signal.raise_signal(signal.SIGINT)


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
