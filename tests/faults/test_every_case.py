"""Each of the 95 cases has a test that names it, and a line in the documentation."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "docs" / "faults.md"
CASES = range(1, 96)

_NUMBERED = re.compile(r"test_(?:case_)?((?:\d+_)+)")


def numbers_of(name: str) -> set[int]:
    """The cases that the name of a test names."""
    found = _NUMBERED.match(name)
    return {int(number) for number in found[1].split("_") if number} if found else set()


@cache
def tried() -> set[int]:
    """The cases that tests name, here and where what they need is at hand."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in TESTS.rglob("test_*.py")]
    functions = [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    return set().union(*[numbers_of(function.name) for function in functions])


@cache
def rows() -> dict[str, list[list[str]]]:
    """The rows of the page's tables, by the heading above them."""
    found: dict[str, list[list[str]]] = {}
    heading = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif re.match(r"\| [\d, ]+ \|", line):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            found.setdefault(heading, []).append(cells)
    return found


EXCUSES = "What cannot be tried here"


@pytest.mark.parametrize("case", CASES)
def test_each_case_is_tested_and_documented(case: int) -> None:
    documented = [cells for name, table in rows().items() if name != EXCUSES for cells in table]
    (row,) = [cells for cells in documented if cells[0] == str(case)]
    assert all(row), "says what was tried and what holds"
    assert case in tried(), "no test names it"


def test_what_cannot_be_tried_says_where_and_what_holds() -> None:
    for numbers, where, holds in rows()[EXCUSES]:
        assert {int(number) for number in numbers.split(",")} <= set(CASES)
        assert where
        assert holds


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("test_case_7_8_a_kernel", {7, 8}),
        ("test_81_a_secret", {81}),
        ("test_of_case_7", set()),
        ("test_12", set()),
        ("test_a_log_of_64_kib", set()),
    ],
)
def test_the_numbers_in_a_name_are_read(name: str, numbers: set[int]) -> None:
    assert numbers_of(name) == numbers
