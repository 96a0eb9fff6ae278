"""What a run says of itself."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from spry_jupyter.errors import RequestError
from spry_jupyter.record import retention
from spry_jupyter.results import Run
from spry_jupyter.runbook import Runbook

if TYPE_CHECKING:
    from conftest import Bench


def test_a_run_that_nothing_was_heard_of_says_what_is_to_do(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Run, "poll", lambda _: None)
    run = bench.book(bench.task("a", "true")).run("a", background=True)
    assert repr(run) == f"<Run {run.id} running: 1 to go in 0ms>"
    assert repr(run.wait()).startswith(f"<Run {run.id} succeeded: 1 completed in ")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"jobs": -1}, "-1 is not a number of tasks, 0 or more"),
        ({"jobs": "4"}, "'4' is not a number of tasks, 0 or more"),
        ({"env": {"1A": "x"}}, '"1A" is not the name of a variable'),
        ({"env": ["A-B=x"]}, '"A-B" is not the name of a variable'),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_before_anything_runs(
    bench: Bench, options: dict[str, object], sentence: str
) -> None:
    book = bench.book(bench.task("a", "echo > ran"))
    with pytest.raises(RequestError) as raised:
        book.run("a", **options)  # type: ignore[arg-type]
    assert str(raised.value) == f"Error: {sentence}"
    assert not (bench.folder / "ran").exists()


def test_variables_are_given_as_a_mapping_or_as_texts(bench: Bench) -> None:
    book = bench.book(bench.task("a", "echo $A$B"))
    for env in ({"A": "1", "B": "2"}, ["A=1", "B=2"], "A=12"):
        assert book.run("a", env=env)["a"].output == "12\n"


def test_several_files_are_loaded_one_by_one_or_as_a_list(tmp_path: Path) -> None:
    files = [tmp_path / "a.md", tmp_path / "b.md"]
    for file in files:
        file.write_text(f"```bash {file.stem}\n```\n", encoding="utf-8")
    for book in (Runbook.load(*files), Runbook.load(files)):
        assert [task.name for task in book.tasks] == ["a", "b"]


def test_a_run_is_held_while_it_goes_on_and_leaves_its_size(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_YOUNG", -10.0)  # only the lock counts
    begun, go = bench.fifo("begun"), bench.fifo("go")
    book = bench.book(bench.task("a", "echo said; echo > begun; cat go"))
    run = book.run("a", background=True)
    folder = Path(run.view.folder)
    bench.hear(begun)
    assert retention.goes_on(str(folder))
    go.write_text("")
    run.wait()
    assert not retention.goes_on(str(folder))
    assert (folder / ".size").read_text() == "5"


def test_a_time_limit_around_an_awaited_run_stops_it_and_says_so(bench: Bench) -> None:
    async def wait(run: Run) -> None:
        await asyncio.wait_for(run, 0.01)

    run = bench.book(bench.task("a", "sleep NAP")).run("a", background=True)
    with pytest.raises(TimeoutError):
        asyncio.run(wait(run))
    assert run.done
    assert run.interrupted
