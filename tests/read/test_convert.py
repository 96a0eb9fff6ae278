"""A Spryfile as a notebook, and back, keeps the tasks and the prose."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.errors import DefinedTwice, SpryError
from spry_jupyter.read.book import read_book
from spry_jupyter.read.convert import convert

if TYPE_CHECKING:
    from spry_jupyter.model import Task

SPRYFILE = """\
---
title: x
---

# Title

Some prose.

```bash a --dep b
x
```

An example:

```python
print(1)
```

```bash b
y
```

The end.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tasks_of(path: Path) -> list[Task]:
    return [replace(task, span=None, folder="") for task in read_book([path]).tasks]


def cells_of(text: str) -> list[tuple[str, str]]:
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def notebook(*cells: tuple[str, str]) -> str:
    listed = [{"cell_type": kind, "metadata": {}, "source": source} for kind, source in cells]
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def test_a_spryfile_becomes_cells_of_prose_and_tasks(folder: Path) -> None:
    (folder / "a.md").write_text(SPRYFILE)
    assert cells_of(convert("a.md")) == [
        ("code", "%load_ext spry_jupyter"),
        ("raw", "---\ntitle: x\n---"),
        ("markdown", "# Title\n\nSome prose."),
        ("code", "%%spry_task a --dep b\nx"),
        ("markdown", "An example:\n\n```python\nprint(1)\n```"),
        ("code", "%%spry_task b\ny"),
        ("markdown", "The end."),
    ]


def test_there_and_back_gives_the_same_spryfile(folder: Path) -> None:
    (folder / "a.md").write_text(SPRYFILE)
    (folder / "a.ipynb").write_text(convert("a.md"))
    assert convert("a.ipynb") == SPRYFILE


def test_tasks_in_lists_and_quotes_come_out_as_cells_with_the_prose_kept(folder: Path) -> None:
    (folder / "a.md").write_text(
        "1. First\n\n   ```bash a\n   x\n   ```\n\n   then\n2. ```bash b\n   y\n   ```\n"
        "> said\n> ```bash c\n> z\n> ```\n"
    )
    assert cells_of(convert("a.md"))[1:] == [
        ("markdown", "1. First"),
        ("code", "%%spry_task a\nx"),
        ("markdown", "   then\n2."),
        ("code", "%%spry_task b\ny"),
        ("markdown", "> said"),
        ("code", "%%spry_task c\nz"),
    ]


def test_a_notebook_becomes_prose_and_fences(folder: Path) -> None:
    (folder / "a.ipynb").write_text(
        notebook(
            ("code", "%load_ext spry_jupyter\n"),
            ("markdown", "# Title\n"),
            ("code", "import os\nos.getcwd()"),
            ("code", "%%spry_task a -l py\nx"),
            ("code", "y = 1\n%spry_task all --dep a\nz"),
            ("code", "%%bash\nls"),
            ("raw", "raw text"),
            ("code", ""),
        )
    )
    assert convert("a.ipynb") == (
        "# Title\n\n```python\nimport os\nos.getcwd()\n```\n\n```python a\nx\n```\n\n"
        "```python\ny = 1\n\nz\n```\n\n```bash all --dep a\n```\n\n"
        "```python\n%%bash\nls\n```\n\n```text\nraw text\n```\n"
    )


@pytest.mark.parametrize(
    "prose",
    [
        "```bash no\nx\n```",
        "- ```bash no\n  x\n  ```",
        "```\nnever closed",
        "<!-- never closed",
        "<script>",
        "text\n<?php",
        "> " * 200 + "deep",
        "```bash a b c\n```",
    ],
)
def test_prose_that_would_define_or_swallow_tasks_is_put_into_a_fence(
    folder: Path, prose: str
) -> None:
    (folder / "a.ipynb").write_text(
        notebook(("markdown", prose), ("code", "%%spry_task a\nx"), ("markdown", "-->\n```"))
    )
    text = convert("a.ipynb")
    assert prose in text
    (folder / "b.md").write_text(text)
    assert [task.name for task in tasks_of(folder / "b.md")] == ["a"]


def test_what_no_text_file_can_hold_is_replaced(folder: Path) -> None:
    (folder / "a.ipynb").write_text(notebook(("markdown", "a\0b\ud800c")))
    assert convert("a.ipynb") == "a\ufffdb?c\n"


def test_a_file_at_fault_is_not_converted(folder: Path) -> None:
    (folder / "a.md").write_text("```bash a\n```\n```bash a\n```\n")
    with pytest.raises(DefinedTwice):
        convert("a.md")


PROSE = st.lists(
    st.sampled_from(
        ["text", "", "- item", "  more", "> quote", "---", "<!--", "-->", "<div>", "```", "~~~",
         "```bash no", "    code", "1. x", "# T", "...", "| a |", "[x]: y", "\t", "<pre>", "x: 1"]
    ),
    max_size=6,
).map("\n".join)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(["markdown", "raw", "code"]), PROSE), max_size=6))
def test_the_tasks_of_any_notebook_survive_there_and_back(cells: list[tuple[str, str]]) -> None:
    made: list[tuple[str, str]] = []
    for place, cell in enumerate(cells):
        made += [cell, ("code", f"%%spry_task t{place}\nx\n```\n<!--")]
    with TemporaryDirectory() as folder:
        first, second, third = (Path(folder, name) for name in ("a.ipynb", "b.md", "c.ipynb"))
        first.write_text(notebook(*made))
        second.write_text(convert(str(first)))
        third.write_text(convert(str(second)))
        assert tasks_of(first) == tasks_of(second) == tasks_of(third)


@given(PROSE, PROSE, PROSE)
def test_the_tasks_of_any_spryfile_survive_there_and_back(one: str, two: str, three: str) -> None:
    with TemporaryDirectory() as folder:
        first, second, third = (Path(folder, name) for name in ("a.md", "b.ipynb", "c.md"))
        first.write_text(f"{one}\n```bash a\nx\n```\n{two}\n- ```bash b\n  y\n  ```\n{three}")
        try:
            tasks = tasks_of(first)
        except SpryError:
            return
        second.write_text(convert(str(first)))
        third.write_text(convert(str(second)))
        assert tasks == tasks_of(second) == tasks_of(third)
