"""Files become one book, or are refused with every reason at once."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from spry_jupyter.errors import DefinedTwice, Faults, SourceError, SpryError, TaskSyntaxError
from spry_jupyter.model import Task
from spry_jupyter.read.book import read_book
from spry_jupyter.read.write import write_notebook

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def fences(*names: str) -> str:
    return "".join(f"```bash {name}\n```\n\n" for name in names)


def refusal(*paths: str) -> str:
    with pytest.raises(SpryError) as caught:
        read_book(paths)
    return str(caught.value)


def test_the_tasks_of_several_files_are_one_book_in_order(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "Spryfile.md").write_text(fences("b", "a"))
    (tmp_path / "sub/more.ipynb").write_text(write_notebook([Task(name="c")]))
    book = read_book(["Spryfile.md", tmp_path / "sub/more.ipynb"])
    assert [(task.name, task.folder) for task in book.tasks] == [
        ("b", str(tmp_path)),
        ("a", str(tmp_path)),
        ("c", str(tmp_path / "sub")),
    ]
    assert [str(task.span) for task in book.tasks] == [
        "Spryfile.md:1",
        "Spryfile.md:4",
        f"{tmp_path}/sub/more.ipynb, cell 2",
    ]
    assert book.folder == str(tmp_path)


def test_no_file_is_an_empty_book_of_the_current_directory(tmp_path: Path) -> None:
    book = read_book([])
    assert (book.tasks, book.folder) == ((), str(tmp_path))


def test_the_suspects_of_all_files_are_kept(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("```bash --dep x\n```\n")
    assert [str(suspect.span) for suspect in read_book(["a.md", "b.md"]).suspects] == [
        "a.md:1",
        "b.md:1",
    ]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(fences("a"))
    book = read_book(["a.md", "./a.md", tmp_path / "a.md"])
    assert [str(task.span) for task in book.tasks] == ["a.md:1"]


def test_a_name_in_two_places_is_a_fault_that_tells_both(tmp_path: Path) -> None:
    (tmp_path / "Spryfile.md").write_text(fences("x", "y") + fences("x"))
    with pytest.raises(DefinedTwice):
        read_book(["Spryfile.md"])
    assert refusal("Spryfile.md") == (
        'Error: Task "x" is defined twice\n  at Spryfile.md:7, first at Spryfile.md:1'
    )


def test_a_name_in_two_cells_is_a_fault_that_tells_both(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text(write_notebook([Task(name="x"), Task(name="x", body="y")]))
    assert refusal("n.ipynb") == (
        'Error: Task "x" is defined twice\n  at n.ipynb, cell 3, first at n.ipynb, cell 2'
    )


def test_a_name_in_two_files_is_a_fault_that_tells_both(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(fences("x"))
    (tmp_path / "b.md").write_text(fences("y", "x"))
    assert refusal("a.md", "b.md") == (
        'Error: Task "x" is defined twice\n  at b.md:4, first at a.md:1'
    )


def test_the_faults_of_all_files_are_reported_together(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(fences("x", "x y", "x", "--dpe a b"))
    (tmp_path / "b.md").write_text(fences("x"))
    with pytest.raises(Faults) as caught:
        read_book(["a.md", "gone.md", "b.md"])
    assert str(caught.value) == (
        'Error: Unexpected word "y" after the name "x" (a text with spaces needs quotes)\n'
        "  at a.md:4\n"
        'Error: Unknown flag "--dpe" (did you mean "--dep"?)\n  at a.md:10\n'
        "Error: gone.md does not exist\n"
        'Error: Task "x" is defined twice\n  at a.md:7, first at a.md:1\n'
        'Error: Task "x" is defined twice\n  at b.md:1, first at a.md:1'
    )


def test_a_single_fault_is_raised_itself(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(fences("x y"))
    with pytest.raises(TaskSyntaxError):
        read_book(["a.md"])


def test_a_missing_file_is_named_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "build.md").write_text("")
    assert refusal("Spryfile.md") == (
        "Error: Spryfile.md does not exist\n  name another file with -f FILE"
    )
    assert refusal("biuld.md") == "Error: biuld.md does not exist\n  did you mean build.md?"
    assert refusal("none/x.md") == "Error: none/x.md does not exist"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.md").mkdir()
    assert refusal("d.md") == "Error: d.md is a folder; name a file in it"


def test_a_fifo_is_refused_without_waiting_for_its_writer() -> None:
    os.mkfifo("pipe.md")
    assert refusal("pipe.md") == "Error: pipe.md is not a regular file"


def test_devices_and_sockets_are_refused() -> None:
    assert refusal("/dev/zero") == "Error: /dev/zero is not a regular file"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.md")
        assert refusal("socket.md") == "Error: socket.md is not a regular file"


def test_a_file_of_more_than_64_mib_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "big.md").open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    assert refusal("big.md") == "Error: big.md is larger than 64 MiB"


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"x\ny\0")
    assert refusal("a.md") == "Error: a.md is a binary file: a NUL byte stands in line 2"


def test_a_file_that_is_not_utf_8_is_refused_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"x\n\xe9\n")
    assert refusal("a.md") == "Error: a.md is not UTF-8: byte 0xe9 in line 2"


def test_a_path_that_no_file_can_have_is_refused() -> None:
    assert refusal("a\0b") == "Error: a\0b cannot be read: embedded null byte"
    assert refusal("x" * 300).endswith("cannot be read: File name too long")
    with pytest.raises(SourceError):
        read_book([""])
