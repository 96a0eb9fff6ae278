"""Cells that list, draw, load, save and forget tasks, and read logs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from kernel_desk import streams

if TYPE_CHECKING:
    from kernel_desk import Desk

SPRYFILE = '```bash a --descr "One, two" --retry 2\necho x\n```\n\n```bash all --dep a\n```\n'


def names(desk: Desk) -> list[str]:
    return [task["name"] for task in json.loads(desk.says("%spry_ls --json"))]


def test_the_list_shows_deps_and_descriptions(desk: Desk) -> None:
    assert desk.says("%spry_ls") == "no tasks"
    desk.task("build --descr 'Makes it'")
    desk.task("test --dep build")
    assert [line.split() for line in desk.says("%spry_ls").splitlines()] == [
        ["build", "Makes", "it"],
        ["test", "needs", "build"],
    ]


def test_loading_registers_tasks_and_runs_nothing(desk: Desk) -> None:
    (desk.folder / "Spryfile.md").write_text(SPRYFILE + "```bash b\ntouch ran\n```\n")
    said = desk.says("%spry_load Spryfile.md").splitlines()
    assert said == ["registered a", "registered all (needs a)", "registered b"]
    assert names(desk) == ["a", "all", "b"]
    assert not (desk.folder / "ran").exists()
    assert desk.says("%spry_run all") == "✓ a completed\n✓ all completed"


def test_loading_a_faulty_file_registers_none_of_its_tasks(desk: Desk) -> None:
    (desk.folder / "ops.md").write_text("```bash a\n```\n\n```bash b --dpe a\n```\n")
    cell = desk.cell("%spry_load ops.md")
    assert cell.text.splitlines()[-1] == "  at ops.md:4"
    assert names(desk) == []
    assert desk.cell("%spry_load gone.md").error == "SourceError"


def test_loading_says_whose_names_it_replaces_and_again_nothing(desk: Desk) -> None:
    (desk.folder / "ops.md").write_text(SPRYFILE)
    desk.task("a")
    number = desk.number()
    warning = f'Warning: Task "a" replaces the one at In [{number}]\n'
    assert streams(desk.cell("%spry_load ops.md"), "stderr") == warning
    assert streams(desk.cell("%spry_load ops.md"), "stderr") == ""
    assert "replaces the one at ops.md:1" in desk.task("a")


@pytest.mark.parametrize("name", ["out.md", "out.ipynb"])
def test_saved_tasks_read_back_the_same(desk: Desk, name: str) -> None:
    desk.task('a --descr "One, two" --retry 2 --env "K=it\'s"', "echo ```\n\necho 'x' {y} $z\n")
    desk.says("%spry_task all --dep a")
    desk.says("before = [t for t in get_ipython().spry_magics.session.registry.tasks]")
    assert desk.says(f"%spry_save {name}") == f"wrote 2 tasks to {name}"
    desk.says("%spry_rm --all")
    desk.says(f"%spry_load {name}")
    same = (
        "from dataclasses import replace\n"
        "tasks = get_ipython().spry_magics.session.registry.tasks\n"
        "[replace(t, span=None, folder='') for t in tasks] == [replace(t, span=None) for t in before]"
    )
    assert desk.says(same) == "True"


def test_saving_again_replaces_what_was_saved_and_nothing_else(desk: Desk) -> None:
    file = desk.folder / "out.md"
    desk.task("a")
    desk.says("%spry_save out.md")
    desk.task("b")
    assert desk.says("%spry_save out.md") == "wrote 2 tasks to out.md"
    file.write_text(file.read_text() + "Somebody's words.\n")
    assert desk.cell("%spry_save out.md").error == "RequestError"
    assert "Somebody's words." in file.read_text()
    assert desk.says("%spry_save out.md --overwrite") == "wrote 2 tasks to out.md"


def test_the_log_is_all_that_a_task_said_also_from_another_folder(desk: Desk) -> None:
    desk.task("a", "printf 'one\\n'; seq 20000; printf two >&2")
    desk.says("%spry_run a")
    expected = "\n".join(["one", *map(str, range(1, 20001)), "two"])
    assert desk.says("%spry_log a") == expected
    desk.says("import os; os.mkdir('sub'); os.chdir('sub')")
    assert desk.says("%spry_log a") == expected


def test_the_log_of_what_never_ran_or_never_was_is_an_error(desk: Desk) -> None:
    desk.task("build")
    assert desk.says("%spry_log build") == 'Error: Task "build" has not run yet'
    assert 'did you mean "build"?' in desk.says("%spry_log biuld")


def test_a_long_output_is_shown_by_its_end_and_says_how_to_see_all(desk: Desk) -> None:
    desk.task("a", "seq 100000; exit 1")
    said = desk.says("%spry_run a")
    assert "99999\n100000\n" in said
    assert "see all with: %spry_log a" in said
    assert len(said) < 70_000


def test_forgotten_tasks_are_gone(desk: Desk) -> None:
    for name in "abc":
        desk.task(name)
    assert desk.says("%spry_rm a c") == "forgot a, c"
    assert names(desk) == ["b"]
    assert desk.says("%spry_rm x").splitlines()[0] == 'Error: Task "x" does not exist'
    assert desk.cell("%spry_rm").error == "RequestError"
    assert desk.says("%spry_rm --all") == "forgot b"


def test_the_graph_is_drawn_also_with_a_missing_dep_and_a_cycle(desk: Desk) -> None:
    desk.task("a --dep gone,b")
    desk.task("b --dep a")
    said = desk.says("%spry_dag")
    assert "gone" in said
    assert desk.cell("%spry_dag").error == ""


def test_a_graph_without_tasks_says_so(desk: Desk) -> None:
    assert desk.says("%spry_dag") == "no tasks"


@pytest.mark.parametrize(
    ("form", "sign"), [("ascii", "a"), ("dot", "digraph"), ("mermaid", "flowchart"), ("json", "[")]
)
def test_the_graph_of_some_targets_is_drawn_in_a_format(desk: Desk, form: str, sign: str) -> None:
    desk.task("a")
    desk.task("other")
    said = desk.says(f"%spry_dag a --format {form}")
    assert sign in said
    assert "other" not in said


@pytest.mark.parametrize(
    ("options", "kind"),
    [("", "text/html"), ("--format svg", "image/svg+xml"), ("--format png", "image/png")],
)
def test_the_graph_is_one_display_of_a_picture_and_of_text(
    desk: Desk, options: str, kind: str
) -> None:
    desk.task("a")
    desk.task("b --dep a")
    (shown,) = desk.cell(f"%spry_dag {options}").outputs
    assert shown.output_type == "display_data"
    assert shown.data.keys() == {"text/plain", kind}
    assert shown.data["text/plain"] == "a ──→ b"


def test_a_picture_of_an_unknown_target_is_the_error_of_a_run(desk: Desk) -> None:
    desk.task("build")
    said = desk.cell("%spry_dag biuld")
    assert said.error == "GraphFaults"
    assert said.text == 'Error: Task "biuld" not found (did you mean "build"?)'


def test_a_captured_graph_is_not_shown(desk: Desk) -> None:
    desk.task("a")
    shown = desk.cell("%%capture kept\n%spry_dag")
    assert shown.outputs == []
    assert "'text/html'" in desk.says("kept.outputs[0].data.keys()")


@pytest.mark.parametrize(
    "magic", ["run", "runbook", "dag", "ls", "load", "save", "log", "history", "stop", "rm", "task"]
)
def test_every_magic_has_help_with_examples_and_its_words(desk: Desk, magic: str) -> None:
    cell = desk.cell(f"%spry_{magic} -h")
    assert cell.text.startswith(("usage: %spry_", "usage: %%spry_"))
    assert cell.error == ""
    inspected = desk.kernel.client.inspect(f"%spry_{magic}", 8, reply=True, timeout=30)
    text = inspected["content"]["data"]["text/plain"]
    assert "Examples:" in text
    assert cell.text.splitlines()[-1].split("  ")[-1] in text
