"""Nothing to do: how long each tool takes to find that everything is up to date."""

from __future__ import annotations

import time
from contextlib import chdir
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from spry_jupyter.run.still import place

from .builders import BUILDERS, Builder, Rule, SpryBuilder
from .measure import timed
from .race import LIMIT, Contestant, Result, race

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .tools import Tool

INPUTS = 4  # files that each task reads; it writes one
_SETTLE = 1.1


def _rules(count: int, folder: Path) -> list[Rule]:
    """Tasks with their inputs, which are written into the folder."""
    (folder / "src").mkdir()
    (folder / "out").mkdir()
    rules = []
    for i in range(count):
        inputs = tuple(f"src/f{i}_{k}.txt" for k in range(INPUTS))
        for name in inputs:
            (folder / name).write_text(f"{name}\n", encoding="ascii")
        command = f"cat {' '.join(inputs)} > out/t{i}.txt; echo x >> ran"
        rules.append(Rule(name=f"t{i}", inputs=inputs, output=f"out/t{i}.txt", command=command))
    return rules


def _fault(builder: Builder, folder: Path, count: int) -> str:
    """Make everything, and see that it is all made, and not made again."""
    for expected in (count, count, count):
        done = timed(builder.argv(), cwd=folder, env=builder.environment(), limit=LIMIT)
        if done.status:
            return f"status {done.status}: {done.said}"
        ran = (folder / "ran").read_text(encoding="ascii").count("x")
        if ran != expected:
            return f"{ran} tasks ran, of {expected}"
        time.sleep(_SETTLE)
    return ""


def _forget_answer(folder: Path) -> None:
    """Take away what the product's last run has left for the same question, where nothing moved."""
    with chdir(folder):
        Path(place(["runbook"])).unlink()


def nothing_to_do(count: int, folder: Path, rounds: int, tools: Sequence[Tool]) -> list[Result]:
    """Time a run of tasks that are all up to date, after each tool has made everything once."""
    names = {tool.name for tool in tools}
    fit, out = [], []
    for builder in BUILDERS:
        if builder.name not in names:
            continue
        at = folder / builder.name
        at.mkdir()
        builder.begin(at)
        builder.write(_rules(count, at), at)
        fault = _fault(builder, at, count)
        argv, env = tuple(builder.argv()), builder.environment()
        if fault:
            out.append(Result(builder.name, fault=fault))
        else:
            fit.append(Contestant(name=builder.name, argv=argv, cwd=at, env=env))
            if isinstance(builder, SpryBuilder):
                forget = partial(_forget_answer, at)
                name = f"{builder.name}, no answer kept"
                fit.append(Contestant(name=name, argv=argv, cwd=at, env=env, clean=forget))
    return race(fit, rounds=rounds) + out
