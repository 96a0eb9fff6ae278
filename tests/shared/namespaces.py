"""Programs that see other mounts than the rest of the machine, where that is allowed."""

from __future__ import annotations

import subprocess

import pytest

MOUNTS = ("unshare", "-Urm", "sh", "-ec")
"""Start a shell script, with its name and arguments, that may mount what only it sees."""

PIDS = ("unshare", "-Urpfm", "--mount-proc", "--kill-child", "sh", "-ec")
"""Start a shell script, with its name and arguments, in a world of processes of its own."""


def _is_allowed(*words: str) -> bool:
    try:
        return subprocess.run([*words], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


needs_mounts = pytest.mark.skipif(
    not _is_allowed(*MOUNTS, "mount -t tmpfs none /mnt"), reason="nothing may be mounted here"
)

needs_pids = pytest.mark.skipif(
    not _is_allowed(*PIDS, "echo 400 > /proc/sys/kernel/pid_max"),
    reason="nobody may count processes anew here",
)

needs_chosen_pids = pytest.mark.skipif(
    not _is_allowed(*PIDS, "echo 400 > /proc/sys/kernel/ns_last_pid"),
    reason="nobody may choose the number of a process here",
)
