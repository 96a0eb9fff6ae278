"""A drawing of text in a cell, which breaks lines that are longer than it is wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from headless import LiveKernel

CHAIN = "\n".join(
    f"%spry_task a-task-with-a-long-name-{i} --dep a-task-with-a-long-name-{i - 1}"
    for i in range(1, 9)
)


@pytest.mark.parametrize("magic", ["%spry_dag", "%spry_runbook --show-dag"])
def test_a_drawing_fits_a_cell(kernel: LiveKernel, magic: str) -> None:
    kernel.run(f"%load_ext spry_jupyter\n%spry_task a-task-with-a-long-name-0\n{CHAIN}")
    drawn = kernel.run(magic).text.splitlines()
    assert len(drawn) > 8
    assert max(map(len, drawn)) <= 100
