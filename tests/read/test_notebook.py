"""The tasks of a notebook file are those its cells would register."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from spry_jupyter.errors import SourceError, SpryError
from spry_jupyter.model import Span
from spry_jupyter.read.body import normal_body
from spry_jupyter.read.notebook import read_notebook, task_texts

if TYPE_CHECKING:
    from spry_jupyter.read.findings import Findings


def notebook(*cells: str | tuple[str, str]) -> str:
    made = [("code", cell) if isinstance(cell, str) else cell for cell in cells]
    listed = [{"cell_type": kind, "metadata": {}, "source": source} for kind, source in made]
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def read(*cells: str | tuple[str, str]) -> Findings:
    return read_notebook(notebook(*cells), file="n.ipynb")


def places(found: Findings) -> dict[str, tuple[int | None, int]]:
    assert not found.faults
    return {task.name: (task.span.cell, task.span.line) for task in found.tasks if task.span}


def test_a_cell_magic_is_a_task_with_its_place_among_all_cells() -> None:
    found = read(("markdown", "%%spry_task no"), "%%spry_task a --dep b -l py\nx\n\ny", "z")
    (task,) = found.tasks
    assert (task.name, task.deps, task.lang, task.body) == ("a", ("b",), "python", "x\n\ny")
    assert task.span == Span(file="n.ipynb", line=1, cell=2)


@pytest.mark.parametrize(
    ("source", "body", "line"),
    [
        ("%%spry_task a\nx", "x", 1),
        ("%%spry_task a\nx\n", "x", 1),
        ("%%spry_task a\nx\n\n", "x\n", 1),
        ("\n \n%%spry_task a\nx", "x", 3),
        ("  %%spry_task a\n  x\n    y\nz", "x\n  y\nz", 1),
        ("%%spry_task\ta\nx", "x", 1),
        ("%%spry_task a\r\nx\r\n", "x", 1),
        ("%%spry_task a", "", 1),
        ("%%spry_task a --run\nx", "x", 1),
        ("%%spry_task a\n%spry_task b\n%%spry_task c", "%spry_task b\n%%spry_task c", 1),
    ],
)
def test_the_body_is_what_the_kernel_would_hand_over(source: str, body: str, line: int) -> None:
    found = read(source)
    assert [task.body for task in found.tasks] == [body]
    assert places(found) == {"a": (1, line)}


def test_line_magics_of_a_cell_are_groups() -> None:
    found = read("x = 1\n%spry_task a --dep b\n  %spry_task c \\\n  --dep d\n%spry_task e # no")
    assert [(task.name, task.deps, task.body) for task in found.tasks] == [
        ("a", ("b",), ""),
        ("c", ("d",), ""),
    ]
    assert [str(fault) for fault in found.faults] == [
        (
            'Error: Unexpected word "#" after the name "e" (a text with spaces needs quotes)\n'
            "  at n.ipynb, cell 1"
        )
    ]
    found.faults.clear()
    assert places(found) == {"a": (1, 2), "c": (1, 3)}


@pytest.mark.parametrize(
    "source",
    [
        '"""\n%spry_task a\n"""',
        "'''\n%spry_task a\n'''",
        "# %spry_task a",
        "x = '%spry_task a'",
        "%%bash\n%spry_task a",
        "%%spry_tasks a\nx",
        "%spry_tasks a",
        "%spry_run a",
        "x %spry_task a",
    ],
)
def test_what_ipython_would_not_take_for_the_magic_is_no_task(source: str) -> None:
    found = read(source)
    assert (found.tasks, found.faults, found.suspects) == ([], [], [])


def test_an_apostrophe_in_a_shell_line_hides_no_magic_after_it() -> None:
    assert places(read("!echo it's\n%spry_task a\n!echo it's")) == {"a": (1, 2)}


@pytest.mark.parametrize("source", ["%%spry_task\nx", "%%spry_task --dep a\nx", "%spry_task"])
def test_a_magic_without_a_name_is_a_fault(source: str) -> None:
    (fault,) = read("1", source).faults
    assert str(fault) == "Error: A task needs a name\n  at n.ipynb, cell 2"


def test_a_cell_magic_below_another_line_is_suspect() -> None:
    found = read("# comment\n%%spry_task a\nx")
    assert found.tasks == []
    assert [str(suspect) for suspect in found.suspects] == [
        "%%spry_task is only a task in the first line of its cell\n  at n.ipynb, cell 1"
    ]


def test_the_source_may_be_a_list_of_lines_and_the_file_may_begin_with_a_mark() -> None:
    cell = {"cell_type": "code", "source": ["%%spry_task a\n", "x\n", "y"]}
    found = read_notebook("\ufeff" + json.dumps({"cells": [cell]}))
    assert found.tasks[0].body == "x\ny"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "n.ipynb is not a notebook: Expecting value: line 1 column 1 (char 0)"),
        ("[]", "n.ipynb is not a notebook: it has no list of cells"),
        ('{"cells": 1}', "n.ipynb is not a notebook: it has no list of cells"),
        ('{"cells": [1]}', "n.ipynb is not a notebook: cell 1 has no source"),
        ('{"cells": [{"source": [1]}]}', "n.ipynb is not a notebook: cell 1 has no source"),
        (
            '{"worksheets": [], "nbformat": 3}',
            "n.ipynb is a notebook of format 3 or older; open and save it in Jupyter first",
        ),
    ],
)
def test_what_is_no_notebook_is_refused_with_the_reason(text: str, sentence: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_notebook(text, file="n.ipynb")
    assert str(caught.value) == f"Error: {sentence}"


def test_json_that_nests_without_end_is_refused() -> None:
    with pytest.raises(SourceError, match="is not a notebook"):
        read_notebook("[" * 100_000)


def registered(source: str) -> list[tuple[str, str]]:
    """Return the lines and bodies that IPython would hand to the magic, as the parser keeps them."""
    calls = ast.walk(ast.parse(TransformerManager().transform_cell(source)))
    found: list[tuple[str, str]] = []
    for call in calls:
        texts = [arg.value for arg in getattr(call, "args", []) if isinstance(arg, ast.Constant)]
        if isinstance(call, ast.Call) and texts and texts[0] == "spry_task":
            body = texts[2] if len(texts) > len(("name", "line")) else ""
            found.append((" ".join(str(texts[1]).split()), normal_body(str(body))))
    return found


@pytest.mark.parametrize(
    "source",
    [
        "%%spry_task a --dep b\nx\ny\n",
        "%%spry_task a\nx",
        "%%spry_task a\nx\n\n\n",
        "\n\n%%spry_task a\n\nx",
        "    %%spry_task a\n    x\n      y\n",
        "%%spry_task a {descr: 'x'}  \n%spry_task b\n",
        "%spry_task a --dep b",
        "x = 1\n%spry_task a\n%spry_task b --descr 'it is'\n",
        "if x:\n    %spry_task a\n",
        "%spry_task a \\\n  --dep b",
        "x = '''\n%spry_task a\n'''\n%spry_task b",
        'x = """\n%spry_task a\n"""',
        "# it's\n%spry_task a # it's",
        "%%bash\n%spry_task a",
    ],
)
def test_the_tasks_of_a_cell_are_what_ipython_hands_to_the_magic(source: str) -> None:
    found = [(" ".join(task.line.split()), normal_body(task.body)) for task in task_texts(source)]
    assert found == registered(source)


SOURCES = st.lists(
    st.sampled_from(
        ["%%spry_task", "%spry_task", " a", "\n", '"""', "'", "#", "\\", " ", "x", "\0"]
    )
).map("".join)


@given(st.lists(SOURCES | st.text(), max_size=3))
def test_any_cells_are_read_or_refused_with_a_sentence(sources: list[str]) -> None:
    for found in (read(*sources), read(*(("raw", source) for source in sources))):
        assert all(fault.sentence and fault.span for fault in found.faults)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["cells", "source", "cell_type", "worksheets"]), inner
            )
        ),
    )
)
def test_any_json_is_read_or_refused_with_a_sentence(data: object) -> None:
    try:
        read_notebook(json.dumps(data))
    except SpryError as error:
        assert error.sentence  # noqa: PT017 - either outcome is fine
