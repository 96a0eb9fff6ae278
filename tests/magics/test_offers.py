"""What Tab offers behind the magics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spry_jupyter.matcher import offers
from spry_jupyter.model import Task

if TYPE_CHECKING:
    from pathlib import Path

    from kernel_desk import Desk

TASKS = (Task(name="build", tags=("web",)), Task(name="bundle"), Task(name="test"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%spry_run bu", ["build", "bundle"]),
        ("%spry_run build t", ["test"]),
        ("run = %spry_run t", ["test"]),
        ("%time %spry_run t", ["test"]),
        ("    %spry_run t", ["test"]),
        ("%spry_run @", ["@web"]),
        ("%spry_dag @w", ["@web"]),
        ("%spry_run --fa", ["--fail-fast"]),
        ("%spry_run --bg", ["--bg"]),
        ("%spry_run --show ", ["all", "failed", "targets"]),
        ("%spry_run --show=a", ["--show=all"]),
        ("%spry_run -j ", []),
        ("%spry_run --fail-fast te", ["test"]),
        ("%spry_dag --format mer", ["mermaid"]),
        ("%spry_log te", ["test"]),
        ("%spry_rm te", ["test"]),
        ("%spry_ls --", ["--help", "--json"]),
        ("%spry_stop x", []),
        ("%%spry_task x --dep bu", ["build", "bundle"]),
        ("%%spry_task x --dep build,t", ["build,test"]),
        ("%%spry_task x --dep=build,t", ["--dep=build,test"]),
        ("%%spry_task x -D te", ["test"]),
        ("%%spry_task x --finally te", ["test"]),
        ("%%spry_task x --tag w", ["web"]),
        ("%%spry_task x --lang py", ["python"]),
        ("%%spry_task x --retry-d", ["--retry-delay"]),
        ("%%spry_task x --descr ", []),
        ("%spry_task all --dep te", ["test"]),
        ("%%spry_task te", []),
        ("%other te", []),
        ("spry_run te", []),
        ("%spry_unknown te", []),
    ],
)
def test_behind_a_magic_stands_what_it_takes_there(text: str, expected: list[str]) -> None:
    assert offers(text, TASKS)[1] == expected


def test_behind_secret_stand_the_variables_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPRY_TEST_TOKEN", "value")
    assert offers("%%spry_task a --secret SPRY_TEST_T", TASKS)[1] == ["SPRY_TEST_TOKEN"]


def test_a_report_may_take_the_place_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run.xml").touch()
    monkeypatch.chdir(tmp_path)
    assert offers("%spry_run test --report ru", TASKS)[1] == ["run.xml"]
    assert offers("%spry_run test --report=ru", TASKS)[1] == ["--report=run.xml"]


def test_files_are_offered_where_files_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Spryfile.md").touch()
    (tmp_path / "ops").mkdir()
    (tmp_path / "ops" / "nightly.md").touch()
    (tmp_path / ".hidden.md").touch()
    assert offers("%spry_load ", TASKS)[1] == ["Spryfile.md", "ops/"]
    assert offers("%spry_load ops/", TASKS)[1] == ["ops/nightly.md"]
    assert offers("%spry_load .h", TASKS)[1] == [".hidden.md"]
    assert offers("%spry_save gone/", TASKS)[1] == []
    assert offers("%%spry_task x --cwd o", TASKS)[1] == ["ops/"]
    assert offers("%%spry_task x --capture ./o", TASKS)[1] == ["./ops/"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%spry_run bui", "%spry_run build-app"),
        ("%spry_run build-a", "%spry_run build-app"),
        ("%spry_run @we", "%spry_run @web"),
        ("%spry_run --fa", "%spry_run --fail-fast"),
        ("%%spry_task x --dep bu", "%%spry_task x --dep build-app"),
        ("%%spry_task x --dep=a,bu", "%%spry_task x --dep=a,build-app"),
        ("x = 1\nrun = %spry_run bu", "x = 1\nrun = %spry_run build-app"),
    ],
)
def test_a_kernel_completes_the_line_of_a_magic(desk: Desk, cell: str, expected: str) -> None:
    desk.task("build-app --tag web")
    reply = desk.kernel.client.complete(cell, len(cell), reply=True, timeout=30)["content"]
    start, end = reply["cursor_start"], reply["cursor_end"]
    assert [cell[:start] + match + cell[end:] for match in reply["matches"]] == [expected]


def test_the_first_line_of_a_cell_is_completed_above_its_body(desk: Desk) -> None:
    desk.task("build-app")
    cell = "%%spry_task x --dep bu\necho 1\n"
    reply = desk.kernel.client.complete(cell, cell.index("\n"), reply=True, timeout=30)
    assert reply["content"]["matches"] == ["build-app"]
