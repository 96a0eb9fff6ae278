"""What a run would do, for somebody who asks before it is run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spry_jupyter.run.launch import RunOptions
    from spry_jupyter.runbook import Runbook


def preview(
    book: Runbook,
    targets: Sequence[str] | None,
    options: RunOptions,
    *,
    drawn: bool,
    verbose: bool,
    width: int | None,
) -> str:
    """Return what would run, in order, or the drawing of it; a warning goes to stderr.

    Args:
        book: The tasks.
        targets: Names and `@TAG`s; None is every task.
        options: How it would be run.
        drawn: Draw it rather than list it.
        verbose: Say why each would run.
        width: Columns there are; None is as many as it takes.

    Raises:
        SpryError: If it cannot be run.
    """
    if drawn:
        from spry_jupyter.show.pictures import draw_closure  # noqa: PLC0415 - few runs are drawn

        return draw_closure(book.closure(targets, only=options.only), width=width)
    text, warning = book.dry_run(targets, options, verbose=verbose)
    if warning:
        sys.stderr.write(f"Warning: {warning}\n")
    return text
