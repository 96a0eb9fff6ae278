"""The way through the house, as data, and what keeps its rooms small.

Every import of every module is read from its source, also those inside functions and those for the
type checker alone: what a module may not know it may not name either.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSE = "spry_jupyter"

ROOMS: dict[str, set[str]] = {
    "frozen": set(),
    "whole": set(),
    "private": {"whole"},
    "model": set(),
    "errors": {"model"},
    "read": {"whole", "private", "model", "errors"},
    "plan": {"model", "errors"},
    "record": {"model", "errors", "plan"},
    "run": {"whole", "private", "model", "errors", "plan", "record"},
    "show": {"whole", "model", "errors", "read", "plan", "record"},
    "history": {"record", "show"},
    "interrupts": {"errors"},
    "captured": {"run", "show"},
    "task_results": {"model", "run", "show"},
    "results": {"model", "errors", "plan", "run", "show", "interrupts", "captured", "task_results"},
    "runbook": {"model", "errors", "read", "plan", "run", "record", "show"}
    | {"interrupts", "results"},
    "preview": {"run", "show", "runbook"},
    "arguments": {"errors", "read", "run"},
    "completion": {"model", "errors", "read", "show"},
    "foreground": {"errors", "run", "record", "show", "interrupts", "results", "runbook"},
    "expand": {"errors", "read"},
    "parsers": {"read", "show", "arguments"},
    "kernel": {"interrupts"},
    "registry": {"model", "errors", "plan"},
    "executions": {"errors", "kernel"},
    "awaited": {"interrupts", "kernel", "executions"},
    "cell_show": {"model", "plan", "show", "kernel"},
    "front": {"plan", "show", "kernel", "cell_show", "executions"},
    "kernel_runs": {"errors", "record", "run", "show", "interrupts", "results", "runbook"}
    | {"kernel", "cell_show", "front"},
    "session": {"model", "errors", "read", "record", "show", "runbook", "history"}
    | {"kernel", "registry", "executions", "awaited", "front", "kernel_runs"},
    "prompting": {"kernel", "results"},
    "matcher": {"model", "read", "parsers", "session"},
    "magics": {"errors", "read", "plan", "record", "run", "show", "results", "arguments"}
    | {"interrupts", "expand", "parsers", "session", "front", "kernel_runs"}
    | {"preview"},
    "extension": {"magics", "matcher", "prompting"},
    "commands": {"errors", "read", "plan", "record", "run", "show", "runbook"}
    | {"history", "arguments", "completion", "foreground", "preview"},
    "cli": {"errors", "plan", "show", "arguments", "completion", "commands"},
    "__init__": {"errors", "runbook", "extension"},
    "__main__": {"cli", "run"},
}
"""Each room, and the other rooms that it may import from; `frozen`, of which all make their values,
is open to everyone."""

PACKAGES: dict[str, set[str]] = {
    "IPython": {"executions", "magics", "matcher"},
    "anywidget": {"show.widget"},
    "dask": {"run.dask"},
    "distributed": {"run.dask"},
    "dotenv": {"run"},
    "graphviz": {"show.dot"},
    "json5": {"read.options"},
    "markdown_it": {"read.spryfile"},
    "nbformat": {"read.write"},
    "rich": {"show.terminal"},
    "traitlets": {"magics", "show.widget"},
}
"""Each outside package, and the rooms or modules that may import it."""

IMPURE = {"os", "io", "pathlib", "shutil", "tempfile", "subprocess", "threading", "asyncio"}
IMPURE |= {"time", "datetime", "random", "socket", "select", "signal", "sqlite3"}

NEVER: dict[str, set[str]] = {
    "model": IMPURE,
    "errors": IMPURE,
    "plan": IMPURE,
    "read": {"subprocess", "threading", "asyncio", "socket", "select", "signal", "sqlite3"},
    "show": {"subprocess", "threading", "asyncio", "socket", "select", "sqlite3"},
}
"""What a room leaves alone of the standard library, for it decides and does not do."""

EXCUSED: dict[str, set[str]] = {"show.layout": {"subprocess"}, "show.widget": {"threading"}}
"""Exceptions to `NEVER`: the layout of a graph is a program's work, and a front end asks in a thread
of its own."""

HEAVY = {
    "argparse",
    "asyncio",
    "concurrent",
    "dataclasses",
    "email",
    "hashlib",
    "http",
    "json",
    "logging",
    "multiprocessing",
}
HEAVY |= {"ssl", "typing", "unittest", "urllib", "xml"}
"""What of the standard library takes too long for a process that has to start in no time."""

LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
LONGEST_MAGIC = 15
HOLLOW = re.compile(r"(?i)(util|utils|helper|helpers|manager|handler|base|common)")
"""Names that say nothing of what a module or class is, alone or as a part of a longer name."""


class Import(NamedTuple):
    """A module that is named by an import, and the line of it."""

    module: str
    line: int


def modules_below(folder: str) -> list[str]:
    """The Python files below a folder of the project, as paths from its root."""
    return sorted(file.relative_to(ROOT).as_posix() for file in (ROOT / folder).rglob("*.py"))


OURS = modules_below(HOUSE)
TESTS = modules_below("tests")


@cache
def tree_of(file: str) -> ast.Module:
    """The syntax of a file, by its path from the root."""
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), file)


def name_of(file: str) -> str:
    """`show.dot` for `spry_jupyter/show/dot.py`, `show` for its `__init__.py`."""
    parts = Path(file).with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def room_of(name: str) -> str:
    """The room of a module of ours."""
    return name.partition(".")[0]


def named_by(node: ast.AST) -> list[str]:
    """The modules that one node of the syntax imports, by their full names."""
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom(level=0, module=str(module)):
            return [f"{module}.{alias.name}" for alias in node.names]
        case ast.ImportFrom():
            return ["." * node.level]  # the rules of the house want full names
        case ast.Call(args=[ast.Constant(value=str(module)), *_]) if ast.unparse(node.func) in {
            "import_module",
            "importlib.import_module",
            "__import__",
        }:
            return [module]
    return []


def imports_of(file: str) -> list[Import]:
    """All imports of a file."""
    nodes = ast.walk(tree_of(file))
    return [Import(name, getattr(node, "lineno", 0)) for node in nodes for name in named_by(node)]


def is_within(name: str, places: set[str]) -> bool:
    """Whether a module of ours is one of these rooms or modules, or inside one."""
    return any(name == place or name.startswith(f"{place}.") for place in places)


def test_the_table_lets_data_flow_one_way() -> None:
    rooms = list(ROOMS)
    for position, (room, known) in enumerate(ROOMS.items()):
        assert known <= set(rooms[:position]), room


@pytest.mark.parametrize("file", OURS)
def test_a_module_belongs_to_a_room_of_the_table(file: str) -> None:
    assert room_of(name_of(file)) in ROOMS


@pytest.mark.parametrize("file", OURS)
def test_a_module_imports_only_from_rooms_that_its_own_may_know(file: str) -> None:
    room = room_of(name_of(file))
    for module, line in imports_of(file):
        assert not module.startswith("."), f"{file}:{line} imports {module}"
        top, _, inner = module.partition(".")
        if top == HOUSE:
            # What is no room is a name that the package itself gives out.
            target = room_of(inner) if room_of(inner) in ROOMS else "__init__"
            assert target in ROOMS[room] | {room, "frozen"}, f"{file}:{line} imports {module}"


@pytest.mark.parametrize("file", OURS)
def test_an_outside_package_stays_in_its_room(file: str) -> None:
    for module, line in imports_of(file):
        top = module.partition(".")[0]
        if top not in sys.stdlib_module_names | {HOUSE}:
            places = PACKAGES.get(top, set())
            assert is_within(name_of(file), places), f"{file}:{line} imports {module}"


@pytest.mark.parametrize("file", OURS)
def test_a_room_that_decides_imports_nothing_that_does(file: str) -> None:
    name = name_of(file)
    never = NEVER.get(room_of(name), set()) - EXCUSED.get(name, set())
    for module, line in imports_of(file):
        assert module.partition(".")[0] not in never, f"{file}:{line} imports {module}"


WATCH = """
import sys
asked = set()
class Watch:
    def find_spec(self, name, path=None, target=None):
        asked.add(name.partition(".")[0])
sys.path.insert(0, {root!r})
{before}
sys.meta_path.insert(0, Watch())
import {module}
print(*sorted(asked))
"""


def asked_for_by(module: str, *, switches: tuple[str, ...], before: str = "") -> set[str]:
    """The top names that importing a module asks for in a fresh process, had or not."""
    script = WATCH.format(root=str(ROOT), module=module, before=before)
    done = subprocess.run(
        [sys.executable, *switches, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split()) - {HOUSE, "org"}  # `org` is asked for by `copy`, for Jython


@pytest.mark.parametrize("module", [HOUSE, f"{HOUSE}.run.runner"])
def test_what_starts_in_no_time_imports_nothing_heavy(module: str) -> None:
    asked = asked_for_by(module, switches=("-I", "-S"))
    assert asked - sys.stdlib_module_names == set()
    assert asked & HEAVY == set()


@pytest.mark.parametrize("module", ["cli", "foreground", "runbook"])
def test_a_command_imports_little_that_is_heavy(module: str) -> None:
    asked = asked_for_by(f"{HOUSE}.{module}", switches=("-I", "-S"))
    assert asked & HEAVY <= {"argparse", "urllib"}  # to read the command line; for `pathlib`


def test_loading_the_magics_imports_no_package_before_it_is_needed() -> None:
    asked = asked_for_by(f"{HOUSE}.extension", switches=("-I",), before="import IPython")
    assert asked & set(PACKAGES) - {"IPython", "traitlets"} == set()


@pytest.mark.parametrize("file", OURS)
def test_a_module_is_short_enough_to_own_one_thing(file: str) -> None:
    assert len((ROOT / file).read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def test_no_two_modules_of_tests_have_one_name() -> None:
    # Pytest imports a test by its name alone, and refuses the second of two.
    names = [Path(file).name for file in TESTS if Path(file).name.startswith("test_")]
    assert sorted({name for name in names if names.count(name) > 1}) == []


@pytest.mark.parametrize("file", OURS + TESTS)
def test_a_function_is_short_enough_to_be_read_at_once(file: str) -> None:
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{file}:{node.lineno} {node.name}"


@pytest.mark.parametrize("file", OURS + TESTS)
def test_a_module_and_a_class_are_named_for_what_they_are(file: str) -> None:
    classes = [node.name for node in ast.walk(tree_of(file)) if isinstance(node, ast.ClassDef)]
    for name in (Path(file).stem, *classes):
        words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
        assert not any(HOLLOW.fullmatch(word) for word in words), f"{file}: {name}"


def body_length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function after its docstring, which for a magic is its help."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def is_magic(node: ast.AST) -> bool:
    """Whether a function is a magic by its decorators."""
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
        re.match(r"(line_magic|cell_magic|line_cell_magic)\b", ast.unparse(decorator))
        for decorator in node.decorator_list
    )


def test_a_magic_is_parse_one_call_show() -> None:
    magics = [node for node in ast.walk(tree_of(f"{HOUSE}/magics.py")) if is_magic(node)]
    assert magics
    for node in magics:
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        assert body_length(node) <= LONGEST_MAGIC, node.name
