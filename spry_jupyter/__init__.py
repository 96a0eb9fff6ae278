"""Task orchestration inside notebooks.

`%load_ext spry_jupyter` brings the magics, `Runbook` the Python interface. Both are imported only
when they are asked for: the runner process imports this package too and has to start in no time.
"""

from __future__ import annotations

__all__ = ["Run", "RunFailed", "Runbook", "load_ipython_extension", "unload_ipython_extension"]
__version__ = "0.1.0"

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from spry_jupyter.errors import RunFailed
    from spry_jupyter.extension import load_ipython_extension, unload_ipython_extension
    from spry_jupyter.runbook import Run, Runbook

_HOME = {
    "Run": "runbook",
    "RunFailed": "errors",
    "Runbook": "runbook",
    "load_ipython_extension": "extension",
    "unload_ipython_extension": "extension",
}


def __getattr__(name: str) -> object:
    """Import what is asked for, at the time it is asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - late by design

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
