"""A run from the command line on a terminal, as whoever sits before it sees it."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from typing import TYPE_CHECKING

import pexpect
import pyte
import pytest
from conftest import MODULE, PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conftest import Desk

COLUMNS, LINES = 80, 24


class Seat:
    """A place before a terminal with the command line in it.

    Attributes:
        raw: All bytes that the terminal was sent.
    """

    def __init__(self, desk: Desk, words: tuple[str, ...], env: Mapping[str, str]) -> None:
        self.raw = b""
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        around = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        self._child = pexpect.spawn(
            MODULE[0],
            [*MODULE[1:], *words],
            cwd=desk.folder,
            env={**around, "TERM": "xterm", "LC_ALL": "C.UTF-8", **env},
            dimensions=(LINES, COLUMNS),
            timeout=None,
        )
        self._settings = termios.tcgetattr(self._child.child_fd)

    @property
    def rows(self) -> list[str]:
        return [row.rstrip() for row in self._screen.display if row.strip()]

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    def see(self, true: Callable[[], object]) -> None:
        """Read what is written until something is to be seen."""
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, self.text
            self._read(0.1)

    def _read(self, timeout: float) -> bool:
        try:
            data = self._child.read_nonblocking(65536, timeout)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(data)
        return True

    def type(self, text: str) -> None:
        self._child.send(text)

    def signal(self, number: int) -> None:
        self._child.kill(number)

    def end(self) -> int:
        """Wait for the end, see that the terminal is as it was, and return the status."""
        deadline = time.monotonic() + PATIENCE
        while self._read(0.1):
            assert time.monotonic() < deadline, self.text
        assert termios.tcgetattr(self._child.child_fd) == self._settings
        assert not self._screen.cursor.hidden
        assert self._screen.cursor.x == 0
        assert (self.raw + b"\x1b[?7h").rfind(b"\x1b[?7h") > self.raw.rfind(b"\x1b[?7l")
        self._child.close()
        assert self._child.exitstatus is not None
        return int(self._child.exitstatus)

    def close(self) -> None:
        self._child.close(force=True)


@pytest.fixture
def sit(desk: Desk) -> Iterator[Callable[..., Seat]]:
    seats: list[Seat] = []

    def take(*words: str, env: Mapping[str, str] | None = None) -> Seat:
        seats.append(Seat(desk, words, env or {}))
        return seats[-1]

    yield take
    for seat in seats:
        seat.close()


def test_what_runs_is_seen_live_and_only_lines_are_left(
    desk: Desk, sit: Callable[..., Seat]
) -> None:
    go = desk.fifo("go")
    desk.tasks(
        "bash quick\ntrue",
        "bash slow\nprintf '\\033[31mhalf way\\033[0m\\n'; read -r _ < go",
        "bash later --dep slow\ntrue",
    )
    seat = sit("runbook")
    seat.see(lambda: "half way" in seat.text and "1 waiting: later" in seat.text)
    assert seat.rows[0] == "✓ quick completed"
    assert any("slow" in row and "half way" in row for row in seat.rows[1:])
    assert any("1/3" in row for row in seat.rows)
    go.write_text("go\n")
    assert seat.end() == 0
    assert seat.rows == ["✓ quick completed", "✓ slow completed", "✓ later completed"]


def test_marks_are_coloured_unless_no_color_is_set(desk: Desk, sit: Callable[..., Seat]) -> None:
    desk.tasks("bash a\ntrue")
    coloured, plain = sit("task", "a"), sit("task", "a", env={"NO_COLOR": "1"})
    assert coloured.end() == plain.end() == 0
    assert b"\x1b[32m\xe2\x9c\x93" in coloured.raw
    assert b"\x1b[3" not in plain.raw
    assert coloured.rows == plain.rows == ["✓ a completed"]


def test_a_dumb_terminal_gets_plain_lines(desk: Desk, sit: Callable[..., Seat]) -> None:
    desk.tasks("bash a\nsleep 0.5")
    seat = sit("task", "a", env={"TERM": "dumb"})
    assert seat.end() == 0
    assert seat.raw == "✓ a completed\r\n".encode()


def test_ctrl_c_stops_the_run_and_leaves_the_lines(desk: Desk, sit: Callable[..., Seat]) -> None:
    desk.fifo("ready")
    desk.tasks("bash a\nsleep NAP & echo > ready; wait", "bash b --dep a\ntrue")
    seat = sit("runbook")
    desk.hear(desk.folder / "ready")
    seat.see(lambda: "1 waiting: b" in seat.text)
    seat.type("\x03")
    assert seat.end() == 130
    assert sorted(seat.rows)[-2:] == ["⊘ a cancelled", "⊘ b cancelled"]
    assert "Interrupted" in seat.text
    assert "waiting" not in seat.text
    assert desk.naps() == []


def test_ctrl_c_says_that_a_second_one_ends_at_once_and_it_does(
    desk: Desk, sit: Callable[..., Seat]
) -> None:
    desk.fifo("ready")
    desk.tasks("bash a\ntrap '' TERM; echo > ready; while :; do sleep NAP & wait; done")
    seat = sit("task", "a")
    desk.hear(desk.folder / "ready")
    seat.type("\x03")
    seat.see(lambda: "Ctrl-C again" in seat.text)
    seat.type("\x03")
    assert seat.end() == 130
    assert "⊘ a cancelled" in seat.rows
    assert "was killed after" not in seat.text  # as what had all its time of grace would be
    assert desk.naps() == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_leaves_the_terminal_as_it_was(
    desk: Desk, sit: Callable[..., Seat], number: int, status: int
) -> None:
    desk.fifo("ready")
    desk.tasks("bash a\necho > ready; sleep NAP", "bash b --dep a\n:")
    seat = sit("runbook")
    desk.hear(desk.folder / "ready")
    seat.see(lambda: "1 waiting: b" in seat.text)
    seat.signal(number)
    assert seat.end() == status
    assert "⊘ a cancelled" in seat.rows
    assert desk.naps() == []


@pytest.mark.parametrize("answer", ["y", "yes", "Y"])
def test_a_question_that_is_answered_with_yes_lets_the_task_run(
    desk: Desk, sit: Callable[..., Seat], answer: str
) -> None:
    desk.tasks("bash a --confirm 'Really deploy?'\ntrue")
    seat = sit("task", "a")
    seat.see(lambda: "Really deploy? [y/N]" in seat.text)
    seat.type(f"{answer}\r")
    assert seat.end() == 0
    assert seat.rows == [f"Really deploy? [y/N] {answer}", "✓ a completed"]


@pytest.mark.parametrize("answer", ["n\r", "\r", "perhaps\r", "\x04"])
def test_a_question_that_is_answered_otherwise_cancels_the_task_and_what_needs_it(
    desk: Desk, sit: Callable[..., Seat], answer: str
) -> None:
    desk.tasks("bash a --confirm\necho > ran", "bash b --dep a\necho > ran", "bash c\ntrue")
    seat = sit("runbook")
    seat.see(lambda: "[y/N]" in seat.text)
    seat.type(answer)
    assert seat.end() == 1
    assert "⊘ a cancelled" in seat.rows
    assert "✓ c completed" in seat.rows
    assert not (desk.folder / "ran").exists()


def test_a_question_is_not_drawn_over(desk: Desk, sit: Callable[..., Seat]) -> None:
    desk.fifo("go")
    desk.tasks("bash slow\nread -r _ < go", "bash a --confirm 'Sure?'\necho > go")
    seat = sit("runbook")
    seat.see(lambda: "Sure? [y/N]" in seat.text)
    before = len(seat.raw)
    for letter in "yes":  # each is echoed by the terminal, and nothing else is written meanwhile
        seat.type(letter)
        seat.see(lambda letter=letter: seat.raw.endswith(letter.encode()))
    assert seat.raw[before:] == b"yes"
    seat.type("\r")
    assert seat.end() == 0
    assert sorted(seat.rows) == ["Sure? [y/N] yes", "✓ a completed", "✓ slow completed"]


def test_ctrl_c_at_a_question_stops_the_run(desk: Desk, sit: Callable[..., Seat]) -> None:
    desk.tasks("bash a --confirm\necho > ran", "bash b\nsleep NAP")
    seat = sit("runbook")
    seat.see(lambda: "[y/N]" in seat.text)
    seat.type("\x03")
    assert seat.end() == 130
    assert {"⊘ a cancelled", "⊘ b cancelled"} <= set(seat.rows)
    assert not (desk.folder / "ran").exists()
    assert desk.naps() == []


def test_yes_asks_nothing(desk: Desk, sit: Callable[..., Seat]) -> None:
    desk.tasks("bash a --confirm\ntrue")
    seat = sit("task", "a", "-y")
    assert seat.end() == 0
    assert seat.rows == ["✓ a completed"]


def test_results_in_a_pipe_are_plain_though_questions_are_asked_on_the_terminal(
    desk: Desk, sit: Callable[..., Seat]
) -> None:
    desk.tasks("bash a --confirm\necho hi; exit 1")
    command = f'"{sys.executable}" -m spry_jupyter task a > results'
    program = pexpect.spawn("bash", ["-c", command], cwd=desk.folder, timeout=PATIENCE)
    program.expect_exact("[y/N]")
    program.send("y\r")
    program.expect(pexpect.EOF)
    program.close()
    assert program.exitstatus == 1
    assert (desk.folder / "results").read_text() == "✗ a failed with exit code 1\nhi\n"


def test_the_bytes_of_a_png_are_not_sent_to_a_terminal(
    desk: Desk, sit: Callable[..., Seat]
) -> None:
    desk.tasks("bash a\ntrue")
    seat = sit("dag", "--format", "png")
    assert seat.end() == 2
    assert seat.rows == ["Error: A PNG is nothing for a terminal to show", "  give --out FILE"]
