"""The commands that run nothing: ls, check, dag, export, log."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from test_faults import notebook

if TYPE_CHECKING:
    from conftest import Desk

PROSE = """\
---
title: Ops
---

# Ops

```bash build --descr "Build it" -D check
make
```

Some words.

- ~~~py check
  print("ok")
  ~~~
"""


def test_ls_json_lists_tasks_in_definition_order_with_the_line_of_the_fence(desk: Desk) -> None:
    desk.write("Spryfile.md", PROSE)
    said = desk.spry("ls", "--json")
    assert said.status == 0
    assert json.loads(said.out) == [
        {
            "name": "build",
            "descr": "Build it",
            "lang": "bash",
            "deps": ["check"],
            "file": "Spryfile.md",
            "line": 7,
        },
        {
            "name": "check",
            "descr": "",
            "lang": "python",
            "deps": [],
            "file": "Spryfile.md",
            "line": 13,
        },
    ]


def test_ls_json_of_a_notebook_counts_the_line_in_the_cell(desk: Desk) -> None:
    desk.write("ops.ipynb", notebook("x = 1", "\n\n%%spry_task build --lang py\n1"))
    desk.write("more.ipynb", notebook("%%spry_task more\ntrue"))
    said = desk.spry("ls", "--json", "-f", "ops.ipynb", "-f", "more.ipynb")
    found = [(task["file"], task["cell"], task["line"]) for task in json.loads(said.out)]
    assert found == [("ops.ipynb", 2, 3), ("more.ipynb", 1, 1)]


def test_ls_json_of_nothing_is_an_empty_list(desk: Desk) -> None:
    desk.write("Spryfile.md", "# Nothing\n")
    assert json.loads(desk.spry("ls", "--json").out) == []


def test_ls_names_each_task_with_description_and_deps(desk: Desk) -> None:
    desk.write("Spryfile.md", PROSE)
    said = desk.spry("ls")
    assert said.status == 0
    assert re.fullmatch(r"build +Build it +needs check\ncheck\n", said.out)


def test_columns_are_straight_also_behind_wide_and_combined_characters(desk: Desk) -> None:
    desk.tasks(
        "bash 建てる --descr 全部\ntrue", "bash e\u0301te\u0301 --descr x --dep 建てる\ntrue"
    )
    assert desk.spry("ls").lines == ["建てる  全部", "été     x     needs 建てる"]
    assert desk.spry("runbook", "-n").lines[1:] == [
        "   1. 建てる  needed by été",
        "   2. été     asked for",
    ]


def test_where_there_is_no_task_that_is_said(desk: Desk) -> None:
    desk.write("Spryfile.md", "# Prose\n")
    assert desk.spry("dag") == (0, "no tasks\n", "")
    assert desk.spry("runbook") == (0, "", "Hint: there is no task to run\n")


def test_an_option_before_the_command_is_told_its_place(desk: Desk) -> None:
    said = desk.spry("-f", "Spryfile.md", "ls")
    assert said == (2, "", 'Error: The command comes first, then "-f"\n  see jupyter spry -h\n')


def test_several_files_make_one_graph(desk: Desk) -> None:
    desk.tasks("bash a --dep b\ntrue", file="one.md")
    desk.write("two.ipynb", notebook("%%spry_task b\ntrue"))
    said = desk.spry("task", "a", "-f", "one.md", "--file=two.ipynb")
    assert said == (0, "✓ b completed\n✓ a completed\n", "")


def test_a_file_that_is_named_twice_is_read_once(desk: Desk) -> None:
    path = desk.tasks("bash a\ntrue")
    said = desk.spry("ls", "-f", "Spryfile.md", "-f", "./Spryfile.md", "-f", str(path))
    assert said == (0, "a\n", "")


# -- check -----------------------------------------------------------------------------------------


def test_check_of_what_is_fine_is_status_0(desk: Desk) -> None:
    desk.write("Spryfile.md", PROSE)
    assert desk.spry("check") == (0, "2 tasks, 1 dep: no faults\n", "")


def test_check_strict_reports_what_looks_like_a_task_and_is_none(desk: Desk) -> None:
    desk.tasks("bash a\ntrue", "bash --descr 'no name'\ntrue")
    assert desk.spry("check").status == 0
    said = desk.spry("check", "--strict")
    assert said.status == 2
    assert "Spryfile.md:5" in said.err
    assert said.out == ""


def test_check_strict_is_silent_about_data_and_examples(desk: Desk) -> None:
    desk.tasks("bash a\ntrue", "json x\n{}", "text\nhello", 'bash title="x.sh"\ntrue')
    assert desk.spry("check", "--strict").status == 0


# -- dag -------------------------------------------------------------------------------------------


def test_dag_draws_the_graph_as_text(desk: Desk) -> None:
    desk.write("Spryfile.md", PROSE)
    said = desk.spry("dag")
    assert said == (0, "check ──→ build\n", "")


def test_dag_of_targets_draws_only_what_they_need(desk: Desk) -> None:
    desk.tasks("bash a\n:", "bash b --dep a --tag t\n:", "bash c --dep b\n:", "bash other\n:")
    for target in ("b", "@t"):
        said = desk.spry("dag", target)
        assert said.status == 0
        assert re.findall(r"\w+", said.out) == ["a", "b"]


def test_dag_of_an_unknown_target_is_an_error(desk: Desk) -> None:
    desk.tasks("bash build\n:")
    said = desk.spry("dag", "biuld")
    assert said == (2, "", 'Error: Task "biuld" not found (did you mean "build"?)\n')


def test_dag_marks_missing_deps_and_cycles_in_every_format(desk: Desk) -> None:
    desk.tasks("bash a --dep b\n:", "bash b --dep a,nope\n:")
    for form in ("ascii", "dot", "svg", "mermaid", "json"):
        said = desk.spry("dag", "--format", form)
        assert said.status == 0
        assert "nope" in said.out
        assert "cycle" in said.out


def test_dag_json_has_tasks_and_edges(desk: Desk) -> None:
    desk.write("Spryfile.md", PROSE)
    drawn = json.loads(desk.spry("dag", "--format=json").out)
    assert [task["name"] for task in drawn["tasks"]] == ["build", "check"]
    assert drawn["edges"] == [["check", "build"]]


@pytest.mark.parametrize("form", ["ascii", "dot", "svg", "mermaid", "json"])
def test_dag_out_writes_what_it_would_print(desk: Desk, form: str) -> None:
    desk.write("Spryfile.md", PROSE)
    printed = desk.spry("dag", "--format", form)
    assert desk.spry("dag", "--format", form, "--out", "graph").out == ""
    assert (desk.folder / "graph").read_text() == printed.out


def test_dag_out_where_nothing_can_be_written_is_an_error(desk: Desk) -> None:
    desk.write("Spryfile.md", PROSE)
    said = desk.spry("dag", "--out", "nowhere/graph")
    assert said == (2, "", "Error: nowhere/graph: No such file or directory\n")


# -- export ----------------------------------------------------------------------------------------


def listed(desk: Desk, file: str) -> list[dict[str, object]]:
    """What is listed of the tasks of a file, wherever they stand."""
    tasks = json.loads(desk.spry("ls", "--json", "-f", file).out)
    return [{k: v for k, v in task.items() if k not in ("file", "line", "cell")} for task in tasks]


def test_export_to_a_notebook_and_back_keeps_tasks_and_prose(desk: Desk) -> None:
    desk.write("Spryfile.md", PROSE)
    assert desk.spry("export", "ops.ipynb") == (0, "", "")
    assert desk.spry("export", "back.md", "-f", "ops.ipynb") == (0, "", "")
    assert listed(desk, "ops.ipynb") == listed(desk, "Spryfile.md") == listed(desk, "back.md")
    assert "Some words." in (desk.folder / "back.md").read_text()
    cells = json.loads((desk.folder / "ops.ipynb").read_text())["cells"]
    assert {cell["cell_type"] for cell in cells} >= {"markdown", "code"}


def test_an_exported_notebook_runs_as_its_spryfile_does(desk: Desk) -> None:
    desk.tasks("bash a --env X='a b'\necho \"$X\"", "python b --dep a\nraise SystemExit(3)")
    desk.spry("export", "ops.ipynb")
    of_file, of_notebook = (
        desk.spry("runbook", "--show=all", "-f", file) for file in ("Spryfile.md", "ops.ipynb")
    )
    assert of_file == of_notebook
    assert of_file.lines[:2] == ["✓ a completed", "a b"]


def test_export_replaces_a_file_only_when_told(desk: Desk) -> None:
    desk.write("Spryfile.md", PROSE)
    desk.write("ops.ipynb", "mine")
    said = desk.spry("export", "ops.ipynb")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("Error: ops.ipynb exists\n")
    assert (desk.folder / "ops.ipynb").read_text() == "mine"
    assert desk.spry("export", "ops.ipynb", "--overwrite").status == 0


def test_an_export_that_cannot_be_written_leaves_what_was_there(desk: Desk) -> None:
    desk.write("Spryfile.md", PROSE)
    desk.write("ops.ipynb", "mine")
    script = (
        "import resource, sys; from spry_jupyter.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))  # as on a full disk\n"
        "sys.exit(main(['export', 'ops.ipynb', '--overwrite']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=desk.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "Error: ops.ipynb cannot be written: File too large\n"
    assert (desk.folder / "ops.ipynb").read_text() == "mine"
    assert {path.name for path in desk.folder.iterdir()} == {"Spryfile.md", "ops.ipynb"}


def test_an_export_keeps_the_rights_of_what_it_replaces_and_the_link_to_it(desk: Desk) -> None:
    desk.write("Spryfile.md", PROSE)
    desk.write("there.ipynb", "").chmod(0o640)
    (desk.folder / "ops.ipynb").symlink_to("there.ipynb")
    assert desk.spry("export", "ops.ipynb", "--overwrite").status == 0
    assert (desk.folder / "ops.ipynb").is_symlink()
    assert (desk.folder / "there.ipynb").stat().st_mode & 0o777 == 0o640
    assert json.loads((desk.folder / "there.ipynb").read_text())["nbformat"] == 4


def test_export_to_another_kind_of_file_is_an_error(desk: Desk) -> None:
    desk.write("Spryfile.md", PROSE)
    said = desk.spry("export", "ops.txt")
    assert said == (2, "", "Error: ops.txt is neither a .md nor an .ipynb file\n")


# -- log -------------------------------------------------------------------------------------------


def test_log_prints_the_bytes_of_both_streams_and_nothing_else(desk: Desk) -> None:
    desk.tasks("bash a\nprintf 'a\\377\\0\\033[31m'; printf 'b\\r\\n\\n c' >&2")
    desk.spry("task", "a")
    with (desk.folder / "said").open("wb") as out:
        said = desk.spry("log", "a", stdout=out)
    assert (said.status, said.err) == (0, "")
    assert (desk.folder / "said").read_bytes() == b"a\xff\0\x1b[31mb\r\n\n c"


def test_log_is_of_the_last_run_and_whole(desk: Desk) -> None:
    desk.tasks("bash a --silent\necho first")
    desk.spry("task", "a")
    desk.tasks("bash a --silent\nseq 100000; exit 1")
    desk.spry("task", "a")
    assert desk.spry("log", "a").out == "".join(f"{n}\n" for n in range(1, 100001))


def test_log_holds_every_attempt(desk: Desk) -> None:
    desk.tasks("bash a --retry 1 --retry-delay 1ms\necho try; exit 1")
    desk.spry("task", "a")
    assert desk.spry("log", "a").out.count("try\n") == 2


def test_log_of_a_task_that_said_nothing_is_nothing(desk: Desk) -> None:
    desk.tasks("bash a\ntrue")
    desk.spry("task", "a")
    assert desk.spry("log", "a") == (0, "", "")


def test_log_of_what_has_not_run_or_is_not_there_is_an_error(desk: Desk) -> None:
    desk.tasks("bash build\ntrue")
    assert desk.spry("log", "build") == (2, "", 'Error: Task "build" has not run yet\n')
    said = desk.spry("log", "biuld")
    assert said == (2, "", 'Error: Task "biuld" not found (did you mean "build"?)\n')
    assert desk.spry("log", "x") == (2, "", 'Error: Task "x" does not exist\n')


def test_log_of_the_same_name_in_another_book_is_its_own(desk: Desk) -> None:
    for place in ("one", "two"):
        desk.tasks(f"bash a\necho {place}", file=f"{place}/Spryfile.md")
        desk.spry("task", "a", "-f", f"{place}/Spryfile.md")
    assert desk.spry("log", "a", "-f", "one/Spryfile.md").out == "one\n"
    assert desk.spry("log", "a", "-f", "two/Spryfile.md").out == "two\n"


@pytest.mark.parametrize(
    ("words", "start"),
    [
        ("--out graph.svg", b"<svg "),
        ("--out graph.png", b"\x89PNG"),
        ("--out graph.PNG", b"\x89PNG"),
        ("--out graph.dot", b"digraph"),
        ("--out graph.gv", b"digraph"),
        ("--out graph.mmd", b"flowchart"),
        ("--out graph.json", b"{"),
        ("--out graph.txt", "check ──→ build\n".encode()),
        ("--out graph.png --format svg", b"<svg "),
    ],
)
def test_dag_out_takes_its_format_from_the_ending_of_the_file(
    desk: Desk, words: str, start: bytes
) -> None:
    desk.write("Spryfile.md", PROSE)
    assert desk.spry("dag", *words.split()) == (0, "", "")
    assert (desk.folder / words.split()[1]).read_bytes().startswith(start)


def test_dag_prints_the_bytes_of_a_png_and_nothing_else(desk: Desk) -> None:
    desk.write("Spryfile.md", PROSE)
    command = [sys.executable, "-m", "spry_jupyter", "dag", "--format", "png"]
    done = subprocess.run(command, cwd=desk.folder, capture_output=True, check=True)
    assert desk.spry("dag", "--out", "graph.png").status == 0
    assert done.stdout == (desk.folder / "graph.png").read_bytes()
    assert done.stdout.endswith(b"IEND\xaeB`\x82")


def test_dag_puts_tasks_of_a_heading_or_a_tag_into_a_cluster(desk: Desk) -> None:
    desk.write("Spryfile.md", "# Build it\n```bash a --tag x\n:\n```\n# Test\n```bash b\n:\n```\n")
    for form in ("svg", "dot", "mermaid"):
        plain = desk.spry("dag", "--format", form).out
        headings = desk.spry("dag", "--format", form, "--cluster", "heading").out
        assert "Build" not in plain
        assert "Build" in headings
        assert "Test" in headings
        assert "x" in desk.spry("dag", "--format", form, "--cluster", "tag").out
    said = desk.spry("dag", "--cluster", "colour")
    assert said.status == 2
    assert "heading" in said.err


@pytest.mark.parametrize("form", ["svg", "png"])
def test_dag_without_an_engine_says_what_to_install(desk: Desk, form: str) -> None:
    desk.write("Spryfile.md", PROSE)
    script = (
        "import sys, spry_jupyter.show.layout as layout, spry_jupyter.cli as cli\n"
        "layout.engines = lambda: iter(())\n"
        f"sys.exit(cli.main(['dag', '--out', 'graph.{form}']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=desk.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"Error: Nothing that is installed here can draw a graph as {form.upper()}\n"
        "  pip install graphviz-pure, or install Graphviz\n"
    )
    assert not (desk.folder / f"graph.{form}").exists()


def test_what_a_file_says_never_drives_the_terminal(desk: Desk) -> None:
    path = desk.folder / "Spryfile.md"
    body = "echo one; rm -rf x\n# \x1b[1A\x1b[2Kharmless"
    path.write_text(
        f'```bash a {{descr: "hi\\u001b]0;pwned\\u0007 \\u202ecba"}}\n{body}\n```\n',
        encoding="utf-8",
    )
    said = desk.spry("ls").out + desk.spry("task", "a", "--dry-run", "--verbose").out
    said += (offered := desk.spry("complete", "task", "").out)
    assert "pwned" in offered
    assert "rm -rf x" in said
    assert not set("\x1b\x07\u202e") & set(said)
