"""What is timed, and how each tool first shows that it does all of the work."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

from .graphs import Graph, chain, fault_of, wide
from .measure import timed
from .race import LIMIT, Contestant, Result, race
from .tools import Spry, Tool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


_HUNDRED_TASKS = """%load_ext spry_jupyter
for i in range(100): get_ipython().run_cell_magic("spry_task", f"t{i} --dep a --retry 2", "true")"""


def _contestant(tool: Tool, folder: Path, argv: Sequence[str]) -> Contestant:
    return Contestant(
        name=tool.name,
        argv=tuple(argv),
        cwd=folder,
        env=tool.environment(),
        clean=partial(tool.clean, folder),
    )


def _ready(tool: Tool, graph: Graph, folder: Path) -> Path:
    """A folder of the tool's own with the graph written down."""
    at = folder / tool.name
    at.mkdir(parents=True)
    tool.write(graph, at)
    return at


def _race(
    checked: Sequence[tuple[Contestant, str]], *, rounds: int, peaks: bool = False
) -> list[Result]:
    """Race those that did their work when they were checked; the others are out."""
    fit = [contestant for contestant, fault in checked if not fault]
    out = [Result(contestant.name, fault=fault) for contestant, fault in checked if fault]
    return race(fit, rounds=rounds, peaks=peaks) + out


def _order_fault(tool: Tool, graph: Graph, folder: Path, jobs: int) -> str:
    """Run the graph with tasks that leave a trace, and say what is wrong with the trace."""
    trace = folder / "ran"
    trace.touch()
    at = _ready(tool, graph.with_commands(lambda job: f"echo {job.name} >> {trace}"), folder)
    timing = timed(tool.run(jobs), cwd=at, env=tool.environment(), limit=LIMIT)
    if timing.status:
        return f"status {timing.status}: {timing.said}"
    return fault_of(graph, trace.read_text(encoding="ascii").split())


def run_graph(
    graph: Graph, jobs: int, folder: Path, rounds: int, tools: Sequence[Tool]
) -> list[Result]:
    """Time the run of a whole graph, after each tool has shown that it runs all of it in order."""
    checked = []
    for tool in tools:
        (folder / "check" / tool.name).mkdir(parents=True)
        fault = _order_fault(tool, graph, folder / "check" / tool.name, jobs)
        at = _ready(tool, graph, folder)
        checked.append((_contestant(tool, at, tool.run(jobs)), fault))
    return _race(checked, rounds=rounds)


def _plan_fault(contestant: Contestant, graph: Graph) -> str:
    """Whether a dry run names every task."""
    done = subprocess.run(
        contestant.argv,
        cwd=contestant.cwd,
        env=contestant.env,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    named = set(re.findall(r"\bt\d+\b", done.stdout + done.stderr))
    missing = len({job.name for job in graph.jobs} - named)
    return f"status {done.returncode}, {missing} tasks not named" if missing else ""


def plan_graph(graph: Graph, folder: Path, rounds: int, tools: Sequence[Tool]) -> list[Result]:
    """Time a dry run, after each tool has shown that its dry run walks the whole graph."""
    graph = graph.with_commands(lambda job: f": {job.name}")
    checked = []
    for tool in tools:
        fault = "has no dry run" if tool.plans_at_most == 0 else ""
        if 0 < tool.plans_at_most < len(graph.jobs):
            fault = (
                f"its dry run takes more than a minute, or all memory, past {tool.plans_at_most}"
            )
        at = _ready(tool, graph, folder)
        contestant = _contestant(tool, at, () if fault else tool.plan())
        checked.append((contestant, fault or _plan_fault(contestant, graph)))
    return _race(checked, rounds=rounds, peaks=True)


def _loss(tool: Tool, contestant: Contestant, size: int) -> str:
    """What of one task's output does not arrive, on stdout or in the tool's log."""
    first = timed(contestant.argv, cwd=contestant.cwd, env=contestant.env, limit=LIMIT)
    if first.status:
        return f"status {first.status}: {first.said}"
    log = tool.log()
    kept = timed(log, cwd=contestant.cwd, env=contestant.env, limit=LIMIT) if log else first
    if 0 <= kept.printed - size <= 1:  # some end the last line
        return ""
    return f"{kept.printed} of {size} bytes arrive: {kept.said}"


def print_much(
    command: str, size: int, folder: Path, rounds: int, tools: Sequence[Tool]
) -> list[Result]:
    """Time one task that prints `size` bytes, after each tool has shown that none is lost."""
    checked = []
    for tool in tools:
        at = _ready(tool, wide(1, command), folder)
        contestant = _contestant(tool, at, tool.run(2))
        checked.append((contestant, _loss(tool, contestant, size)))
    return _race(checked, rounds=rounds, peaks=True)


def start_up(folder: Path, rounds: int, tools: Sequence[Tool]) -> list[Result]:
    """Time what a user waits for before anything is done, beside the bare interpreters."""
    del tools  # only ours starts in an interpreter
    spry = Spry()
    at = _ready(spry, chain(10), folder)
    python = [sys.executable, "-c"]
    shell = [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c"]
    commands = {
        "python": [*python, "pass"],
        "import spry_jupyter": [*python, "import spry_jupyter"],
        "spry ls": [sys.executable, "-m", "spry_jupyter", "ls"],
        "spry task, 10 tasks": spry.run(8),
        "ipython": [*shell, "pass"],
        "ipython, %load_ext": [*shell, "%load_ext spry_jupyter"],
        "ipython, %load_ext, 100 tasks": [*shell, _HUNDRED_TASKS],
    }
    env = spry.environment() | {"IPYTHONDIR": str(folder / "ipython")}
    contestants = [
        Contestant(name=name, argv=tuple(argv), cwd=at, env=env, clean=partial(spry.clean, at))
        for name, argv in commands.items()
    ]
    race(contestants, rounds=1)  # the first start of each writes profiles and caches
    return race(contestants, rounds=2 * rounds)  # they are short, and differ by little
