"""Magics that a cell awaits, so that the kernel can hear its front end while they run.

IPython awaits no magic. So in the code that it makes of a cell, a call of one of ours that stands
at the top level is replaced by `await` and a magic that returns something to be awaited. Whatever
runs code by itself (`%time`, `%%capture`, a function) keeps the magic that blocks.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from spry_jupyter.interrupts import interrupts_reach_code
from spry_jupyter.kernel import awaits_cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spry_jupyter.executions import Executions

TWINS = {
    "run_line_magic": {
        "spry_run": "_spry_run_awaited",
        "spry_runbook": "_spry_runbook_awaited",
        "spry_task": "_spry_group_awaited",
    },
    "run_cell_magic": {"spry_task": "_spry_task_awaited"},
}
"""The magics that may take long, and those that take their places where they are awaited."""


class AwaitedMagics:
    """Rewrites cells for one shell."""

    def __init__(self, shell: Any, executions: Executions) -> None:
        """Rewrite nothing yet.

        Args:
            shell: IPython's.
            executions: What runs of it: code within a cell that is executed cannot await.
        """
        self._shell = shell
        self._executions = executions
        self._rewritten = False

    def begin(self) -> None:
        """Hear that a cell begins."""
        if self._rewritten:
            self._rewritten = False
            interrupts_reach_code()

    def rewrite(self, lines: list[str]) -> list[str]:
        """Return the code of a cell with the magics that are awaited; else as it came."""
        code = "".join(lines)
        known = (name for twins in TWINS.values() for name in twins)
        if not any(f"'{name}'" in code for name in known):
            return lines
        if self._executions.going_on or not awaits_cells(self._shell):
            return lines
        try:
            tree = ast.parse(code)
        except (SyntaxError, ValueError):  # which IPython will tell
            return lines
        awaiting = _with_awaits(code, tree)
        self._rewritten = awaiting != code
        return awaiting.splitlines(keepends=True)


def _with_awaits(code: str, tree: ast.AST) -> str:
    # Columns count bytes, and of bytes lines end where those of Python do: not at U+2028.
    rows = code.encode().splitlines(keepends=True)
    calls = sorted(_calls(tree), key=lambda call: (call.lineno, call.col_offset), reverse=True)
    for call in calls:
        name = call.args[0]
        assert isinstance(name, ast.Constant)
        assert isinstance(name.value, str)
        assert isinstance(call.func, ast.Attribute)
        row = rows[call.lineno - 1]
        twin = repr(TWINS[call.func.attr][name.value]).encode()
        start, end = name.col_offset, name.end_col_offset
        rows[call.lineno - 1] = (
            row[: call.col_offset] + b"await " + row[call.col_offset : start] + twin + row[end:]
        )
    return b"".join(rows).decode()


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls of our magics below a node that are made when the cell itself runs."""
    own = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    if isinstance(node, own | ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp):
        return
    match node:
        case ast.Call(
            func=ast.Attribute(attr="run_line_magic" | "run_cell_magic" as kind),
            args=[ast.Constant(value=name, lineno=line), *rest],
        ) if name in TWINS[kind] and line == node.lineno and _may_take_long(name, rest):
            yield node
    for child in ast.iter_child_nodes(node):
        yield from _calls(child)


def _may_take_long(name: object, rest: list[ast.expr]) -> bool:
    """Whether a magic runs tasks: a task's own cell does that only if its line says so."""
    if name != "spry_task":
        return True
    return bool(rest) and isinstance(rest[0], ast.Constant) and "run" in str(rest[0].value)
