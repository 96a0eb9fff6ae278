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
from spry_jupyter.errors import TaskSyntaxError
from spry_jupyter.model import Span, Task
from spry_jupyter.read import known
from spry_jupyter.read.book import read_book

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
        known.remember("text", held, file="S.md", folder="/x")
        assert known.recall("text", file="S.md", folder="/x") == held


@pytest.mark.usefixtures("book")
def test_a_book_that_was_read_before_needs_no_parser(tmp_path: Path) -> None:
    for code in (READ, f"import sys; sys.modules['markdown_it'] = None; {READ}"):
        argv = [sys.executable, "-c", code]  # other processes, so it is the real memory
        said = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (said.stdout, said.stderr) == ("['a', 'b']\n", "")


def test_reading_again_gives_the_same_book(book: Path) -> None:
    first = read_book([book])
    assert first.tasks[0].span == Span(file=str(book), line=3, heading="Build")
    assert read_book([book]) == first


@pytest.mark.parametrize("change", ["text", "place", "program"])
def test_nothing_is_recalled_after_a_change(
    book: Path, change: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = book.read_text()
    known.remember(text, [Task(name="stale")], file="S.md", folder="/x")
    assert known.recall(text, file="S.md", folder="/x") == [Task(name="stale")]
    if change == "program":
        for name in ("known.py", "flags.py"):
            (tmp_path / name).write_text("")
        monkeypatch.setattr(known, "__file__", str(tmp_path / "known.py"))
    text += "\n" if change == "text" else ""
    assert known.recall(text, file="S.md", folder="/y" if change == "place" else "/x") is None


def test_a_changed_book_is_read_as_it_is_now(book: Path) -> None:
    read_book([book])
    book.write_text("```bash c\n```\n")
    assert [task.name for task in read_book([book]).tasks] == ["c"]


def test_a_book_with_a_fault_or_something_suspect_is_read_each_time(book: Path) -> None:
    for _ in range(2):
        book.write_text("```bash a --tiemout 5s\n```\n")
        with pytest.raises(TaskSyntaxError, match="--timeout"):
            read_book([book])
        book.write_text("```bash a\n```\n\n    ```bash b --dep a\n    ```\n")
        assert len(read_book([book]).suspects) == 1


def test_what_others_could_have_written_is_not_recalled(book: Path, memory: Path) -> None:
    text = book.read_text()
    known.remember(text, [Task(name="a")], file="S.md", folder="/x")
    folder = memory / f"spry-{os.getuid()}/books"
    folder.chmod(0o755)
    assert known.recall(text, file="S.md", folder="/x") is None
    known.remember(text, [Task(name="b")], file="S.md", folder="/x")  # nor is anything added
    folder.chmod(0o700)
    assert known.recall(text, file="S.md", folder="/x") == [Task(name="a")]
    [kept] = folder.iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    kept.write_bytes(b"\0")
    assert known.recall(text, file="S.md", folder="/x") is None


def test_only_so_many_books_are_remembered(memory: Path) -> None:
    for number in range(known._MOST + 3):
        known.remember("", [], file=f"{number}.md", folder="/x")
    assert len(list((memory / f"spry-{os.getuid()}/books").iterdir())) == known._MOST
    assert known.recall("", file=f"{known._MOST + 2}.md", folder="/x") == []


def test_where_there_is_no_memory_books_are_read_each_time(
    book: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(private, "MEMORY", str(tmp_path / "none"))
    for _ in range(2):
        assert [task.name for task in read_book([book]).tasks] == ["a", "b"]


def test_a_large_text_is_not_remembered(memory: Path) -> None:
    known.remember("x" * (known._LARGEST + 1), [], file="S.md", folder="/x")
    assert not list(memory.iterdir())
