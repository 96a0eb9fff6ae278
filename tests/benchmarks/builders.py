"""How each tool that makes files from files is told a rule, and to make what is not up to date."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A file that is made of others.

    Attributes:
        name: Of the task.
        inputs: Paths, relative.
        output: Likewise.
        command: For a shell; `$MODE` is a variable of the environment.
    """

    name: str
    inputs: tuple[str, ...]
    output: str
    command: str


class Builder(ABC):
    """What makes files.

    Attributes:
        name: For the table, and the program on PATH.
        file: What its rules are written to.
    """

    name: ClassVar[str]
    file: ClassVar[str]

    def is_here(self) -> bool:
        """Whether its program is on PATH."""
        return shutil.which(self.name) is not None

    def begin(self, folder: Path) -> None:  # noqa: B027 - most need nothing
        """Get a folder ready for it."""

    @abstractmethod
    def text(self, rules: Sequence[Rule]) -> str:
        """The rules as it wants them."""

    def argv(self) -> list[str]:
        """Make everything."""
        return [self.name]

    def write(self, rules: Sequence[Rule], folder: Path) -> None:
        """Write the rules down."""
        (folder / self.file).write_text(self.text(rules), encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """What it runs in."""
        return os.environ | {"NO_COLOR": "1", "LC_ALL": "C.UTF-8"}


class SpryBuilder(Builder):
    """The product, through its command line."""

    name = "spry"
    file = "Spryfile.md"

    def is_here(self) -> bool:
        return True

    def text(self, rules: Sequence[Rule]) -> str:
        lines = []
        for rule in rules:
            inputs = " ".join(f"--input {name}" for name in rule.inputs)
            mode = "--env MODE " if "$MODE" in rule.command else ""
            lines += [f"```bash {rule.name} {mode}{inputs} --output {rule.output}"]
            lines += [rule.command, "```", ""]
        return "\n".join(lines)

    def argv(self) -> list[str]:
        return [sys.executable, "-m", "spry_jupyter", "runbook"]

    def environment(self) -> dict[str, str]:
        return super().environment() | {"PYTHONPATH": str(ROOT)}


class MakeBuilder(Builder):
    """Compares times of files."""

    name = "make"
    file = "Makefile"

    def argv(self) -> list[str]:
        return ["make", "-r", "-R"]  # none of its built-in rules is looked at for each file

    def text(self, rules: Sequence[Rule]) -> str:
        lines = [f"all: {' '.join(rule.output for rule in rules)}"]
        for rule in rules:
            command = rule.command.replace("$", "$$")
            lines += [f"{rule.output}: {' '.join(rule.inputs)}", f"\t@{command}"]
        return "\n".join([*lines, ""])


class NinjaBuilder(Builder):
    """Compares times of files, and remembers commands."""

    name = "ninja"
    file = "build.ninja"

    def text(self, rules: Sequence[Rule]) -> str:
        lines = ["rule r", "  command = $cmd"]
        for rule in rules:
            command = rule.command.replace("$", "$$")
            lines += [f"build {rule.output}: r {' '.join(rule.inputs)}", f"  cmd = {command}"]
        return "\n".join([*lines, ""])


class DoitBuilder(Builder):
    """Compares contents of inputs."""

    name = "doit"
    file = "dodo.py"

    def text(self, rules: Sequence[Rule]) -> str:
        told = [[rule.name, rule.inputs, rule.output, rule.command] for rule in rules]
        return (
            f"import json\nRULES = json.loads({json.dumps(told)!r})\n"
            "def task_make():\n"
            "    for name, inputs, output, command in RULES:\n"
            "        yield {'basename': name, 'file_dep': inputs, 'targets': [output],\n"
            "               'actions': [command]}\n"
        )


class GoTaskBuilder(Builder):
    """Compares contents of inputs, of all of a task at once."""

    name = "task"
    file = "Taskfile.yml"

    def text(self, rules: Sequence[Rule]) -> str:
        tasks: dict[str, object] = {"default": {"deps": [rule.name for rule in rules]}}
        for rule in rules:
            tasks[rule.name] = {
                "sources": list(rule.inputs),
                "generates": [rule.output],
                "cmds": [rule.command],
            }
        return json.dumps({"version": "3", "tasks": tasks})


class SnakemakeBuilder(Builder):
    """Compares times, and contents of small inputs."""

    name = "snakemake"
    file = "Snakefile"

    def text(self, rules: Sequence[Rule]) -> str:
        outputs = [rule.output for rule in rules]
        lines = ["rule all:", f"    input: {outputs!r}"]
        for rule in rules:
            command = rule.command.replace("{", "{{").replace("}", "}}")
            lines += [f"rule {rule.name}:", f"    input: {list(rule.inputs)!r}"]
            lines += [f"    output: {rule.output!r}", f"    shell: {command!r}"]
        return "\n".join([*lines, ""])

    def argv(self) -> list[str]:
        return ["snakemake", "--cores", "2", "--quiet"]


class DvcBuilder(Builder):
    """Keeps a copy of what has been made, and brings it back."""

    name = "dvc"
    file = "dvc.yaml"

    def begin(self, folder: Path) -> None:
        words = ["dvc", "init", "--no-scm", "--quiet"]
        subprocess.run(words, cwd=folder, env=self.environment(), check=True)

    def text(self, rules: Sequence[Rule]) -> str:
        stages = {
            rule.name: {"cmd": rule.command, "deps": list(rule.inputs), "outs": [rule.output]}
            for rule in rules
        }
        return json.dumps({"stages": stages})

    def argv(self) -> list[str]:
        return ["dvc", "repro", "--quiet"]

    def environment(self) -> dict[str, str]:
        return super().environment() | {"DVC_NO_ANALYTICS": "1"}


BUILDERS: tuple[Builder, ...] = (
    SpryBuilder(),
    MakeBuilder(),
    NinjaBuilder(),
    DoitBuilder(),
    GoTaskBuilder(),
    SnakemakeBuilder(),
    DvcBuilder(),
)
