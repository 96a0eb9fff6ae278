"""The command line in a notebook's cell, behind `!`: a terminal that shows no cursor, and nobody at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from headless import LiveKernel

PRESS = "import os, sys; os.environ['PATH'] = os.path.dirname(sys.executable) + ':' + os.environ['PATH']"


def test_a_run_is_plain_lines_without_control_sequences(kernel: LiveKernel, tmp_path: Path) -> None:
    (tmp_path / "Spryfile.md").write_text("```bash a\nsleep 0.3\n```\n", encoding="utf-8")
    kernel.run(PRESS)
    shown = kernel.run("!jupyter spry task a")
    assert [out["text"].replace("\r", "") for out in shown.outputs] == ["✓ a completed\n"]


def test_a_question_is_refused_rather_than_asked_of_nobody(
    kernel: LiveKernel, tmp_path: Path
) -> None:
    (tmp_path / "Spryfile.md").write_text("```bash a --confirm\necho\n```\n", encoding="utf-8")
    kernel.run(PRESS)
    shown = kernel.run("!jupyter spry task a", limit=20)
    assert 'Task "a" asks for confirmation and nobody is there to give it' in shown.text
