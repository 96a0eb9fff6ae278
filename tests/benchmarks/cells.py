"""How long a cell that registers a task takes in a kernel, beside one that does nothing."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from .measure import Timing, _busy
from .race import Result

sys.path.insert(0, str(Path(__file__).parent.parent / "jupyter"))

from headless import live_kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headless import LiveKernel

    from .tools import Tool


def register_cells(count: int, folder: Path, rounds: int, _tools: Sequence[Tool]) -> list[Result]:
    """Time so many cells that register a task each, and as many of `pass`, in turns."""
    tasks = [_task(i) for i in range(count)]
    spry, none = Result(f"spry, {count} tasks"), Result(f"ipython, {count} × `pass`")
    with live_kernel(folder) as kernel:
        kernel.run("%load_ext spry_jupyter")
        for _ in range(rounds):
            kernel.run("%spry_rm --all")
            none.timings.append(_time(kernel, ["pass"] * count))
            spry.timings.append(_time(kernel, tasks))
        listed = len(kernel.run("%spry_ls").text.splitlines())
    spry.fault = "" if listed == count else f"{listed} of {count} tasks registered"
    return [spry, none]


def _task(i: int) -> str:
    dep = f"--dep t{i - 1} " if i else ""
    return f'%%spry_task t{i} {dep}--timeout 30s --descr "The task of the number {i}"\necho {i}'


def _time(kernel: LiveKernel, cells: Sequence[str]) -> Timing:
    process = psutil.Process(kernel.manager.provisioner.pid)  # type: ignore[union-attr]
    busy, cpu, began = _busy(), sum(process.cpu_times()[:2]), time.perf_counter()
    own = time.process_time()
    for cell in cells:
        kernel.run(cell)
    wall = time.perf_counter() - began
    used = sum(process.cpu_times()[:2]) - cpu
    mine = used + time.process_time() - own
    others = max(0.0, _busy() - busy - mine) / wall / (os.cpu_count() or 1)
    return Timing(status=0, wall=wall, cpu=used, others=min(1.0, others), printed=0)
