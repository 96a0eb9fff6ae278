"""The full-stack Spryfile, run from the command line as its readers would."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import psutil
import pytest
from stored import FOLDER, copy_folder

from spry_jupyter.read.convert import convert

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NEEDS = {
    "check-tools": [],
    "db-start": ["check-tools"],
    "db-migrate": ["db-start"],
    "db-seed": ["db-migrate"],
    "backend-install": ["check-tools"],
    "backend-build": ["backend-install"],
    "backend-test": ["backend-build", "db-seed"],
    "frontend-install": ["check-tools"],
    "frontend-build": ["frontend-install"],
    "frontend-test": ["frontend-build"],
    "integration-test": ["backend-test", "frontend-test", "db-seed"],
    "deploy-backend": ["integration-test"],
    "deploy-frontend": ["integration-test"],
    "deploy-complete": ["deploy-backend", "deploy-frontend"],
    "cleanup": ["deploy-complete"],
}
"""The full-stack example of the specification."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fresh copy of the notebooks' folder."""
    return copy_folder(tmp_path)


def spry(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the Spryfile."""
    argv = [sys.executable, "-m", "spry_jupyter", *words, "-f", "full_stack.md"]
    return subprocess.run(
        argv, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def lines_of(output: str) -> set[str]:
    """The lines of tasks."""
    return set(re.findall(r"^[✓✗⊘●].*$", output, re.MULTILINE))


def completed(names: Iterable[str]) -> set[str]:
    """Their lines."""
    return {f"✓ {name} completed" for name in names}


def services_below(folder: Path) -> list[psutil.Process]:
    """The processes that run a service that was built there."""
    named = psutil.process_iter(["cmdline", "cwd"])
    return [
        process
        for process in named
        if process.info["cwd"] == str(folder) and "shop.pyz" in " ".join(process.info["cmdline"])
    ]


def test_the_spryfile_is_the_notebook_exported() -> None:
    exported = convert(str(FOLDER / "full_stack.ipynb"))
    assert (FOLDER / "full_stack.md").read_text(encoding="utf-8") == exported


def test_its_tasks_are_those_of_the_specification(folder: Path) -> None:
    listed = json.loads(spry(folder, "ls", "--json").stdout)
    assert {task["name"]: task["deps"] for task in listed} == NEEDS
    assert all(task["descr"] for task in listed)
    assert spry(folder, "check", "--strict").returncode == 0


def test_deploying_completes_every_task_and_its_service_ends_with_the_run(folder: Path) -> None:
    done = spry(folder, "task", "deploy-complete")
    assert done.returncode == 0, done.stdout + done.stderr
    assert lines_of(done.stdout) == completed(NEEDS.keys() - {"cleanup"})
    assert done.stderr == (
        'Warning: "deploy-backend" left 1 process running; it was ended with the run\n'
    )
    assert services_below(folder) == []
    assert "4 products for sale" in spry(folder, "log", "deploy-complete").stdout


def test_what_was_built_is_real(folder: Path) -> None:
    assert spry(folder, "task", "deploy-complete").returncode == 0
    server = folder / "full_stack/build/server"
    with closing(sqlite3.connect(server / "backup.db")) as backup:
        assert backup.execute("SELECT count(*) FROM product").fetchone() == (4,)
        assert backup.execute("PRAGMA user_version").fetchone() == (2,)
    assert sorted(file.suffix for file in (server / "site").iterdir()) == [".css", ".html", ".js"]
    assert "Ran 7 tests" in spry(folder, "log", "backend-test").stdout
    assert "Ran 6 tests" in spry(folder, "log", "frontend-test").stdout


def test_the_runbook_cleans_up_so_that_nothing_is_left_and_runs_again(folder: Path) -> None:
    for migrated in ("applied 001_products.sql\napplied 002_orders.sql\n", ""):
        done = spry(folder, "runbook")
        assert done.returncode == 0, done.stdout + done.stderr
        assert lines_of(done.stdout) == completed(NEEDS)
        assert done.stderr == ""
        assert spry(folder, "log", "db-migrate").stdout == migrated
        assert spry(folder, "log", "cleanup").stdout == "stopped the service\n"
        assert not (folder / "full_stack/build/frontend").exists()


def test_a_vendored_file_that_is_not_the_locked_one_stops_what_needs_it(folder: Path) -> None:
    vendored = folder / "full_stack/frontend/vendor/money.js"
    vendored.write_text("alert(1);\n", encoding="utf-8")
    done = spry(folder, "runbook")
    assert done.returncode == 1
    lines = lines_of(done.stdout)
    assert "✗ frontend-install failed with exit code 1" in lines
    assert "vendor/money.js is not what lock.json says" in done.stdout
    assert {"✓ backend-test completed", "✓ cleanup completed"} <= lines
    assert "⊘ deploy-complete skipped (dependency failed)" in lines
    assert not (folder / "full_stack/build/server").exists()


def test_a_backend_that_is_wrong_is_caught_by_its_tests(folder: Path) -> None:
    stock = folder / "full_stack/backend/src/shop/stock.py"
    text = stock.read_text(encoding="utf-8")
    stock.write_text(text.replace("stock - ?", "stock + ?"), encoding="utf-8")
    done = spry(folder, "task", "deploy-complete")
    assert done.returncode == 1
    lines = lines_of(done.stdout)
    assert "✗ backend-test failed with exit code 1" in lines
    assert "✓ frontend-test completed" in lines
    assert "⊘ integration-test skipped (dependency failed)" in lines
    assert "test_an_order_takes_from_the_stock" in done.stdout


def test_a_run_leaves_only_ignored_files_in_a_checkout(folder: Path) -> None:
    subprocess.run(["git", "init", "-q", folder], check=True)
    ignored = (FOLDER.parent / ".gitignore").read_text(encoding="utf-8")
    (folder / ".git/info/exclude").write_text(ignored, encoding="utf-8")
    status = ["git", "-C", str(folder), "status", "--porcelain", "--untracked-files=all"]
    before = subprocess.run(status, capture_output=True, text=True, check=True).stdout
    assert spry(folder, "runbook").returncode == 0
    after = subprocess.run(status, capture_output=True, text=True, check=True).stdout
    assert "full_stack.md" in before
    assert after == before
