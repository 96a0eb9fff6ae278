"""Errors are data: they can be sent to another process and are the same there."""

from __future__ import annotations

import copy
import multiprocessing
import pickle

import pytest

from spry_jupyter.errors import (
    CycleError,
    DefinedTwice,
    GraphFaults,
    RequestError,
    RunFailed,
    SpryError,
    UnknownTask,
)
from spry_jupyter.model import Span, Task
from spry_jupyter.runbook import Runbook

PLACE = Span(file="Spryfile.md", line=3)
ERRORS: list[SpryError] = [
    RequestError("It cannot be done", note="do another thing"),
    UnknownTask("x", needed_by="y", span=PLACE),
    UnknownTask("x", near="y"),
    CycleError(["a", "b", "a"], span=PLACE),
    DefinedTwice("x", span=PLACE, first=Span(file="Spryfile.md", line=1)),
    GraphFaults([UnknownTask("x", note="a way out"), CycleError(["a", "a"])]),
    RunFailed('Task "x" failed with exit code 1', run=None),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_is_the_same_when_it_is_read_again(error: SpryError) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert again.args == error.args
        assert again.__dict__.keys() == error.__dict__.keys()


def run_what_is_not_there(name: str) -> None:
    Runbook([Task(name="build")]).run(name)


def test_an_error_in_a_pool_of_processes_reaches_who_waits_for_it() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        result = pool.map_async(run_what_is_not_there, ["biuld"])
        with pytest.raises(GraphFaults, match=r'"biuld" not found .did you mean "build"'):
            result.get(timeout=30)
