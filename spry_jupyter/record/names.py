"""Names of files for tasks, whatever the tasks are called."""

from __future__ import annotations

import re

from spry_jupyter.record.digests import blake2b

# Lower case only: two names that differ in case must differ on any file system.
_PLAIN = re.compile(r"[a-z0-9_][a-z0-9_.-]{0,99}", re.ASCII)
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # as Windows has it
_LONGEST = 80


def file_name(task: str) -> str:
    """Return a name that no other task's file has: the task's own where that is harmless.

    Otherwise what is harmless of it, `~`, and a digest of the whole name.
    """
    if _PLAIN.fullmatch(task) and not _RESERVED.fullmatch(task):
        return task
    digest = blake2b(task.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    harmless = re.sub(r"[^A-Za-z0-9_-]+", "-", task)[:_LONGEST]
    return f"{harmless}~{digest}"
