"""What a run says of itself."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from spry_jupyter.errors import RequestError
from spry_jupyter.read.export import export
from spry_jupyter.record import retention
from spry_jupyter.record.folder import books
from spry_jupyter.record.history import habits
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


def test_a_run_answers_while_another_thread_waits_for_it(bench: Bench) -> None:
    go = bench.fifo("go")
    run = bench.book(bench.task("a", "read -r x < go")).run("a", background=True)
    waiter = threading.Thread(target=run.wait)
    waiter.start()
    while run._turn.acquire(blocking=False):
        run._turn.release()
    said: list[bool] = []
    asker = threading.Thread(target=lambda: said.append(run.done))
    asker.start()
    asker.join(20)
    answered = list(said)
    go.write_text("\n")
    waiter.join()
    asker.join()
    assert answered == [False]
    assert run.ok


def test_the_way_to_a_file_is_no_change_of_its_tasks(tmp_path: Path) -> None:
    (tmp_path / "ops").mkdir()
    file = tmp_path / "Spryfile.md"
    file.write_text("```bash a\necho >> ran\n```\n", encoding="utf-8")
    Runbook.load(file).run()
    Runbook.load(tmp_path / "ops" / ".." / file.name).run(resume=True)
    assert (tmp_path / "ran").read_text() == "\n"


def test_a_target_is_composed_as_names_are(bench: Bench) -> None:
    name = "caf\u00e9"
    assert bench.book(bench.task(name, "true")).run("cafe\u0301").ok


def test_a_record_that_holds_what_nobody_wrote_is_refused_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "Spryfile.md"
    file.write_text("```bash a\n```\n", encoding="utf-8")
    Runbook.load(file).run()
    with closing(sqlite3.connect(tmp_path / ".spry/record.db")) as database:
        database.execute("update task set outcome = 'odd'")
        database.commit()
    with pytest.raises(RequestError, match=r"record\.db cannot be read"):
        habits(books([str(file)]), 5)


@pytest.mark.skipif(os.getuid() != 0, reason="nothing can be given to another user")
def test_runs_beside_the_folder_of_another_user_are_kept_elsewhere_with_a_warning(
    bench: Bench,
) -> None:
    kept = bench.folder / ".spry"
    kept.mkdir()
    os.chown(kept, 12345, 12345)
    run = bench.book(bench.task("a", "true")).run("a")
    assert run.ok
    (warning,) = run.view.warnings
    assert warning.startswith(f"{kept} cannot be written (it is another user's): logs go to /")
    assert list(kept.iterdir()) == []


def test_tasks_saved_in_another_folder_do_what_they_did(tmp_path: Path) -> None:
    ops = tmp_path / "ops"
    (ops / "sub").mkdir(parents=True)
    (ops / "vars.env").write_text("V=7\n", encoding="utf-8")
    text = "```bash a --dotenv vars.env\npwd; echo $V\n```\n```bash b --cwd sub\npwd\n```\n"
    (ops / "Spryfile.md").write_text(text, encoding="utf-8")
    export([str(ops / "Spryfile.md")], str(tmp_path / "two.md"))
    run = Runbook.load(tmp_path / "two.md").run()
    assert run["a"].output == f"{ops}\n7\n"
    assert run["b"].output == f"{ops}/sub\n"
