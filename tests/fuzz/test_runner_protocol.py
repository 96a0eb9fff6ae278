"""Whatever bytes reach the runner: it goes on or it ends, and either way nothing of it is left."""

from __future__ import annotations

import os
import select
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from fifos import PATIENCE, hear, make_fifo
from hypothesis import given
from hypothesis import strategies as st
from sleepers import own_nap, sleepers
from texts import tries

from spry_jupyter.model import RunEnded, Task
from spry_jupyter.plan.closure import resolve
from spry_jupyter.plan.graph import Graph
from spry_jupyter.run.boot import Boot
from spry_jupyter.run.request import RunRequest, pack_request
from spry_jupyter.run.wire import Frames, frame, unpack, write_all


def asked(folder: Path, body: str) -> RunRequest:
    return RunRequest(
        id=f"run-{os.urandom(4).hex()}",
        folder=str(folder),
        closure=resolve(Graph.of([Task(name="a", body=body)])),
        jobs=1,
        fail_fast=False,
        environment=dict(os.environb),
        values={},
        python=sys.executable,
        ties={},
        homes=("",),
        cwd=str(folder),
    )


MESSAGES = st.one_of(
    st.tuples(st.just("cancel"), st.text(max_size=4), st.none() | st.text(max_size=4)),
    st.tuples(st.just("confirm"), st.text(max_size=4), st.text(max_size=4), st.booleans()),
    st.tuples(st.sampled_from(["cancel", "confirm", "nothing"]), st.integers()),
    st.lists(st.integers(), max_size=3).map(tuple),
    st.none(),
)
BROKEN = st.one_of(
    st.tuples(st.just("run"), st.integers() | st.just(())).map(frame),
    st.binary(min_size=5, max_size=60),
    st.binary(min_size=1, max_size=20).map(lambda data: len(data).to_bytes(4, "big") + data),
)


def started(runner: Boot, folder: Path, nap: str) -> None:
    """Have the runner run a task that sleeps, and wait until it does."""
    fifo = make_fifo(folder, "ready")
    request = asked(
        folder, f"sleep {nap} & until grep -q sleep /proc/$!/comm; do :; done; echo > ready; wait"
    )
    write_all(runner.stdin, frame(("run", pack_request(request))))
    assert hear(fifo)


def ended(runner: Boot) -> None:
    """Hang up, and wait for its end."""
    os.close(runner.stdin)
    while True:
        ready, _, _ = select.select([runner.stdout], [], [], PATIENCE)
        assert ready, "the runner does not end"
        if not os.read(runner.stdout, 65536):
            break
    os.close(runner.stdout)
    os.waitpid(runner.pid, 0)


@tries(0.05)
@given(st.lists(MESSAGES, max_size=5))
def test_a_message_that_means_nothing_changes_nothing(messages: list[object]) -> None:
    with TemporaryDirectory() as name:
        runner, request = Boot(), asked(Path(name), "echo hello")
        for message in [*messages, ("run", pack_request(request))]:
            write_all(runner.stdin, frame(message))
        frames, told = Frames(), list[object]()
        while not told or not isinstance(told[-1], RunEnded):
            ready, _, _ = select.select([runner.stdout], [], [], PATIENCE)
            assert ready
            data = os.read(runner.stdout, 65536)
            assert data, "the runner is gone"
            told += [unpack(event) for _, batch in frames.feed(data) for event in batch]
        assert told[-1].ok
        assert (Path(name) / "a.log").read_text() == "hello\n"
        ended(runner)


@tries(0.05)
@given(BROKEN)
def test_bytes_that_are_no_message_leave_no_process(data: bytes) -> None:
    with TemporaryDirectory() as name:
        nap, runner = own_nap(), Boot()
        started(runner, Path(name), nap)
        assert sleepers(nap)
        with suppress(BrokenPipeError):
            write_all(runner.stdin, data)
        ended(runner)
        assert sleepers(nap) == []
        assert not psutil.pid_exists(runner.pid)
