"""The notebook of the migration: what a failure leaves, on either database."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import nbformat
import psutil
import pytest
from headless import output_text
from stored import FOLDER, copy_folder, execute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CAN_START = runpy.run_path(str(FOLDER / "migration/db"))["programs"]() is not None
WITHOUT = "no PostgreSQL that can be started here (Debian: apt-get install postgresql)"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """The database; a machine without PostgreSQL skips that."""
    if request.param == "postgresql" and not CAN_START:
        pytest.skip(WITHOUT)
    return str(request.param)


def db(folder: Path, *words: str) -> str:
    """What the notebook's program for its database says."""
    argv = [sys.executable, str(folder / "migration/db"), *words]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


@contextmanager
def chosen(folder: Path, engine: str) -> Iterator[Path]:
    """A copy of the notebook that uses this database, which is deleted at the end."""
    path = copy_folder(folder) / "migration.ipynb"
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        cell.source = cell.source.replace('engine = "auto"', f'engine = "{engine}"')
    nbformat.write(book, path)
    try:
        yield path
    finally:
        db(path.parent, "drop")


@pytest.fixture(scope="module")
def book(
    engine: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[nbformat.NotebookNode, set[int]]]:
    """The notebook, executed, and the servers that ran before."""
    before = servers()
    with chosen(tmp_path_factory.mktemp("migration"), engine) as path:
        yield execute(path), before


def servers() -> set[int]:
    """The processes of servers that the notebook starts."""
    return {
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if "spry-migration-" in " ".join(process.info["cmdline"] or [])
    }


def shown(book: nbformat.NotebookNode, start: str) -> list[str]:
    """What the cells that start so show, in order."""
    return [output_text(cell.outputs) for cell in book.cells if cell.source.startswith(start)]


def test_after_the_failure_the_database_is_as_it_was(
    book: tuple[nbformat.NotebookNode, set[int]], engine: str
) -> None:
    executed, _ = book
    _, failed, _ = shown(executed, "%spry_run db-verify")
    assert "✗ db-migrate failed with exit code 1\napplied 002_cents.sql\nrefused 003" in failed
    assert {"postgresql": "PostgreSQL: ", "sqlite": "SQLite: "}[engine] in failed
    assert "⊘ db-verify skipped (dependency failed)\n✓ db-restore completed" in failed
    assert shown(executed, "contents == before") == ["True"]


def test_the_mended_migration_goes_through(
    book: tuple[nbformat.NotebookNode, set[int]],
) -> None:
    executed, _ = book
    first, _, mended = shown(executed, "%spry_run db-verify")
    for run in (first, mended):
        assert "✓ db-verify completed\n⊘ db-restore skipped (condition not met)" in run
    (contents,) = shown(executed, "print(contents)")
    assert "    3,1,oolong,1500\n" in contents
    assert "Ada@" not in contents
    assert contents.endswith("indexes: customer_email")


def test_no_server_and_none_of_its_files_are_left(
    book: tuple[nbformat.NotebookNode, set[int]],
) -> None:
    executed, before = book
    assert shown(executed, "!migration/db drop") == [""]
    assert servers() <= before


def test_a_run_that_was_killed_halfway_is_undone_by_the_next(engine: str, tmp_path: Path) -> None:
    with chosen(tmp_path, engine) as path:
        folder = path.parent
        execute(path)  # for the files that it writes
        migrations = sorted((folder / "migration/build/migrations").iterdir())
        argv = [sys.executable, "-m", "spry_jupyter", "task", "db-verify", "-f", "migration.ipynb"]
        environment = os.environ | {"engine": engine}

        def run() -> str:
            done = subprocess.run(
                argv, cwd=folder, env=environment, capture_output=True, text=True, check=True
            )
            return done.stdout

        for file in migrations[1:]:
            file.rename(file.with_suffix(".later"))
        run()
        db(folder, "start", engine)
        (folder / "migration/build/unfinished").touch()
        db(folder, "query", "DELETE FROM purchase WHERE id > 1")
        db(folder, "stop")
        run()
        log = subprocess.run(
            [*argv[:3], "log", "db-verify", *argv[5:]],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        assert log.stdout == "3 purchases, 0 of them by nobody\n"
        assert not (folder / "migration/build/unfinished").exists()
