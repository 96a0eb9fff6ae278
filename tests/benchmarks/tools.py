"""How each tool is given a graph and told to run it.

Every task is one `bash` with a command, started as directly as the tool can. The other tools are
taken from PATH where they are there.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .graphs import Graph

ROOT = Path(__file__).resolve().parents[2]
BASH = shutil.which("bash") or "/bin/bash"

Argv = list[str]


class Tool(ABC):
    """What runs a graph.

    Attributes:
        name: For the table, and the program on PATH.
        plans_at_most: The largest graph, in tasks, that its dry run walks within a minute; 0 if
            it has none.
    """

    name: ClassVar[str]
    plans_at_most: ClassVar[int] = 0
    leaves: ClassVar[tuple[str, ...]] = ()

    def program(self) -> str | None:
        """Its program, if it is here."""
        return shutil.which(self.name)

    def version(self) -> str:
        """The first line it says of itself."""
        done = subprocess.run(
            [self.name, "--version"], capture_output=True, text=True, check=True, cwd="/"
        )
        return done.stdout.splitlines()[0]

    def environment(self) -> dict[str, str]:
        """The environment that it runs in."""
        return os.environ | {"NO_COLOR": "1", "LC_ALL": "C.UTF-8"}

    @abstractmethod
    def write(self, graph: Graph, folder: Path) -> None:
        """Write the graph down as the tool wants it."""

    @abstractmethod
    def run(self, jobs: int) -> Argv:
        """Run everything, at most `jobs` tasks at once."""

    def plan(self) -> Argv:
        """Say what would run, and run nothing; empty where it has no dry run."""
        return ()

    def log(self) -> Argv | None:
        """Print what the task `t0` printed; None where the run itself has printed it."""
        return None

    def clean(self, folder: Path) -> None:
        """Remove what a run leaves behind, so that the next one is like the first."""
        for name in self.leaves:
            path = folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def _save(folder: Path, name: str, lines: Iterable[str]) -> None:
    (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


class Spry(Tool):
    """The product, through its command line; each task's output is kept in its log.

    Its record stays from round to round, as it does for its users, and forgets old runs by itself.
    """

    name = "spry"
    plans_at_most = 10**9

    def program(self) -> str:
        return sys.executable

    def version(self) -> str:
        return f"this checkout, Python {sys.version.split()[0]}"

    def environment(self) -> dict[str, str]:
        return super().environment() | {"PYTHONPATH": str(ROOT)}

    def write(self, graph: Graph, folder: Path) -> None:
        lines = []
        for job in graph.jobs:
            dep = f" --dep {','.join(job.deps)}" if job.deps else ""
            lines += [f"```bash {job.name}{dep}", job.command, "```", ""]
        lines += [f"```bash all --dep {','.join(graph.sinks)}", "```"]
        _save(folder, "Spryfile.md", lines)

    def _command(self, *words: str) -> Argv:
        return [sys.executable, "-m", "spry_jupyter", *words, "-f", "Spryfile.md"]

    def run(self, jobs: int) -> Argv:
        return self._command("task", "all", "-j", str(jobs))

    def plan(self) -> Argv:
        return self._command("task", "all", "--dry-run")

    def log(self) -> Argv:
        return self._command("log", "t0")


class Make(Tool):
    """Starts its shell itself, without another in between."""

    name = "make"
    plans_at_most = 10_000

    def write(self, graph: Graph, folder: Path) -> None:
        names = " ".join(job.name for job in graph.jobs)
        lines = [f"SHELL := {BASH}", f".PHONY: all {names}", f"all: {' '.join(graph.sinks)}"]
        for job in graph.jobs:
            lines += [f"{job.name}: {' '.join(job.deps)}", f"\t@{job.command.replace('$', '$$')}"]
        _save(folder, "Makefile", lines)

    def run(self, jobs: int) -> Argv:
        return ["make", "-r", "-R", f"-j{jobs}", "all"]

    def plan(self) -> Argv:
        return ["make", "-r", "-R", "-n", "all"]


class Ninja(Tool):
    """Goes through `/bin/sh -c`, which replaces itself with the bash."""

    name = "ninja"
    plans_at_most = 10**9
    leaves = (".ninja_log", ".ninja_deps")

    def write(self, graph: Graph, folder: Path) -> None:
        lines = ["rule r", "  command = $cmd", "  description = $out"]
        for job in graph.jobs:
            command = f"{BASH} -c {shlex.quote(job.command)}".replace("$", "$$")
            lines += [f"build {job.name}: r {' '.join(job.deps)}", f"  cmd = {command}"]
        lines += [f"build all: phony {' '.join(graph.sinks)}", "default all"]
        _save(folder, "build.ninja", lines)

    def run(self, jobs: int) -> Argv:
        return ["ninja", "--quiet", f"-j{jobs}"]

    def plan(self) -> Argv:
        return ["ninja", "-n"]


class Just(Tool):
    """Starts a thread for each parallel dep, in a dry run too, which bounds the graph's size."""

    name = "just"
    plans_at_most = 1_000

    def write(self, graph: Graph, folder: Path) -> None:
        lines = ['set shell := ["bash", "-c"]', "[parallel]", f"all: {' '.join(graph.sinks)}"]
        for job in graph.jobs:
            lines += ["[parallel]", f"{job.name}: {' '.join(job.deps)}", f"  @{job.command}"]
        _save(folder, "justfile", lines)

    def run(self, jobs: int) -> Argv:
        return ["just", "--jobs", str(jobs), "all"]

    def plan(self) -> Argv:
        return ["just", "--dry-run", "all"]


class GoTask(Tool):
    """Interprets a shell of its own, which starts the bash."""

    name = "task"
    plans_at_most = 10_000
    leaves = (".task",)

    def write(self, graph: Graph, folder: Path) -> None:
        tasks: dict[str, object] = {"all": {"deps": list(graph.sinks)}}
        for job in graph.jobs:
            command = f"{BASH} -c {shlex.quote(job.command)}"
            tasks[job.name] = {"run": "once", "deps": list(job.deps), "cmds": [command]}
        _save(folder, "Taskfile.yml", [json.dumps({"version": "3", "tasks": tasks})])

    def run(self, jobs: int) -> Argv:
        return ["task", "--silent", "-C", str(jobs), "all"]

    def plan(self) -> Argv:
        return ["task", "--dry", "all"]


class Doit(Tool):
    """Threads, the faster of its two ways; output passes through it. Has no dry run."""

    name = "doit"
    leaves = (".doit.db",)

    def write(self, graph: Graph, folder: Path) -> None:
        jobs = [[job.name, job.deps, job.command] for job in graph.jobs]
        _save(folder, "jobs.json", [json.dumps({"jobs": jobs, "sinks": graph.sinks})])
        _save(
            folder,
            "dodo.py",
            [
                "import json",
                "with open('jobs.json') as file: GRAPH = json.load(file)",
                "DOIT_CONFIG = {'default_tasks': ['all'], 'backend': 'json'}",
                "def task_all(): return {'actions': None, 'task_dep': GRAPH['sinks']}",
                "def task_jobs():",
                "    for name, deps, command in GRAPH['jobs']:",
                f"        action = [{BASH!r}, '-c', command]",
                "        yield {'basename': name, 'task_dep': deps, 'actions': [action],",
                "               'verbosity': 2}",
            ],
        )

    def run(self, jobs: int) -> Argv:
        return ["doit", "run", "-r", "zero", "-n", str(jobs), "-P", "thread", "all"]


TOOLS: tuple[Tool, ...] = (Spry(), Make(), Ninja(), Just(), GoTask(), Doit())


def present(names: Sequence[str]) -> tuple[list[Tool], list[str]]:
    """The tools that are here, of those named or of all, and the names of those that are not."""
    asked = [tool for tool in TOOLS if not names or tool.name in names]
    missing = [tool.name for tool in asked if tool.program() is None]
    return [tool for tool in asked if tool.name not in missing], missing
