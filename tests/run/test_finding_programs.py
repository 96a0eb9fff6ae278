"""Where the program of a task is looked for."""

from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from spry_jupyter.run.executor import Attempt
from spry_jupyter.run.spawn import why_not

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Bench


def tool(folder: Path, says: str, name: str = "tool") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho {says}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize("name", ["tool", "bash"])
def test_a_program_that_has_moved_is_found_where_it_is_now(bench: Bench, name: str) -> None:
    one, two = bench.folder / "one", bench.folder / "two"
    path = f"{one}:{two}:{os.environ['PATH']}"
    book = bench.book(bench.task("a", "x", lang=name, env=(("PATH", path),)))
    tool(two, "two", name)
    assert book.run("a")["a"].output == "two\n"
    tool(one, "one", name)
    assert book.run("a")["a"].output == "one\n"
    shutil.rmtree(one)
    assert book.run("a")["a"].output == "two\n"


def test_a_relative_folder_on_the_path_counts_from_where_the_task_runs(bench: Bench) -> None:
    tool(bench.folder / "there" / "bin", "there")
    path = f"bin:{os.environ['PATH']}"
    fields = {"lang": "tool", "env": (("PATH", path),), "cwd": "there"}
    assert bench.book(bench.task("a", "x", **fields)).run("a")["a"].output == "there\n"


def test_a_folder_that_cannot_be_entered_is_called_that(tmp_path: Path) -> None:
    cwd = str(tmp_path)
    attempt = Attempt(id=1, argv=(b"sh",), env={}, cwd=cwd, script="", body=b"", log="")
    why = why_not(PermissionError(errno.EACCES, "Permission denied", cwd), attempt)
    assert why == f"the working directory {cwd} cannot be entered: Permission denied"
