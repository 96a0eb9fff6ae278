"""The notebook of the data pipeline: what runs again, and what comes out of it."""

from __future__ import annotations

import base64
import csv
import re
from typing import TYPE_CHECKING

import pytest
from headless import output_text
from stored import copy_folder, execute

if TYPE_CHECKING:
    from pathlib import Path

    import nbformat

FITS = {"fit[Adelie]", "fit[Chinstrap]", "fit[Gentoo]"}
ALL = FITS | {"extract", "clean", "load", "colonies", "plot", "write-report"}
RAN = re.compile(r"^✓ (\S+) completed$", re.MULTILINE)
KEPT = re.compile(r"^● (\S+) up to date$", re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the notebook is executed."""
    return copy_folder(tmp_path_factory.mktemp("pipeline"))


@pytest.fixture(scope="module")
def book(folder: Path) -> nbformat.NotebookNode:
    """The notebook, executed."""
    return execute(folder / "data_pipeline.ipynb")


def runs_of(book: nbformat.NotebookNode) -> list[tuple[set[str], set[str]]]:
    """For each run, in order, what ran and what was up to date."""
    shown = [output_text(cell.outputs) for cell in book.cells if "%spry_run" in cell.source]
    told = [
        (set(RAN.findall(text)), set(KEPT.findall(text))) for text in shown if "Would" not in text
    ]
    assert all(ran | kept == ALL for ran, kept in told)
    return told


def test_a_second_run_does_nothing_and_a_change_runs_what_it_must(
    book: nbformat.NotebookNode,
) -> None:
    first, second, level, min_birds, release = [ran for ran, _ in runs_of(book)]
    assert first == ALL
    assert second == set()
    assert level == FITS | {"plot", "write-report"}
    assert min_birds == {"colonies", "write-report"}
    assert release == {"extract"}


def test_the_report_holds_the_plot_and_what_the_last_parameters_make_of_the_data(
    book: nbformat.NotebookNode, folder: Path
) -> None:
    report = (folder / "build/report.html").read_text(encoding="utf-8")
    picture = (folder / "build/penguins.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert base64.b64encode(picture).decode() in report
    assert "99% interval" in report
    with (folder / "build/colonies.csv").open(encoding="utf-8") as file:
        colonies = {
            (row["species"], row["island"]): int(row["birds"]) for row in csv.DictReader(file)
        }
    assert colonies == {
        ("Adelie", "Dream"): 56,
        ("Chinstrap", "Dream"): 68,
        ("Gentoo", "Biscoe"): 123,
    }
    assert any(
        "image/png" in output.get("data", {})
        for cell in book.cells
        for output in cell.get("outputs", [])
    )


def test_executed_again_where_it_left_its_files_it_cleans_nothing_again(
    book: nbformat.NotebookNode, folder: Path
) -> None:
    assert runs_of(book)[0][0] == ALL
    first, second, *_ = runs_of(execute(folder / "data_pipeline.ipynb"))
    assert first[0] == FITS | {"extract", "colonies", "plot", "write-report"}
    assert second[0] == set()
