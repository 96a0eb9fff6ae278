"""Cells that are being executed, one within another as `%%capture` does it, and how they fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spry_jupyter.errors import Interrupted, SpryError
from spry_jupyter.kernel import moment

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionResult


class Executions:
    """Hears of the beginning and end of every cell of a shell."""

    def __init__(self, shell: Any) -> None:
        """Begin in the midst of the cell that loads the extension."""
        self._shell = shell
        self._cell = moment(shell)[0]
        self._depth = 1
        self._swallowed: BaseException | None = None

    @property
    def going_on(self) -> bool:
        """Whether a cell is being executed at this moment."""
        # A cell whose end nobody told of counts only as long as no other has begun.
        return self._depth > 0 and self._cell == moment(self._shell)[0]

    def begin(self) -> None:
        """Hear that a cell begins."""
        cell = moment(self._shell)[0]
        self._depth = self._depth + 1 if cell == self._cell else 1
        self._cell = cell

    def end(self, result: ExecutionResult | None = None) -> None:
        """Hear that a cell has ended; a run that failed within `%%capture` fails the cell.

        IPython shows an error of a captured cell and goes on as if there were none.

        Args:
            result: What came of it, if IPython says so.
        """
        self._depth = max(0, self._depth - 1)
        if result is None:
            return
        if self._depth:
            error = result.error_before_exec or result.error_in_exec
            self._swallowed = error if isinstance(error, SpryError | Interrupted) else None
            return
        swallowed, self._swallowed = self._swallowed, None
        if swallowed is not None and result.success and _captures(result):
            result.error_in_exec = swallowed


def _captures(result: ExecutionResult) -> bool:
    code = getattr(result.info, "raw_cell", None) or ""
    return any(line.startswith("%%capture") for line in code.split("\n"))
