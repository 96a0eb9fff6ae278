"""How long a picture of a graph takes in a process that has drawn one before: a kernel."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from .graphs import layered
from .measure import Timing, _busy
from .race import LIMIT, Result

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .tools import Tool


def draw_graphs(
    sizes: Sequence[int], _folder: Path, rounds: int, _tools: Sequence[Tool]
) -> list[Result]:
    """Time DOT, layout and finishing of graphs with two deps a task, each checked to hold them."""
    command = [sys.executable, "-m", "tests.benchmarks.drawing", str(rounds), *map(str, sizes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT)
    return [
        Result(name, [Timing(status=0, printed=0, **timing) for timing in timings], fault)
        for name, timings, fault in json.loads(done.stdout)
    ]


def _cpu() -> float:
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(sum(resource.getrusage(each)[:2]) for each in who)


def _times(size: int, rounds: int) -> tuple[str, list[dict[str, float]], str]:
    from spry_jupyter.model import Task
    from spry_jupyter.plan.graph import Graph
    from spry_jupyter.show.svg import draw_figure, figure_of

    shape = layered(size, 2 * size)
    graph = Graph.of(Task(name=job.name, deps=job.deps, body="true") for job in shape.jobs)
    drawn = draw_figure(figure_of(graph)) or ""  # the first one imports what it takes
    held = drawn.count('class="node '), drawn.count('class="edge ')
    fault = "" if held == (size, shape.deps) else f"{held} of {size} tasks, {shape.deps} deps"
    timings = []
    for _ in range(rounds):
        busy, cpu, began = _busy(), _cpu(), time.perf_counter()
        draw_figure(figure_of(graph))
        wall, own = time.perf_counter() - began, _cpu() - cpu
        others = max(0.0, _busy() - busy - own) / wall / (os.cpu_count() or 1)
        timings.append({"wall": wall, "cpu": own, "others": min(1.0, others)})
    return f"spry, {size} tasks, {shape.deps} deps", timings, fault


if __name__ == "__main__":
    count, *all_sizes = map(int, sys.argv[1:])
    sys.stdout.write(json.dumps([_times(size, count) for size in all_sizes]))
