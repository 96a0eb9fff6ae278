"""What each tool makes of a change: the same eleven changes for all, in one run.

    python -m tests.benchmarks.changes [TOOL…]

A cell says what came of it: `RUN`, `skip`, `restored` from a copy, or `fails`. The last column says what is
right; the exit status is 1 if the product is wrong anywhere.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from .builders import BUILDERS, Builder, Rule
from .table import markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 60.0
SETTLE = 1.1  # seconds between a build and a change, for tools that know whole seconds only
_COMMAND = (
    "head -c 2 in.txt > out.txt; if [ -e slow ]; then echo $$ > pid; sleep 60; fi; "
    "{ cat in.txt; echo $MODE; } > out.txt; echo x >> ran"
)
_RULE = Rule(name="copy", inputs=("in.txt",), output="out.txt", command=_COMMAND)
FIRST, OTHER = "first one\n", "other one\n"


class Trial:
    """One tool in a folder of its own, in which everything is up to date.

    Attributes:
        folder: Where it is.
    """

    def __init__(self, builder: Builder, folder: Path) -> None:
        self.folder = folder
        self._builder = builder
        self.mode = "1"
        folder.mkdir(parents=True)
        builder.begin(folder)
        self.write(FIRST)
        builder.write([_RULE], folder)
        self.build()
        time.sleep(SETTLE)
        self.build()  # which may have to read again what was read in the tick of its change
        time.sleep(SETTLE)

    def write(self, text: str) -> None:
        (self.folder / "in.txt").write_text(text, encoding="ascii")

    def change_time(self, moment: int) -> None:
        os.utime(self.folder / "in.txt", (moment, moment))

    def command(self, command: str) -> None:
        rule = Rule(name="copy", inputs=("in.txt",), output="out.txt", command=command)
        self._builder.write([rule], self.folder)

    def build(self) -> str:
        """Have everything made; say what came of it."""
        before, output = self._runs(), self._output()
        done = subprocess.run(
            self._builder.argv(),
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
        ran = "RUN" if self._runs() > before else "skip"
        if ran == "skip" and self._output() != output:
            ran = "restored"
        return ran if done.returncode == 0 else f"{ran}, fails"

    def kill(self) -> None:
        """Have everything made anew, and kill the tool and its tasks in the midst of it."""
        (self.folder / "out.txt").unlink()
        (self.folder / "slow").touch()
        self.write(OTHER)
        process = subprocess.Popen(
            self._builder.argv(),
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + PATIENCE
        while not self._is_in_the_midst() and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        with suppress(ProcessLookupError):  # some tools start tasks in groups of their own
            os.kill(int((self.folder / "pid").read_text(encoding="ascii")), signal.SIGKILL)
        (self.folder / "slow").unlink()

    def _is_in_the_midst(self) -> bool:
        path = self.folder / "pid"
        return path.exists() and path.read_text(encoding="ascii").endswith("\n")

    def _runs(self) -> int:
        path = self.folder / "ran"
        return path.read_text(encoding="ascii").count("x") if path.exists() else 0

    def _output(self) -> str:
        path = self.folder / "out.txt"
        return path.read_text(encoding="ascii") if path.exists() else ""

    def _environment(self) -> dict[str, str]:
        return self._builder.environment() | {"MODE": self.mode}


def _touch(trial: Trial) -> None:
    os.utime(trial.folder / "in.txt")


def _keep_time(trial: Trial) -> None:
    before = (trial.folder / "in.txt").stat()
    trial.write(OTHER)
    os.utime(trial.folder / "in.txt", ns=(before.st_atime_ns, before.st_mtime_ns))


def _dated(moment: int) -> Callable[[Trial], None]:
    def change(trial: Trial) -> None:
        trial.write(OTHER)
        trial.change_time(moment)

    return change


def _twice(trial: Trial) -> None:
    _dated(2_208_988_800)(trial)
    trial.build()


def _tamper(trial: Trial) -> None:
    (trial.folder / "out.txt").write_text("tampered\n", encoding="ascii")


def _delete(trial: Trial) -> None:
    (trial.folder / "out.txt").unlink()


def _reword(trial: Trial) -> None:
    trial.command(f"{_COMMAND}; echo more >> out.txt")


def _set_mode(trial: Trial) -> None:
    trial.mode = "2"


CHANGES: tuple[tuple[str, Callable[[Trial], None], str], ...] = (
    ("none", lambda _: None, "skip"),
    ("touch, same content", _touch, "skip"),
    ("content, same size, mtime restored", _keep_time, "RUN"),
    ("content, mtime 2001", _dated(10**9), "RUN"),
    ("content, mtime 2040", _dated(2_208_988_800), "RUN"),
    ("… again, no change", _twice, "skip"),
    ("output tampered", _tamper, "RUN"),
    ("output deleted", _delete, "RUN"),
    ("command text", _reword, "RUN"),
    ("environment variable (only spry is told of it)", _set_mode, "RUN"),
    ("SIGKILL in the midst of a task", Trial.kill, "RUN"),
)


def rows(builders: list[Builder], folder: Path) -> Iterator[list[str]]:
    """Try every change with every tool; yield a row for each change."""
    for number, (name, change, right) in enumerate(CHANGES):
        cells = []
        for builder in builders:
            trial = Trial(builder, folder / builder.name / str(number))
            change(trial)
            cells.append(trial.build())
        sys.stderr.write(f"{name}: {', '.join(cells)}\n")
        yield [name, *cells, right]


def main() -> int:
    """Print the table."""
    asked = sys.argv[1:]
    builders = [each for each in BUILDERS if each.is_here() and (not asked or each.name in asked)]
    with tempfile.TemporaryDirectory(prefix="spry-changes-") as folder:
        found = list(rows(builders, Path(folder)))
    sys.stdout.write(markdown(["", *(each.name for each in builders), "right"], found) + "\n")
    ours = [each.name for each in builders].index("spry") + 1 if builders else 0
    return 1 if any(row[ours] != row[-1] for row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
