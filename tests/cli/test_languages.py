"""Tasks in languages that are there on most machines, and each attempt's own time."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from command_line import Desk

NAMES_ITSELF = {
    "zsh": "print -r -- $ZSH_NAME",
    "fish": "if set -q FISH_VERSION; echo fish; end",
    "ruby": "puts RUBY_ENGINE",
    "node": "console.log(process.release.name)",
}


@pytest.mark.parametrize("lang", NAMES_ITSELF)
def test_a_task_runs_in_the_language_that_it_names(desk: Desk, lang: str) -> None:
    if shutil.which(lang) is None:
        pytest.skip(f"no {lang}")
    desk.tasks(f"{lang} a\n{NAMES_ITSELF[lang]}")
    assert desk.spry("task", "a", "--show=all").lines == ["✓ a completed", lang]


def test_a_timeout_is_each_attempt_s(desk: Desk) -> None:
    desk.tasks(
        "bash a --timeout 1s --retry 2 --retry-delay 10ms\n"
        "echo x >> ran; [ $(wc -l < ran) = 3 ] || sleep NAP"
    )
    said = desk.spry("task", "a")
    assert said.lines == [
        "↻ a timed out after 1s, retry 1 of 2 in 10ms",
        "↻ a timed out after 1s, retry 2 of 2 in 20ms",
        "✓ a completed",
    ]
    assert desk.naps() == []
