"""Notebooks and kernels without a front end: what nbclient, papermill and a client see."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from jupyter_client.blocking.client import BlockingKernelClient

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def output_text(outputs: Sequence[Mapping[str, Any]]) -> str:
    """The plain text of outputs: streams, `text/plain` of displays, and tracebacks, uncoloured."""
    parts = []
    for output in outputs:
        match output["output_type"]:
            case "stream":
                parts.append(output["text"])
            case "error":
                parts.append("\n".join(output["traceback"]) + "\n")
            case _:
                parts.append(output["data"].get("text/plain", "") + "\n")
    return ANSI.sub("", "".join(parts)).rstrip("\n")


def execute(
    notebook: NotebookNode, folder: Path, *, allow_errors: bool = False, limit: float = 120
) -> NotebookNode:
    """Execute a notebook in place, in `folder`, each cell within `limit` seconds, and return it.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell raised and `allow_errors` is not given.
    """
    client = NotebookClient(
        notebook,
        timeout=limit,
        kernel_name="python3",
        allow_errors=allow_errors,
        resources={"metadata": {"path": str(folder)}},
    )
    return client.execute()


@dataclass(slots=True)
class Execution:
    """What came of some code so far.

    Attributes:
        ident: The message that asked for it.
        outputs: As nbformat has them, in order of arrival, updated displays in their place.
    """

    ident: str
    outputs: list[NotebookNode] = field(default_factory=list)

    @property
    def text(self) -> str:
        """See `output_text`."""
        return output_text(self.outputs)

    @property
    def error(self) -> str:
        """The name of the exception's class; empty if there was none."""
        return next((str(out.ename) for out in self.outputs if out.output_type == "error"), "")

    def hear(self, message: dict[str, Any]) -> bool:
        """Take in a message of the kernel; whether it was the last one."""
        kind, content = message["msg_type"], message["content"]
        if message["parent_header"].get("msg_id") != self.ident:
            return False
        if kind in {"stream", "display_data", "execute_result", "error"}:
            self.outputs.append(NotebookNode(output_type=kind, **content))
        elif kind == "update_display_data":
            for output in self.outputs:
                if output.get("transient") == content["transient"]:
                    output.update(data=content["data"], metadata=content["metadata"])
        return bool(kind == "status" and content["execution_state"] == "idle")


@dataclass(slots=True)
class LiveKernel:
    """A running kernel of the tests' own Python.

    Attributes:
        manager: Starts, restarts and ends it.
        client: Speaks with it.
    """

    manager: KernelManager
    client: BlockingKernelClient

    def start(self, code: str) -> Execution:
        """Execute code without waiting."""
        return Execution(self.client.execute(code))

    def wait(self, execution: Execution, *, limit: float = 60) -> Execution:
        """Return when it has ended.

        Raises:
            queue.Empty: the kernel says nothing for `limit` seconds.
        """
        while not execution.hear(self.client.get_iopub_msg(timeout=limit)):
            pass
        return execution

    def wait_for_text(self, execution: Execution, text: str, *, limit: float = 60) -> None:
        """Return when its outputs hold `text`.

        Raises:
            queue.Empty: the kernel says nothing for `limit` seconds.
        """
        while text not in execution.text:
            ended = execution.hear(self.client.get_iopub_msg(timeout=limit))
            assert not ended or text in execution.text, execution.text

    def run(self, code: str, *, limit: float = 60) -> Execution:
        """Execute code to its end."""
        return self.wait(self.start(code), limit=limit)

    def interrupt(self) -> None:
        """What the stop button does."""
        self.manager.interrupt_kernel()


@contextmanager
def live_kernel(folder: Path) -> Iterator[LiveKernel]:
    """Run a kernel in `folder` until the block ends."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder))
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        yield LiveKernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
