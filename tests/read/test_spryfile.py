"""A fence with a name is a task wherever Markdown sees a fence, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.errors import SourceError, SpryError
from spry_jupyter.read.info import DATA_LANGUAGES, DIRECTIVES
from spry_jupyter.read.spryfile import read_spryfile

if TYPE_CHECKING:
    from spry_jupyter.read.findings import Findings


def read(text: str) -> Findings:
    return read_spryfile(text, file="S.md")


def lines_of(text: str) -> dict[str, int]:
    found = read(text)
    assert not found.faults
    return {task.name: task.span.line for task in found.tasks if task.span}


def suspects(text: str) -> list[str]:
    found = read(text)
    assert not found.faults
    return [str(suspect) for suspect in found.suspects]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("```bash a\n```", {"a": 1}),
        ("```bash a\n```\n", {"a": 1}),
        ("~~~bash a\nx\n~~~\n", {"a": 1}),
        ("``````bash a\n```\n``````\n", {"a": 1}),
        ("```   bash   a   \n```\n", {"a": 1}),
        ("```\tbash\ta\n```\n", {"a": 1}),
        ("   ```bash a\n   ```\n", {"a": 1}),
        ("# T\n\ntext\n```bash a\n```\n", {"a": 4}),
        ("- item\n\n  ```bash a\n  x\n  ```\n", {"a": 3}),
        ("- ```bash a\n  x\n  ```\n- ```bash b\n  ```\n", {"a": 1, "b": 4}),
        ("1. - > ```bash a\n     > x\n     > ```\n", {"a": 1}),
        ("> ```bash a\n> x\n> ```\n", {"a": 1}),
        ("---\ntitle: x\n---\n```bash a\n```\n", {"a": 4}),
        ("---\n---\n```bash a\n```\n", {"a": 3}),
        ("---\nx: |\n  ```bash b\n  ```\n...\n```bash a\n```\n", {"a": 6}),
        ("---\nx: [broken\n---\n```bash a\n```\n", {"a": 4}),
        ("\ufeff---\nx: 1\n---\n```bash a\n```\n", {"a": 4}),
        ("---\n\n```bash a\n```\n\n---\n", {"a": 3}),
        ("---\ntext\n```bash a\n```\n---\n", {"a": 3}),
        ("---\nnever closed\n\n```bash a\n```\n", {"a": 4}),
        ("\ufeff```bash a\n```\n", {"a": 1}),
        ("text\r\n```bash a\r\nx\r\n```\r\n", {"a": 2}),
        ("<!-- note -->\n```bash a\n```\n", {"a": 2}),
        ("<!--\n```bash b\n```\n-->\n```bash a\n```\n", {"a": 5}),
        ("````md\n```bash b\n```\n````\n```bash a\n```\n", {"a": 5}),
        ("<details>\n\n```bash a\n```\n\n</details>\n", {"a": 3}),
        ("```bash a\n```\n```bash b\n```\n", {"a": 1, "b": 3}),
        ("text\n```bash a\n", {"a": 2}),
    ],
)
def test_a_task_is_found_with_its_line(text: str, lines: dict[str, int]) -> None:
    assert lines_of(text) == lines


def test_the_body_of_a_fence_in_a_list_or_quote_loses_its_indentation() -> None:
    found = read("- x\n\n  ```bash a\n  if b\n    c\n  ```\n\n> ```bash d\n> e\n>\n>   f\n> ```\n")
    assert [task.body for task in found.tasks] == ["if b\n  c", "e\n\n  f"]


def test_line_ends_of_windows_and_a_tab_in_a_body_are_read() -> None:
    found = read("```python a\r\nif x:\r\n\ty\r\n```\r\n")
    assert (found.tasks[0].body, found.tasks[0].lang) == ("if x:\n\ty", "python")


@pytest.mark.parametrize(
    "info",
    [
        "",
        "bash",
        "bash ",
        'js title="x.py"',
        "bash A=1 name",
        "js {1,3-4}",
        "js {dep: 'a'} name",
        "{python} name",
        "{.python .numberLines}",
        "js{1} name",
        "a=b name",
        "bash {retry: 1}",
        *(f"{lang} name" for lang in sorted(DATA_LANGUAGES)),
        "JSON name",
        *(f"bash {word} name" for word in sorted(DIRECTIVES)),
        "PARTIAL name",
    ],
)
def test_such_a_fence_is_no_task_and_nothing_is_said_of_it(info: str) -> None:
    found = read(f"```{info}\nx\n```\n")
    assert (found.tasks, found.faults, found.suspects) == ([], [], [])


@pytest.mark.parametrize("name", ["PARTIALS", "partial", "CLEAN", "HEAD2"])
def test_other_capitals_are_names(name: str) -> None:
    assert lines_of(f"```bash {name}\n```\n") == {name: 1}


def test_flags_before_the_name_are_no_reason_to_skip_a_fence() -> None:
    assert lines_of("```bash --dep=b a\n```\n```bash --env A=1 c\n```\n") == {"a": 1, "c": 3}


def test_every_fault_of_a_file_is_reported_with_its_line() -> None:
    found = read(
        "```bash a b\n```\n\n```bash ok\n```\n- ```bash --dpe x c\n  ```\n```bash it's\n```\n"
    )
    assert [str(fault) for fault in found.faults] == [
        (
            'Error: Unexpected word "b" after the name "a" (a text with spaces needs quotes)\n'
            "  at S.md:1"
        ),
        'Error: Unknown flag "--dpe" (did you mean "--dep"?)\n  at S.md:6',
        "Error: The quote ' at column 3 is not closed\n  at S.md:8",
    ]
    assert [task.name for task in found.tasks] == ["ok"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "```bash --dep a\nx\n```\n",
            "This fence looks like a task and is none: it has no name\n  at S.md:1",
        ),
        (
            "```bash --timeout soon\nx\n```\n",
            "This fence looks like a task and is none: it has no name\n  at S.md:1",
        ),
        (
            "text\n```yaml a --dep b\nx\n```\n",
            "This fence looks like a task and is none: yaml is a language of data\n  at S.md:2",
        ),
        (
            "```bash A=1 b --dep c\n```\n",
            (
                "This fence looks like a task and is none: its first word, A=1, is not a name\n"
                "  at S.md:1"
            ),
        ),
        (
            "```bash {retry: 1} b --dep c\n```\n",
            "This fence looks like a task and is none: attributes before the name\n  at S.md:1",
        ),
        (
            "```{bash} b --dep c\n```\n",
            (
                "This fence looks like a task and is none: {bash} is not the name of a language\n"
                "  at S.md:1"
            ),
        ),
        (
            "text\n\n    ```bash a\n    x\n    ```\n",
            (
                "This looks like the fence of a task and is none: "
                "it is indented by four spaces or more, which makes it plain text\n  at S.md:3"
            ),
        ),
        (
            "text\n```bash a --descr `x`\ny\n\n",
            (
                "This looks like the fence of a task and is none: "
                "a backtick after the fence makes it inline code; open it with ~~~\n  at S.md:2"
            ),
        ),
        (
            "<div>\n```bash a\nx\n```\n</div>\n",
            (
                "This looks like the fence of a task and is none: "
                "it stands in an HTML block; an empty line before it ends that block\n  at S.md:2"
            ),
        ),
        (
            "text\n\n```bash a\nx\n",
            "This fence is never closed, and what follows is taken for its text\n  at S.md:3",
        ),
        (
            "> ```\n> x\n\n```bash a\n```\n",
            "This fence is never closed, and what follows is taken for its text\n  at S.md:1",
        ),
    ],
)
def test_what_looks_like_a_task_and_is_none_is_suspect(text: str, expected: str) -> None:
    assert suspects(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "```inline code```\n",
        "```bash a --dep b```\n",
        "    ```\n    x\n    ```\n",
        "    $ ls --all\n",
        "<!--\n```bash a\n```\n-->\n",
        "<pre>\n```bash a\n```\n</pre>\n",
        "```bash\n```\n",
        "```\n```",
        "text with ``` in it\n",
    ],
)
def test_plain_markdown_is_not_suspect(text: str) -> None:
    assert suspects(text) == []


def test_lists_that_nest_too_deep_are_refused_and_no_task_is_lost_in_silence() -> None:
    deep = "> " * 200 + "x\n\n```bash a\n```\n"
    with pytest.raises(SourceError) as caught:
        read(deep)
    assert str(caught.value) == "Error: S.md nests lists and quotes too deep\n  at S.md:1"
    assert lines_of("> " * 40 + "x\n\n```bash a\n```\n") == {"a": 3}


PIECES = st.sampled_from(
    ["```", "~~~", "bash a", "\n", "\n\n", "> ", "- ", "1. ", "    ", "\t", "<!--", "-->", "<div>",
     "---\n", " --dep b", "{", "'", "`", "x", "\r", "\r\n", "\ufeff", "[a]: b", "===\n", "\0"]
)  # fmt: skip


@given(st.lists(PIECES).map("".join) | st.text())
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        found = read(text)
    except SpryError as error:
        assert error.sentence  # noqa: PT017 - either outcome is fine
    else:
        limit = text.count("\n") + 1
        assert all(task.span and 1 <= task.span.line <= limit for task in found.tasks)
        assert all(1 <= suspect.span.line <= limit for suspect in found.suspects)


def test_lines_may_end_with_a_lone_carriage_return() -> None:
    (task,) = read_spryfile("# All\r\r```bash a\rtrue\rfalse\r```\r").tasks
    assert (task.name, task.body) == ("a", "true\nfalse")
