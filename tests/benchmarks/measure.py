"""One whole process, timed from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .memory import PeakWatch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What a process took.

    Attributes:
        status: Its exit status; the negative number of the signal that ended it.
        wall: Seconds from its start to its end.
        cpu: Seconds of processor time, its own and that of all processes it waited for.
        others: The share of all processors that other programs, also outside a virtual machine,
            took meanwhile, 0 to 1; a figure to judge the rest by. The clock of it ticks every 10
            ms, so it says nothing of a shorter time.
        printed: Bytes on its stdout.
        peaks: MiB that each kind of process held at most, by name; empty unless asked for.
        said: The end of its stderr.
    """

    status: int
    wall: float
    cpu: float
    others: float
    printed: int
    peaks: dict[str, float] = field(default_factory=dict)
    said: str = ""


def _busy() -> float:
    """Seconds since the machine started that its processors worked, or were taken from it."""
    with open("/proc/stat", encoding="ascii") as file:  # noqa: PTH123 - twice in each timing
        user, nice, system, _idle, _wait, *rest = map(int, file.readline().split()[1:9])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _drain(fd: int) -> int:
    size = 0
    while chunk := os.read(fd, CHUNK):
        size += len(chunk)
    return size


def timed(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: dict[str, str],
    limit: float = 120,
    peaks: bool = False,
) -> Timing:
    """Run `argv` to its end, reading away its stdout; after `limit` seconds it is killed."""
    busy, own = _busy(), time.process_time()
    with tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=err,
            start_new_session=True,
        )
        guard = threading.Timer(limit, _end, [process.pid])
        guard.start()
        watch = PeakWatch(process.pid) if peaks else None
        assert process.stdout is not None
        printed = _drain(process.stdout.fileno())
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        guard.cancel()
        found = watch.finish() if watch else {}
        err.seek(0)
        said = err.read()[-500:].decode(errors="replace")
    cpu = usage.ru_utime + usage.ru_stime
    foreign = _busy() - busy - cpu - (time.process_time() - own)
    return Timing(
        status=process.returncode,
        wall=wall,
        cpu=cpu,
        others=max(0.0, foreign / wall / (os.cpu_count() or 1)),
        printed=printed,
        peaks=found,
        said=said,
    )
