"""What a run says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.results import Run

if TYPE_CHECKING:
    import pytest
    from conftest import Bench


def test_a_run_that_nothing_was_heard_of_says_what_is_to_do(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Run, "poll", lambda _: None)
    run = bench.book(bench.task("a", "true")).run("a", background=True)
    assert repr(run) == f"<Run {run.id} running: 1 to go in 0ms>"
    assert repr(run.wait()).startswith(f"<Run {run.id} succeeded: 1 completed in ")
