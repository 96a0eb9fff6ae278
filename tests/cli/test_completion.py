"""What a Tab brings, in the shells themselves."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pyte
import pytest
from conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Desk

BIN = str(Path(sys.executable).parent)
COLUMNS, LINES = 120, 40
SHELLS = {
    "bash": (["--norc", "--noprofile", "-i"], 'eval "$(jupyter spry completion bash)"'),
    "zsh": (
        ["-f", "-i"],
        'autoload -U compinit; compinit -u -D; eval "$(jupyter spry completion zsh)"',
    ),
    "fish": (["--no-config", "-i"], "jupyter spry completion fish | source"),
}
PROMPT = {"fish": 'function fish_prompt; echo "ready> "; end'}


def typed_line(text: str) -> str:
    """Return the last line with a prompt, below which candidates may be listed."""
    return [line for line in text.splitlines() if line.startswith("ready>")][-1].rstrip()


class Shell:
    """An interactive shell with the completion loaded, on a terminal that can be looked at."""

    def __init__(self, name: str, folder: Path) -> None:
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        words, load = SHELLS[name]
        env = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(folder)}
        env |= {"TERM": "xterm", "LC_ALL": "C.UTF-8", "PS1": "ready> ", "fish_history": ""}
        self._child = pexpect.spawn(
            name, words, cwd=folder, env=env, dimensions=(LINES, COLUMNS), timeout=None
        )
        set_prompt = PROMPT.get(name, "PS1='ready> '")
        self._child.send(f"{set_prompt}; {load}; echo loa''ded\r")
        self.see(lambda: "loaded" in self.text and self.text.rstrip().endswith("ready>"))

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    def see(self, true: Callable[[], bool]) -> None:
        """Read what the shell writes until something is to be seen."""
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, self.text
            try:
                data = self._child.read_nonblocking(65536, 0.2)
            except pexpect.TIMEOUT:
                continue
            self._stream.feed(data)
            if b"\x1b[c" in data:  # fish asks what the terminal is
                self._child.send("\x1b[?62;c")

    def type(self, text: str, *, expect: str, tabs: int = 1) -> None:
        """Type a line and Tab; wait until the expected text is on the screen, then clear the line.

        A shell that has nothing to add at a first Tab lists what there is at the second.
        """
        self._child.send(text)
        self.see(lambda: text.rstrip() in self.text)
        self._child.send("\t" * tabs)
        # Below a list bash writes the line once more; without a list only the line counts.
        self.see(lambda: expect in (self.text if tabs > 1 else typed_line(self.text)))
        self._child.send("\x15")  # a line that is not run; shells agree on what clears it
        self.see(lambda: typed_line(self.text) == "ready>")

    def close(self) -> None:
        self._child.close(force=True)


@pytest.fixture(params=list(SHELLS))
def shell(request: pytest.FixtureRequest, desk: Desk) -> Iterator[Shell]:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    desk.tasks(
        'bash db:migrate --descr "Run: migrations" --tag nightly\ntrue',
        "bash zebra\ntrue",
        "bash sub/stripes\ntrue",
    )
    desk.tasks("bash elsewhere\ntrue", file="other file.md")
    shell = Shell(request.param, desk.folder)
    yield shell
    shell.close()


TYPED = {
    "jupyter-spry ta": "jupyter-spry task",
    "jupyter spry run": "jupyter spry runbook",
    "jupyter sp": "jupyter spry",
    "jupyter-spry task ze": "jupyter-spry task zebra",
    "jupyter spry log db:m": "jupyter spry log db:migrate",
    "jupyter spry task zebra @n": "jupyter spry task zebra @nightly",
    "jupyter-spry task sub": "jupyter-spry task sub/stripes",
    "jupyter spry task --dry": "jupyter spry task --dry-run",
    "jupyter-spry task --show=f": "jupyter-spry task --show=failed",
    "jupyter-spry dag --format me": "jupyter-spry dag --format mermaid",
    "jupyter spry ls -f ot": "jupyter spry ls -f other\\ file.md",
    "jupyter spry ls --file=ot": "jupyter spry ls --file=other\\ file.md",
    "jupyter spry task -f other\\ file.md e": "-f other\\ file.md elsewhere",
    "true && X=1 jupyter-spry task ze": "X=1 jupyter-spry task zebra",
    f"{BIN}/jupyter spry task ze": "/jupyter spry task zebra",
}


def test_a_tab_completes_commands_options_tasks_tags_and_files(shell: Shell) -> None:
    for typed, expected in TYPED.items():
        shell.type(typed, expect=expected)


@pytest.mark.parametrize("shell", ["zsh", "fish"], indirect=True)
def test_what_a_task_is_for_is_shown_where_the_shell_can(shell: Shell) -> None:
    shell.type("jupyter-spry task ", expect="Run: migrations", tabs=2)


def test_several_candidates_are_listed(shell: Shell) -> None:
    shell.type("jupyter-spry task --show ", expect="targets", tabs=2)


def test_files_that_cannot_be_read_offer_nothing_and_say_nothing(desk: Desk) -> None:
    desk.write("Spryfile.md", "```bash broken --nosuchflag\ntrue\n```\n```bash fine\ntrue\n```\n")
    assert desk.spry("complete", "task", "") == (0, "fine\t\n", "")
    assert desk.spry("complete", "task", "-f", "nowhere.md", "") == (0, "", "")
    assert desk.spry("complete", "nosuchcommand", "") == (0, "", "")
    assert desk.spry("complete").status == 0


def test_every_command_and_option_is_offered(desk: Desk) -> None:
    commands = {line.split("\t")[0] for line in desk.spry("complete", "").lines}
    assert {"task", "runbook", "ls", "check", "dag", "export", "log"} <= commands
    options = {line.split("\t")[0] for line in desk.spry("complete", "task", "-").lines}
    assert {"-j", "--jobs", "-n", "--dry-run", "--resume", "--env", "-f", "-y"} <= options
