"""Which heading a task stands below."""

from __future__ import annotations

import json

import pytest

from spry_jupyter.read.headings import last_heading, plain
from spry_jupyter.read.notebook import read_notebook
from spry_jupyter.read.spryfile import read_spryfile

SPRYFILE = """\
```bash first
true
```
# The *whole* `thing` #

```bash a
# no heading
```

Build
-----
prose
```bash b
true
```
> ### [Test](https://example.org) it
> ```bash c
> true
> ```
#no-heading
```bash d
true
```
"""


def test_a_task_of_a_spryfile_knows_the_nearest_heading_above_it() -> None:
    found = read_spryfile(SPRYFILE)
    assert {task.name: task.span.heading for task in found.tasks if task.span} == {
        "first": "",
        "a": "The whole thing",
        "b": "Build",
        "c": "Test it",
        "d": "Test it",
    }


def test_a_task_of_a_notebook_knows_the_nearest_heading_above_its_cell() -> None:
    def cell(kind: str, source: str) -> dict[str, object]:
        return {"cell_type": kind, "source": source, "metadata": {}}

    cells = [
        cell("markdown", "# One\n\n## Two"),
        cell("code", "%%spry_task a\ntrue"),
        cell("markdown", "prose\n```bash\n# no heading\n```"),
        cell("code", "# no heading\n%spry_task b --dep a"),
        cell("markdown", "## Three ##\nprose"),
        cell("code", "%%spry_task c\ntrue"),
    ]
    found = read_notebook(json.dumps({"cells": cells, "nbformat": 4}))
    assert [task.span.heading for task in found.tasks if task.span] == ["Two", "Two", "Three"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("~~~\n# no\n```\n# no\n~~~\n# yes", "yes"),
        ("    # no", "before"),
        ("#", "before"),
        ("# snake_case and __bold__", "snake_case and bold"),
    ],
)
def test_a_heading_is_told_from_what_looks_like_one(text: str, said: str) -> None:
    assert last_heading(text, "before") == said


def test_a_heading_loses_its_marks_and_keeps_its_words() -> None:
    assert plain("![logo](a.png) *a* `b_c` **d** [e f](g)") == "logo a b_c d e f"
