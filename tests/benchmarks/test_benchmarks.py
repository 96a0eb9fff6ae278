"""The benchmarks run, and would notice a tool that leaves out some of the work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_contest_is_held_in_small_and_the_product_does_all_of_its_work() -> None:
    words = ["--scale", "0.01", "--rounds", "1", "--tools", "spry"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "is out" not in done.stdout
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("| spry |") == 9


def test_an_order_that_breaks_a_dep_is_a_fault() -> None:
    check = (
        "from tests.benchmarks.graphs import chain, fault_of as fault\n"
        "print([fault(chain(2), ran.split()) for ran in ('t0 t1', 't1 t0', 't0', 't0 t1 t1')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True
    )
    faults = ["", "t1 ran before t0", "1 tasks did not run, t1 among them", "a task ran twice"]
    assert done.stdout.strip() == repr(faults)


def test_the_growth_is_told_for_every_command_and_size() -> None:
    words = ["-m", "tests.benchmarks.growth", "--least", "10", "--most", "100"]
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    head, _, *rows = done.stdout.splitlines()
    assert head == "|  | 10 tasks | 100 tasks |"
    assert [row.split(" | ")[0] for row in rows] == [
        "| ls",
        "| check",
        "| dry run",
        "| picture",
        "| run",
    ]


def test_the_table_of_endings_has_no_leak_in_our_rows_and_tells_one_in_others() -> None:
    words = [
        "-m",
        "tests.benchmarks.endings",
        "--rounds",
        "1",
        "--tasks",
        "setsid",
        "daemon, parent gone",
    ]
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    head, _, *rows = done.stdout.splitlines()
    assert head == "| ended by | setsid | daemon, parent gone |"
    assert [row.count("LEAK") for row in rows] == [2, 2, 1, 0, 0, 0, 0]


def test_what_a_cluster_costs_is_told_for_every_way() -> None:
    words = ["-m", "tests.benchmarks.cluster", "--tasks", "4", "--rounds", "1"]
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split("|")[1].strip() for line in done.stdout.splitlines() if " s |" in line]
    assert len(rows) == 5
    assert rows[-1] == "plain distributed"
