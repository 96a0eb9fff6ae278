"""What the magics ask of the kernel they live in; plain IPython answers too, with less."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, cast

from spry_jupyter.interrupts import interrupts_raise

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO


def cell_name(shell: Any) -> str:
    """Return the front end's name of the cell that is being executed.

    JupyterLab, Notebook and VS Code send one that stays with the cell; empty where nobody does.
    """
    return str((_request(shell).get("metadata") or {}).get("cellId") or "")


def cell_number(shell: Any) -> int:
    """Return the number of the cell that is being executed, as the user sees it.

    `execution_count` is that number or the next one, depending on the version of IPython.
    """
    return int(shell.displayhook.prompt_count)


def notebook_name() -> str:
    """Return the file name of this kernel's notebook, as the server that started the kernel said.

    Empty where nobody said so. A notebook that is renamed has its new name with its next kernel.
    """
    name = os.path.basename(os.environ.get("JPY_SESSION_NAME", ""))  # noqa: PTH119 - a name
    return name if name.endswith(".ipynb") else ""


def moment(shell: Any) -> tuple[object, int]:
    """Return what tells this execution of a cell from every other."""
    return (_request(shell).get("header") or {}).get("msg_id"), cell_number(shell)


def _request(shell: Any) -> dict[str, Any]:
    kernel: Any = getattr(shell, "kernel", None)
    return (kernel.get_parent("shell") if hasattr(kernel, "get_parent") else None) or {}


def is_kernel(shell: Any) -> bool:
    """Whether this process is a kernel, not IPython on a terminal."""
    return getattr(shell, "kernel", None) is not None


def display_form(shell: Any, setting: str) -> str:
    """Return how a run is shown where it is called now: `widget`, `html` or `text`.

    Args:
        shell: IPython's.
        setting: One of these, where it can be had, or `auto`.
    """
    if not _reaches_a_cell(shell):
        return "text"
    if setting != "auto":
        return setting
    return "widget" if cell_name(shell) or can_ask(shell) else "html"


def _reaches_a_cell(shell: Any) -> bool:
    """Whether what is displayed now becomes an output of a cell.

    It does not on a terminal, where `%%capture` or the like takes it, and from another thread or
    a forked process, whose displays reach another cell or none.
    """
    session = getattr(getattr(shell, "kernel", None), "session", None)
    return (
        session is not None
        and session.pid == os.getpid()
        and threading.current_thread() is threading.main_thread()
        and hasattr(shell.display_pub, "pub_socket")
        and hasattr(sys.stdout, "pub_thread")
    )


def awaits_cells(shell: Any) -> bool:
    """Whether a cell may await, in the loop of a kernel that goes on meanwhile."""
    kernel = getattr(shell, "kernel", None)
    runner = getattr(shell, "loop_runner", None)
    return bool(
        kernel is not None
        and shell.autoawait
        and str(runner) == "asyncio"
        and threading.current_thread() is threading.main_thread()
    )


def hears_while_awaiting() -> bool:
    """Whether a kernel hears its front end while a cell awaits: since ipykernel 7."""
    version = getattr(sys.modules.get("ipykernel"), "version_info", (0,))
    return bool(version[0] >= 7)  # noqa: PLR2004 - as said


def later(shell: Any, act: Callable[[], None]) -> None:
    """Have the kernel do something in its main thread as soon as no cell keeps it."""
    shell.kernel.io_loop.add_callback(act)


def can_ask(shell: Any) -> bool:
    """Whether somebody is there to answer a question."""
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return sys.stdin is not None and sys.stdin.isatty()


def ask(question: str) -> bool:
    """Ask a question with yes or no for an answer; an interrupt is no answer and stops the run."""
    try:
        with interrupts_raise():
            return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False
    except KeyboardInterrupt:
        signal.raise_signal(signal.SIGINT)  # whoever waits for the run hears it now
        return False


def current(name: str) -> TextIO:
    """Return what writes to the stream that is the cell's at the time of writing.

    A run in the background is shown in another cell than the one that started it, and `%%capture`
    puts another stream in the place of `sys.stdout` for one cell.

    Args:
        name: `stdout` or `stderr`.
    """
    return cast("TextIO", _Current(name))


class _Current(io.TextIOBase):
    """See `current`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def write(self, text: str) -> int:
        stream: TextIO = getattr(sys, self._name)
        return stream.write(text)

    def flush(self) -> None:
        getattr(sys, self._name).flush()
