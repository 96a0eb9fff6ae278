"""A pattern that could take for ever is told by its shape."""

from __future__ import annotations

import re

import pytest

from spry_jupyter.errors import TaskSyntaxError
from spry_jupyter.read.options import parse_line
from spry_jupyter.read.patterns import is_slow

QUICK = [
    "test-.*", "(lint|test):.*", ".*-(unit|e2e)-.*", "(build-)?.*", "([a-z]+-)*[a-z]+", "a|b", "x{2,3}", r"\d+-\w+",
    "(?!deploy).*", "(?:foo|bar)*", "[a-z]+(/[a-z]+)*", r"(\w+:)*t", "(?i)Test.*", r"(\d+\.)+\d+", "(a|b)*", "a*+b",
    "(?>a+)b", "((ab)+-)*",
]  # fmt: skip
SLOW = [
    "(a+)+b", "(a|a)*b", "(a|ab|b)*c", "(.*,)*x", "((a*)*)*", "([a-z]+)*$", "(a?){30}a{30}", "(?:a+b?)+c", "(x+x+)+y",
    "(a*?)*?b", r"(\w+\s?)*$", "(a|b|ab)*c", ".*.*.*.*.*.*x", r"([\w-]+-)*x", r"(\S+-)*x", "([^a]+-)*x", "(a{1,30}){1,30}b",
]  # fmt: skip


@pytest.mark.parametrize("pattern", QUICK)
def test_a_pattern_that_is_quick_is_taken(pattern: str) -> None:
    assert not is_slow(pattern)
    for text in ("a" * 300, "a-" * 150, "ab" * 150 + "!", "1." * 150):
        re.fullmatch(pattern, text)


@pytest.mark.parametrize("pattern", SLOW)
def test_a_pattern_that_may_take_for_ever_is_refused(pattern: str) -> None:
    assert is_slow(pattern)
    with pytest.raises(TaskSyntaxError, match="may take for ever"):
        parse_line(f"a --injected-dep '{pattern}'")
