"""How much memory every process of a tree held at most."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

PERIOD = 0.03
SHARE = 20  # times as long as a look took is the least until the next: it must not slow what it looks at

OF_THE_TASK = {"bash", "sh", "head", "tr", "seq"}


def _peak_of(pid: int) -> float:
    """MiB that a process held at most since its program began, which the kernel keeps."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _kind_of(process: psutil.Process, root: int) -> str:
    """What a process is, for a reader: the tool itself, a part of it, or a task's program."""
    if process.pid == root:
        return "itself"
    argv = process.cmdline()
    return "runner" if any("spry_jupyter" in word for word in argv) else process.name()


class PeakWatch:
    """Looks at a tree of processes from its start until `finish`.

    The kernel keeps each process's peak, so what a look can miss is only what was taken within the
    last moments of a process.
    """

    def __init__(self, root: int) -> None:
        self._root = psutil.Process(root)
        self._known: dict[int, str] = {}
        self._peaks: dict[str, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def finish(self) -> dict[str, float]:
        """Stop looking; MiB by the kind of process, without the programs of the task."""
        self._over.set()
        self._thread.join()
        return {kind: peak for kind, peak in self._peaks.items() if kind not in OF_THE_TASK}

    def _watch(self) -> None:
        pause = 0.0
        while not self._over.wait(pause):
            began = time.perf_counter()
            self._look()
            pause = max(PERIOD, SHARE * (time.perf_counter() - began))

    def _look(self) -> None:
        with suppress(psutil.Error):
            for process in (self._root, *self._root.children(recursive=True)):
                with suppress(psutil.Error):
                    self._known[process.pid] = _kind_of(process, self._root.pid)
        for pid, kind in list(self._known.items()):
            try:
                self._peaks[kind] = max(self._peaks.get(kind, 0.0), _peak_of(pid))
            except OSError:  # it has ended
                del self._known[pid]
