"""The command line as its users meet it: real processes in a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from fifos import PATIENCE, hear, make_fifo
from sleepers import own_nap, sleepers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import psutil

MODULE = (sys.executable, "-m", "spry_jupyter")


class Said(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Desk:
    """A folder with task files, and the command line in it.

    Attributes:
        folder: Where it is.
        nap: A number of seconds that no other process of this machine sleeps.
        module: The words that start the command line.
    """

    module = MODULE

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.nap = own_nap()
        self._started: list[subprocess.Popen[str]] = []

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def tasks(self, *fences: str, file: str = "Spryfile.md") -> Path:
        """Write a Spryfile; a fence is its line, and below that its body. NAP stands for `nap`."""
        texts = [f"```{fence.strip()}\n```\n" for fence in fences]
        return self.write(file, "\n".join(texts).replace("NAP", self.nap))

    def start(
        self,
        *words: str,
        program: tuple[str, ...] = MODULE,
        env: Mapping[str, str] | None = None,
        **streams: object,
    ) -> subprocess.Popen[str]:
        """Start a command; its streams are pipes, and its stdin is empty, unless told otherwise."""
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(
            [*program, *words],
            cwd=self.folder,
            env={**os.environ, **(env or {})},
            encoding="utf-8",
            errors="surrogateescape",
            **{**pipes, **streams},  # type: ignore[call-overload]
        )
        self._started.append(process)
        return process

    def end(self, process: subprocess.Popen[str]) -> Said:
        """Wait for the end of a command."""
        out, err = process.communicate(timeout=PATIENCE)
        return Said(process.returncode, out, err)

    def spry(self, *words: str, **options: object) -> Said:
        """Run a command to its end."""
        return self.end(self.start(*words, **options))  # type: ignore[arg-type]

    def fifo(self, name: str) -> Path:
        """Make a FIFO: a task's `echo > NAME` is an event to wait for with `hear`."""
        return make_fifo(self.folder, name)

    def hear(self, path: Path) -> str:
        """Wait until somebody has written into a FIFO, and return that."""
        return hear(path)

    def naps(self) -> list[psutil.Process]:
        """Return the living processes that sleep this test's number of seconds."""
        return sleepers(self.nap)

    def close(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()


def until(true: Callable[[], object]) -> None:
    """Wait until something is true that sends no event."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)
