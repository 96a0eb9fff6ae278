"""Code in a process of its own that tells of all it does to the world: what it starts and opens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

# An audit hook cannot be taken away again, and sees what happens below all libraries.
_HOOK = """
import sys
STARTS = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile",
          "pty.spawn", "socket.connect", "socket.bind", "ctypes.dlopen", "pickle.find_class", "webbrowser.open")
CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate")
told, on = [], [False]
def hook(event, arguments):
    if not on[0]:
        return
    if event.startswith(STARTS):
        told.append(("start", event, repr(arguments[:2])))
    elif event.startswith(CHANGES):
        told.append(("change", event, str(arguments[0])))
    elif event == "open":
        path, mode, flags = arguments
        writes = bool(flags & 3) if isinstance(flags, int) else False
        if not isinstance(path, int):
            told.append(("write" if writes else "read", event, path if isinstance(path, str) else repr(path)))
    elif event in ("os.listdir", "os.scandir"):
        told.append(("list", event, str(arguments[0])))
    elif event == "import":
        told.append(("import", event, str(arguments[0])))
sys.addaudithook(hook)
def report():
    on[0] = False
    import json, os
    os.write(TELLS, json.dumps(told).encode())
"""


@dataclass(frozen=True)
class Deeds:
    """What code did.

    Attributes:
        all: Kind, audit event, and what it was about.
        said: Its stdout and stderr.
        cwd: Where it ran.
    """

    all: list[tuple[str, str, str]]
    said: str
    cwd: Path

    def of(self, *kinds: str) -> list[str]:
        return [what for kind, _, what in self.all if kind in kinds]

    def below(self, folder: Path, *kinds: str) -> set[str]:
        """What was done to files below a folder, by their paths from it."""
        paths = [os.path.normpath(self.cwd / what) for what in self.of(*kinds) if "\0" not in what]
        return {os.path.relpath(p, folder) for p in paths if Path(p).is_relative_to(folder)}


def deeds(code: str, folder: Path, *, first: str = "", **options: Any) -> Deeds:
    """Run code in a folder and return what it did; `first` is done before anybody watches."""
    with tempfile.TemporaryFile() as report:
        script = f"TELLS = {report.fileno()}\n{_HOOK}\nsys.path.insert(0, {str(ROOT)!r})\n{first}\n"
        script += "on[0] = True\ntry:\n"
        script += "".join(f"    {line}\n" for line in code.splitlines())
        script += "finally:\n    report()\n"
        done = subprocess.run(
            [
                sys.executable,
                "-P",
                "-B",
                "-c",
                script,
            ],  # compiling our modules is no deed of theirs
            cwd=folder,
            pass_fds=[report.fileno()],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=60,
            **options,
        )
        report.seek(0)
        found = report.read()
    assert found, done.stderr
    return Deeds([tuple(deed) for deed in json.loads(found)], done.stdout + done.stderr, folder)
