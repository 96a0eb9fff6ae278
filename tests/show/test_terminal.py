"""The live view, as a terminal shows it: a pseudo-terminal, and an emulator that reads it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import termios
from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pyte
import pytest

from spry_jupyter.model import (
    Event,
    Exited,
    Outcome,
    RunEnded,
    RunStarted,
    Task,
    TaskAsking,
    TaskEnded,
    TaskLogged,
    TaskRetrying,
    TaskStarted,
    Warned,
)
from spry_jupyter.plan.closure import resolve
from spry_jupyter.plan.graph import Graph
from spry_jupyter.show.plain import PlainShow, Style
from spry_jupyter.show.terminal import TerminalShow
from spry_jupyter.show.view import RunView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Stage:
    """A run that is shown on a terminal of some size, with a clock of its own.

    Attributes:
        raw: All bytes that the terminal was sent.
    """

    def __init__(self, logs: Path, clock: SimpleNamespace, columns: int, lines: int) -> None:
        self._master, slave = pty.openpty()
        self._out = open(slave, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        self._logs = logs
        self._clock = clock
        self._screen = pyte.HistoryScreen(columns, lines, history=1000)
        self._stream = pyte.ByteStream(self._screen)
        self.stopping = False
        self.raw = b""
        self.view = RunView()
        self.show = self._made(Style())
        self.resize(columns, lines)

    def _made(self, style: Style) -> TerminalShow:
        return TerminalShow(self._out, self._out, style, stopping=lambda: self.stopping)

    def begin(self, *tasks: Task, style: Style | None = None) -> None:
        self.show = self._made(style or Style())
        self.show.begin(resolve(Graph.of(tasks)))
        names = tuple(task.name for task in tasks)
        self.happen(RunStarted(at=0.0, run="r", tasks=names, folder=str(self._logs)))

    def happen(self, *events: Event, at: float | None = None) -> None:
        if at is not None:
            self._clock.now = at
        for event in events:
            self.view.apply(event)
        self.show.update(self.view, events)
        self._read()

    def tick(self, at: float) -> None:
        self._clock.now = at
        self.show.tick(self.view)
        self._read()

    def close(self) -> None:
        self.happen(RunEnded(at=self._clock.now, ok=True))
        self.show.close(self.view)
        self._read()

    def resize(self, columns: int, lines: int) -> None:
        size = struct.pack("HHHH", lines, columns, 0, 0)
        fcntl.ioctl(self._out.fileno(), termios.TIOCSWINSZ, size)
        self._screen.resize(lines, columns)

    def write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()

    def hang_up(self) -> None:
        os.close(self._master)
        self._master = -1

    def leave(self) -> None:
        with suppress(OSError):  # of a terminal that is gone
            self._out.close()
        if self._master >= 0:
            os.close(self._master)

    @property
    def cursor_is_hidden(self) -> bool:
        return bool(self._screen.cursor.hidden)

    @property
    def lines(self) -> list[str]:
        """What is on the screen, without the rest of it that is empty."""
        return [text for line in self._screen.display if (text := line.rstrip())]

    @property
    def cursor(self) -> tuple[int, int]:
        return self._screen.cursor.x, self._screen.cursor.y

    def _read(self) -> None:
        os.set_blocking(self._master, False)
        try:
            while data := os.read(self._master, 65536):
                self.raw += data
                self._stream.feed(data)
        except BlockingIOError:
            return


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=0.0)
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr("spry_jupyter.show.terminal.time", clock)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return clock


@pytest.fixture
def build(tmp_path: Path, clock: SimpleNamespace) -> Iterator[Callable[[int, int], Stage]]:
    stages: list[Stage] = []
    before = signal.getsignal(signal.SIGCONT)

    def build(columns: int, lines: int) -> Stage:
        stages.append(Stage(tmp_path, clock, columns, lines))
        return stages[-1]

    yield build
    signal.signal(signal.SIGCONT, before)
    for stage in stages:
        stage.leave()


@pytest.fixture
def stage(build: Callable[[int, int], Stage]) -> Stage:
    return build(80, 24)


def tasks(count: int) -> list[Task]:
    return [Task(name=f"task{n}", body="true") for n in range(count)]


def started(name: str, at: float = 0.0) -> TaskStarted:
    return TaskStarted(at=at, name=name, attempt=1)


def done(name: str) -> TaskEnded:
    return TaskEnded(at=1.0, name=name, outcome=Outcome.SUCCEEDED, attempts=1)


def test_a_run_that_is_over_at_once_shows_its_lines_and_nothing_else(stage: Stage) -> None:
    stage.begin(*tasks(2))
    stage.happen(started("task0"), started("task1"), at=0.01)
    stage.happen(done("task0"), done("task1"), at=0.1)
    stage.close()
    assert stage.raw == (
        b"\x1b[32m\xe2\x9c\x93\x1b[0m task0 completed\r\n"
        b"\x1b[32m\xe2\x9c\x93\x1b[0m task1 completed\r\n"
    )


def test_what_runs_waits_and_is_done_stands_below(stage: Stage, tmp_path: Path) -> None:
    one, two, three, four = (task.name for task in tasks(4))
    stage.begin(
        *tasks(2),
        Task(name=three, deps=(one,), body="true"),
        Task(name=four, deps=(two,), body="x"),
    )
    (tmp_path / f"{two}.log").write_text("working\n\x1b[31mon it")
    stage.happen(started(one), started(two), at=0.0)
    stage.happen(done(one), TaskLogged(at=1.0, name=two, size=18), at=2.0)
    assert stage.lines == [
        "✓ task0 completed",
        "⠋ task1   2.0s  on it",
        "  2 waiting: task2, task3",
        "━━━━━━────────────────── 1/4 · 2.0s",
    ]
    assert stage.cursor == (0, 4)


def test_lines_scroll_above_and_the_region_is_drawn_in_its_place(stage: Stage) -> None:
    stage.begin(*tasks(3))
    stage.happen(*(started(task.name) for task in tasks(3)), at=1.0)
    for n, at in enumerate((2.0, 3.0, 4.0)):
        stage.tick(at - 0.5)
        stage.happen(done(f"task{n}"), at=at)
    stage.close()
    assert stage.lines == ["✓ task0 completed", "✓ task1 completed", "✓ task2 completed"]


def test_on_a_full_screen_every_line_is_kept_once(build: Callable[[int, int], Stage]) -> None:
    stage = build(40, 8)
    stage.begin(*tasks(30))
    stage.happen(*(started(task.name) for task in tasks(30)), at=1.0)
    for n in range(30):
        stage.happen(done(f"task{n}"), at=2.0 + n)
    stage.close()
    history = ["".join(cell.data for cell in (row[x] for x in range(40))).rstrip()
               for row in stage._screen.history.top]  # fmt: skip
    assert [*history, *stage.lines] == [f"✓ task{n} completed" for n in range(30)]


def test_a_failure_is_shown_with_its_output_and_leaves_no_colour_on(
    stage: Stage, tmp_path: Path
) -> None:
    log = tmp_path / "task0.log"
    log.write_bytes(b"\x1b[31mtrouble\x1b[?25l")
    stage.begin(*tasks(2))
    stage.happen(started("task0"), started("task1"), at=1.0)
    end = TaskEnded(
        at=2.0, name="task0", outcome=Outcome.FAILED, reason=Exited(1), attempts=1,
        log=str(log), size=16,
    )  # fmt: skip
    stage.happen(end, at=2.0)
    assert stage.lines[:2] == ["✗ task0 failed with exit code 1", "trouble"]
    assert stage.lines[-1] == "━━━━━━━━━━━━──────────── 1/2 · 1 failed · 2.0s"
    stage.close()
    assert not stage.cursor_is_hidden
    assert stage._screen.cursor.attrs.fg == "default"


def test_warnings_stand_among_the_lines(stage: Stage) -> None:
    stage.begin(*tasks(1))
    stage.happen(started("task0"), at=1.0)
    stage.happen(Warned(at=2.0, text="careful"), at=2.0)
    assert stage.lines[:2] == ["Warning: careful", "⠋ task0   2.0s"]


def test_a_retry_and_a_question_have_marks_of_their_own(stage: Stage) -> None:
    stage.begin(*tasks(2))
    stage.happen(started("task0"), at=1.0)
    retry = TaskRetrying(at=2.0, name="task0", reason=Exited(1), retry=1, of=2, delay=9.0)
    stage.happen(retry, TaskAsking(at=2.0, name="task1", text="Sure?"), at=2.0)
    stage.tick(at=3.0)
    assert stage.lines[0] == "↻ task0 failed with exit code 1, retry 1 of 2 in 9s"
    assert stage.lines[1:3] == ["↻ task0   3.0s", "? task1"]


def test_a_question_finds_the_region_gone(stage: Stage) -> None:
    stage.begin(*tasks(2))
    stage.happen(started("task0"), at=1.0)
    assert len(stage.lines) > 1
    stage.happen(TaskAsking(at=2.0, name="task1", text="Sure?"), at=2.0)
    assert stage.lines == []
    assert stage.cursor == (0, 0)


def test_a_run_that_is_asked_to_stop_says_so(stage: Stage) -> None:
    stage.begin(*tasks(1))
    stage.happen(started("task0"), at=1.0)
    stage.stopping = True
    stage.tick(at=2.0)
    assert stage.lines[-1].endswith("0/1 · 2.0s · stopping; Ctrl-C again: at once")


def test_what_a_silent_task_says_is_not_shown(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "quiet.log").write_text("secret\n")
    stage.begin(Task(name="quiet", body="true", silent=True))
    stage.happen(started("quiet"), TaskLogged(at=1.0, name="quiet", size=7), at=1.0)
    assert "secret" not in "\n".join(stage.lines)


@pytest.mark.parametrize(("columns", "lines"), [(20, 10), (20, 4), (200, 50), (8, 3), (2, 2)])
@pytest.mark.parametrize("name", ["task", "日本語のとても長いタスク名", "a-rather-long-name-" * 5])
def test_the_region_fits_any_terminal(
    build: Callable[[int, int], Stage], tmp_path: Path, columns: int, lines: int, name: str
) -> None:
    stage = build(columns, lines)
    many = [Task(name=f"{name}{n}", body="true") for n in range(60)]
    (tmp_path / f"{name}0.log").write_text("a long line 日本語 " * 40)
    stage.begin(*many)
    size = TaskLogged(at=0.0, name=f"{name}0", size=900)
    stage.happen(*(started(task.name) for task in many[:50]), size, at=1.0)
    for n in range(10):
        stage.tick(2.0 + n)
    assert len(stage._screen.history.top) == 0
    assert len(stage.lines) < lines
    assert stage.cursor == (0, len(stage.lines))


def test_more_running_tasks_than_rows_are_counted(build: Callable[[int, int], Stage]) -> None:
    stage = build(60, 12)
    stage.begin(*tasks(40))
    stage.happen(*(started(task.name, at=0.0) for task in tasks(30)), at=1.0)
    assert stage.lines == [
        "⠋ task0   1.0s",
        "⠋ task1   1.0s",
        "⠋ task2   1.0s",
        "  … 27 more running",
        "  10 waiting: task30, task31, task32, task33, task34, task…",
        "──────────────────── 0/40 · 1.0s",
    ]


@pytest.mark.parametrize(("columns", "lines"), [(40, 24), (120, 40), (80, 10)])
def test_a_terminal_that_changes_its_size_is_drawn_anew(
    stage: Stage, columns: int, lines: int
) -> None:
    stage.begin(*tasks(3))
    stage.happen(*(started(task.name) for task in tasks(3)), at=1.0)
    stage.resize(columns, lines)
    stage.tick(at=2.0)
    stage.close()
    assert stage.lines == []


def test_the_text_is_that_of_plain_lines(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stage.begin(*tasks(1), style=Style(verbose=True))
    stage.happen(started("task0"), at=0.01)
    stage.happen(done("task0"), at=0.1)
    stage.close()
    plain = tmp_path / "plain"
    with plain.open("w") as out:
        show = PlainShow(out, out, Style(verbose=True))
        show.begin(resolve(Graph.of(tasks(1))))
        show.update(stage.view, [started("task0"), done("task0")])
        show.close(stage.view)
    assert stage.raw.replace(b"\r\n", b"\n") == plain.read_bytes()


def test_after_it_was_suspended_the_region_spares_what_the_shell_has_written(
    stage: Stage,
) -> None:
    stage.begin(*tasks(1))
    stage.happen(started("task0"), at=1.0)
    region = stage.lines
    stage.write("[1]+  Stopped\n$ fg\n")
    signal.raise_signal(signal.SIGCONT)
    stage.tick(at=1.0)
    assert stage.lines == [*region, "[1]+  Stopped", "$ fg", *region]
    stage.close()
    assert stage.lines == [*region, "[1]+  Stopped", "$ fg"]
    assert signal.getsignal(signal.SIGCONT) is signal.SIG_DFL


def test_no_color_leaves_even_the_region_without(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stage.begin(*tasks(2))
    stage.happen(started("task0"), started("task1"), at=1.0)
    stage.happen(done("task0"), at=2.0)
    assert not re.search(rb"\x1b\[[34]\dm", stage.raw)
    assert stage.lines[0] == "✓ task0 completed"


def test_nothing_of_the_terminals_state_is_left_changed_between_two_writes(stage: Stage) -> None:
    stage.begin(*tasks(2))
    stage.happen(started("task0"), at=1.0)
    for n in range(5):
        stage.tick(2.0 + n)
        assert not stage.cursor_is_hidden
        assert stage._screen.mode >= {7 << 5}  # wraps at the margin, as terminals do
        assert stage._screen.cursor.attrs.fg == "default"


def test_a_terminal_that_is_gone_ends_nothing(stage: Stage) -> None:
    stage.begin(*tasks(2))
    stage.happen(started("task0"), at=1.0)
    stage.hang_up()
    stage.view.apply(done("task0"))
    stage.show.update(stage.view, [done("task0")])
    stage.show.tick(stage.view)
    stage.show.close(stage.view)
