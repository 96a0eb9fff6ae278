"""The user of a notebook: cells to execute, a folder, and processes that are known as theirs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from headless import Execution
from sleepers import own_nap, sleepers

if TYPE_CHECKING:
    from pathlib import Path

    import psutil
    from headless import LiveKernel

# Says so in the FIFO `go` when there is a process that sleeps.
NAPPING = "sleep NAP & until ps -o comm= -p $! | grep -q sleep; do :; done; echo > go; wait"
_FRESH = """
import os
os.chdir({folder!r})
get_ipython().run_line_magic("spry_rm", "--all")
fresh = {{"jobs": None, "show": "failed", "verbose": False, "fail_fast": False, "display": "auto"}}
for trait, value in fresh.items():
    setattr(get_ipython().spry_magics, trait, value)
"""


class Desk:
    """The user of a notebook, with nothing on their desk yet.

    Attributes:
        kernel: Executes the cells; others may have used it before.
        folder: What it works in from now on.
        nap: Seconds that no other process of this machine sleeps.
    """

    def __init__(self, kernel: LiveKernel, folder: Path) -> None:
        self.kernel = kernel
        self.folder = folder
        self.nap = own_nap()
        kernel.run(_FRESH.format(folder=str(folder)))

    def cell(self, code: str) -> Execution:
        """Execute a cell to its end."""
        return self.kernel.run(code)

    def says(self, code: str) -> str:
        """Execute a cell and return all that it shows as text."""
        return self.cell(code).text

    def task(self, line: str, body: str = "true") -> str:
        """Execute the cell of a task; `NAP` in its body is this user's own sleep."""
        return self.says(f"%%spry_task {line}\n{body.replace('NAP', self.nap)}")

    def cell_of_lab(self, code: str, cell: str) -> Execution:
        """Execute a cell to its end, naming it in the request as JupyterLab does."""
        session, channel = self.kernel.client.session, self.kernel.client.shell_channel
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        message = session.msg("execute_request", content, metadata={"cellId": cell})
        channel.send(message)
        return self.kernel.wait(Execution(message["header"]["msg_id"]))

    def number(self) -> int:
        """Return the number of the cell that was executed last."""
        (result,) = self.cell("0").outputs
        return int(result.execution_count) - 1

    def naps(self) -> list[psutil.Process]:
        """Return the living processes that sleep this user's number of seconds."""
        return sleepers(self.nap)

    def fifo(self, name: str) -> Path:
        """Make a FIFO: to write is an event, to read waits for it."""
        path = self.folder / name
        os.mkfifo(path)
        return path


def streams(execution: Execution, name: str) -> str:
    """Return what a cell wrote on `stdout` or `stderr`."""
    texts = [out.text for out in execution.outputs if out.get("name") == name]
    return "".join(texts)
