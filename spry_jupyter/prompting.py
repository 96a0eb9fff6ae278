"""No empty `Out[n]:` on a terminal after a run that its cell has shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spry_jupyter.kernel import is_kernel
from spry_jupyter.results import Run

if TYPE_CHECKING:
    from collections.abc import Callable


def prompting(shell: Any) -> Callable[[object], None]:
    """Return what a shell does with the value of a cell.

    A kernel sends nothing for what displays nothing. A terminal writes the prompt before it knows;
    there a run that has been shown is only kept, as `_` and in `Out`.
    """
    hook: Any = shell.displayhook
    if is_kernel(shell):
        return hook  # type: ignore[no-any-return]

    def display(value: object) -> None:
        if isinstance(value, Run) and value.is_shown:
            hook.check_for_underscore()
            hook.update_user_ns(value)
            hook.fill_exec_result(value)
        else:
            hook(value)

    return display
