"""What a Spryfile held is taken from memory while it and the program are as they were."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from task_strategies import books

from spry_jupyter import private
from spry_jupyter.model import Span, Task
from spry_jupyter.read import known
from spry_jupyter.read.book import read_book
from spry_jupyter.read.known import Reading
from spry_jupyter.runbook import Runbook

if TYPE_CHECKING:
    from pathlib import Path

READ = (
    "from spry_jupyter.read.book import read_book; "
    "print([task.name for task in read_book(['S.md']).tasks])"
)


@pytest.fixture(autouse=True)
def memory(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("memory")
    monkeypatch.setattr(private, "MEMORY", str(folder))
    return folder


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "S.md"
    path.write_text(
        "# Build\n\n```bash a --dep b --timeout 5s --pool p=2\necho 1\n```\n```sh b\n```\n"
    )
    return path


@given(tasks=books(), span=st.builds(Span, file=st.text(), line=st.integers(1), heading=st.text()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_recalled_are_the_tasks_that_were_remembered(tasks: list[Task], span: Span) -> None:
    placed = [
        Task(**{name: getattr(task, name) for name in Task.__slots__} | {"span": span})
        for task in tasks
    ]
    for held in (tasks, placed):
        known.remember(Reading(text="text", file="S.md", folder="/x", tasks=tuple(held)))
        assert known.recall("text", file="S.md", folder="/x") == held


def remember(text: str, *names: str, file: str = "S.md") -> None:
    tasks = tuple([Task(name=name) for name in names])
    known.remember(Reading(text=text, file=file, folder="/x", tasks=tasks))


def recall(text: str, *, file: str = "S.md", folder: str = "/x") -> list[str] | None:
    tasks = known.recall(text, file=file, folder=folder)
    return [task.name for task in tasks] if tasks is not None else None


def test_a_book_that_has_run_needs_no_parser(book: Path) -> None:
    code = f"import sys; sys.modules['markdown_it'] = None; {READ}"
    words = (
        [sys.executable, "-m", "spry_jupyter", "task", "b", "-f", "S.md"],
        [sys.executable, "-c", code],
    )
    for argv, said in zip(words, ("✓ b completed\n", "['a', 'b']\n"), strict=True):
        done = subprocess.run(argv, cwd=book.parent, capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == (said, "")


def test_a_run_keeps_what_was_read_and_reading_alone_does_not(book: Path, memory: Path) -> None:
    loaded = Runbook.load(book)
    assert not list(memory.iterdir())
    loaded.run("b")
    assert known.recall(book.read_text(), file=str(book), folder=str(book.parent)) == [
        *loaded.tasks
    ]


def test_reading_again_gives_the_same_book(book: Path) -> None:
    first = read_book([book])
    assert first.tasks[0].span == Span(file=str(book), line=3, heading="Build")
    for reading in first.readings:
        known.remember(reading)
    again = read_book([book])
    assert (again.tasks, again.readings) == (first.tasks, ())


@pytest.mark.parametrize("change", ["text", "place", "program"])
def test_nothing_is_recalled_after_a_change(
    book: Path, change: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = book.read_text()
    remember(text, "stale")
    assert recall(text) == ["stale"]
    if change == "program":
        for name in ("known.py", "flags.py"):
            (tmp_path / name).write_text("")
        monkeypatch.setattr(known, "__file__", str(tmp_path / "known.py"))
    text += "\n" if change == "text" else ""
    assert recall(text, folder="/y" if change == "place" else "/x") is None


def test_a_changed_book_is_read_as_it_is_now(book: Path) -> None:
    Runbook.load(book).run("b")
    book.write_text("```bash c\n```\n")
    assert [task.name for task in read_book([book]).tasks] == ["c"]


def test_what_is_suspect_in_a_book_that_has_run_is_still_told(book: Path) -> None:
    book.write_text("```bash a\n```\n\n    ```bash b --dep a\n    ```\n")
    Runbook.load(book).run("a")
    assert len(read_book([book]).suspects) == 1


def test_what_others_could_have_written_is_not_recalled(book: Path, memory: Path) -> None:
    text = book.read_text()
    remember(text, "a")
    folder = memory / f"spry-{os.getuid()}/books"
    folder.chmod(0o755)
    assert recall(text) is None
    remember(text, "b")  # nor is anything added
    folder.chmod(0o700)
    assert recall(text) == ["a"]
    [kept] = folder.iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    kept.write_bytes(b"\0")
    assert recall(text) is None


def test_only_so_many_books_are_remembered(memory: Path) -> None:
    for number in range(known._MOST + 3):
        remember("", file=f"{number}.md")
    assert len(list((memory / f"spry-{os.getuid()}/books").iterdir())) == known._MOST
    assert recall("", file=f"{known._MOST + 2}.md") == []


def test_where_there_is_no_memory_books_are_read_each_time(
    book: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(private, "MEMORY", str(tmp_path / "none"))
    for _ in range(2):
        assert Runbook.load(book).run("b").ok


def test_a_large_text_is_not_remembered(memory: Path) -> None:
    remember("x" * (known._LARGEST + 1))
    assert not list(memory.iterdir())
