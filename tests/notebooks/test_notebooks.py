"""The stored notebooks: they run from top to bottom, and show what their readers will see."""

from __future__ import annotations

import base64
import getpass
import json
import os
import platform
import re
import sys
from functools import cache
from pathlib import Path

import nbformat
import pytest
from headless import output_text
from stored import FOLDER, NAMES, copy_folder, execute
from test_full_stack_spryfile import NEEDS, completed, lines_of, services_below

QUICK = {"numbers", "total", "largest", "report"}
TIMES = re.compile(r"\d+\.\d+s")
REFUSALS = re.compile(r"^(?:PostgreSQL|SQLite): .*$", re.MULTILINE)


@pytest.fixture(scope="module", autouse=True)
def _command_on_path() -> None:
    """Have `!jupyter spry` in a notebook find the product's command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the notebooks' folder, in which each is executed once."""
    return copy_folder(tmp_path_factory.mktemp("executed"))


@pytest.fixture(scope="module")
def executed(folder: Path) -> dict[str, nbformat.NotebookNode]:
    """Each notebook, executed."""
    return {name: execute(folder / f"{name}.ipynb") for name in NAMES}


@cache
def stored(name: str) -> nbformat.NotebookNode:
    """A notebook as it is in the checkout."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def shown_by(notebook: nbformat.NotebookNode, start: str) -> str:
    """What the last cell that starts so shows."""
    cells = [cell for cell in notebook.cells if cell.source.startswith(start)]
    return output_text(cells[-1].outputs)


def settled(text: str) -> list[str]:
    """The lines of an output without what differs from run to run or from machine to machine.

    That is times, who was faster, and the words in which a database refuses something.
    """
    plain = REFUSALS.sub("…", TIMES.sub("…s", text)).replace("\r", "")
    return sorted(plain.splitlines())


@pytest.mark.parametrize("name", NAMES)
def test_what_is_stored_is_what_a_run_shows(
    name: str, executed: dict[str, nbformat.NotebookNode]
) -> None:
    now = executed[name]
    assert [cell.source for cell in now.cells] == [cell.source for cell in stored(name).cells]
    for cell, kept in zip(now.cells, stored(name).cells, strict=True):
        if cell.cell_type == "code":
            assert settled(output_text(cell.outputs)) == settled(output_text(kept.outputs))


BASE64 = re.compile(r"(?:[A-Za-z0-9+/]|\\\\n){80,}={0,2}")


def legible(text: str) -> str:
    """An output without the letters of its pictures, which say anything, but with what they spell."""

    def spelt(match: re.Match[str]) -> str:
        data = base64.b64decode(match.group().replace("\\n", ""), validate=False)
        return data.decode("utf-8", "ignore") if data[:1] == b"<" else ""

    return BASE64.sub(spelt, text)


def test_what_a_picture_spells_is_looked_through_and_not_its_letters() -> None:
    drawn = base64.b64encode(b"<svg>" + b"/home/somebody " * 9).decode()
    assert "/home/somebody" in legible(f"src='data:image/svg+xml;base64,{drawn}'")
    pixels = base64.b64encode(bytes(range(256))).decode()
    assert legible(f"x {pixels} y") == "x  y"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_stored_tells_nothing_of_the_machine_that_made_it(name: str) -> None:
    cells = [cell for cell in stored(name).cells if cell.cell_type == "code"]
    text = legible(json.dumps([cell.outputs for cell in cells], ensure_ascii=False))
    for told in (str(FOLDER), str(Path.home()), sys.prefix, "/tmp", "\\u001b"):
        assert told not in text
    for told in (platform.node(), getpass.getuser()):
        assert not re.search(rf"\b{re.escape(told)}\b", text)
    assert not any("execution" in cell.metadata for cell in cells)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_stored_for_any_python_kernel_and_executed_in_order(name: str) -> None:
    assert stored(name).metadata.kernelspec.name == "python3"
    counts = [cell.execution_count for cell in stored(name).cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_the_quickstart_runs_captures_and_forwards(
    executed: dict[str, nbformat.NotebookNode],
) -> None:
    book = executed["quickstart"]
    assert lines_of(shown_by(book, "%spry_run report")) == completed(QUICK)
    assert shown_by(book, "%spry_log report") == (
        "Numbers of the day: the largest is 20, all together 210"
    )
    assert shown_by(book, "int(total)") == "10.5"


def test_the_quickstart_shows_a_failure_and_goes_on(
    executed: dict[str, nbformat.NotebookNode],
) -> None:
    failed = next(cell for cell in executed["quickstart"].cells if cell.source[-7:] == "publish")
    assert failed.metadata.tags == ["raises-exception"]
    assert lines_of(output_text(failed.outputs)) == {
        *completed(QUICK | {"prepare"}),
        "✗ check failed with exit code 3",
        "⊘ publish skipped (dependency failed)",
    }
    assert failed.outputs[-1].traceback == ['Error: Task "check" failed with exit code 3']


def test_the_quickstart_saves_a_spryfile_that_the_command_line_runs(
    executed: dict[str, nbformat.NotebookNode], folder: Path
) -> None:
    shown = shown_by(executed["quickstart"], "!jupyter spry")
    assert lines_of(shown.replace("\r", "")) == completed(QUICK)
    assert "From the command line: the largest is 20, all together 210" in shown
    assert "```python total --dep numbers" in (folder / "quickstart.md").read_text("utf-8")


def test_the_quickstart_runs_again_over_what_it_left(
    executed: dict[str, nbformat.NotebookNode], folder: Path
) -> None:
    assert "quickstart" in executed
    assert "wrote 8 tasks" in shown_by(execute(folder / "quickstart.ipynb"), "%spry_save")


def test_the_full_stack_deploys_and_then_cleans_up(
    executed: dict[str, nbformat.NotebookNode], folder: Path
) -> None:
    book = executed["full_stack"]
    deployed = shown_by(book, "%spry_run deploy-complete")
    assert lines_of(deployed) == completed(NEEDS.keys() - {"cleanup"})
    assert 'Warning: "deploy-backend" left 1 process running' in deployed
    assert lines_of(shown_by(book, "%spry_runbook")) == completed(NEEDS)
    assert "left" not in shown_by(book, "%spry_runbook")
    assert services_below(folder) == []
    assert (folder / "full_stack/build/server/backup.db").exists()
