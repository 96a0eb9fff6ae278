"""What tasks say, however they say it, and what becomes of it where there is no room."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from namespaces import MOUNTS, needs_mounts

from spry_jupyter.model import Duration, Limits, TaskLogged
from spry_jupyter.run import boot, client
from spry_jupyter.run.launch import RunOptions
from spry_jupyter.show.tail import last_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench import Bench
    from command_line import Desk
    from kernel_desk import Desk as KernelDesk

    from spry_jupyter.model import Event


def test_case_34_a_flood_fills_logs_and_no_memory(bench: Bench) -> None:
    bench.book(bench.task("warm", "true")).run()
    loop = psutil.Process(client.client().pid).children()[0]
    before = loop.memory_info().rss
    size = 200_000_000
    run = bench.book(*[bench.task(f"t{i}", f"head -c {size} /dev/zero") for i in range(4)]).run()
    assert [task.to_dict()["outcome"] for task in run] == ["succeeded"] * 4
    logs = [bench.log(run, f"t{i}") for i in range(4)]
    assert [log.stat().st_size for log in logs] == [size] * 4
    assert peak(loop) - before < 50 << 20
    for log in logs:
        log.unlink()


def peak(process: psutil.Process) -> int:
    """Return the most memory that a process ever held, in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    (line,) = [line for line in status if line.startswith("VmHWM")]
    return int(line.split()[1]) << 10


def test_case_35_of_one_long_line_the_end_is_shown(desk: Desk) -> None:
    desk.tasks("bash a\nhead -c 100000000 /dev/zero | tr '\\0' x; echo end; exit 3")
    said = desk.spry("task", "a")
    first, tail, more = said.lines
    assert first == "✗ a failed with exit code 3"
    assert len(tail) == 65536 - 1
    assert tail.endswith("xend")
    assert "100,000,004 bytes" in more


def test_case_36_bytes_that_are_no_text_are_kept_as_they_are(desk: Desk) -> None:
    desk.tasks("bash a\nprintf '\\0\\377\\355\\240\\200\\n'")
    assert desk.spry("task", "a").status == 0
    said = desk.spry("log", "a")
    assert said.out.encode("utf-8", "surrogateescape") == b"\0\xff\xed\xa0\x80\n"


def test_case_36_37_a_cell_shows_a_split_character_whole_and_marks_what_is_none(
    cells: KernelDesk,
) -> None:
    cells.task("a", r"printf 'a\303'; sleep 0.05; printf '\244\377\n'; exit 1")
    assert "aä\N{REPLACEMENT CHARACTER}\n" in cells.says("%spry_run a")


CONTROL = {
    "a colour": (b"\x1b[31mred\x1b[0m", "red"),
    "a cursor": (b"\x1b[2J\x1b[Hhome\x1b[K", "home"),
    "a link": (b"\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
    "a clipboard": (b"\x1b]52;c;aGVsbG8=\x07copied", "copied"),
    "a title": (b"\x1b]0;title\x07text", "text"),
    "cut at the end": (b"text\x1b", "text"),
    "cut in a sequence": (b"text\x1b[38;5", "text"),
    "cut in a string": (b"text\x1b]52;c;aGVs", "text"),
}


@pytest.mark.parametrize(("said", "shown"), CONTROL.values(), ids=CONTROL.keys())
def test_case_38_40_no_control_sequence_reaches_what_is_shown_live(said: bytes, shown: str) -> None:
    assert "\x1b" not in last_line(said)
    assert last_line(said).startswith(shown)


def test_case_39_of_a_progress_that_is_drawn_over_the_last_state_is_shown_at_times(
    bench: Bench,
) -> None:
    body = r"for i in $(seq 10000); do printf '\r%s%%' $i; done; echo"
    heard = Heard()
    run = bench.book(bench.task("a", body)).start(None, RunOptions(), show=heard).wait()
    growth = [event for event in heard.events if isinstance(event, TaskLogged)]
    assert 0 < len(growth) <= 10 * run.view.at + 2
    assert last_line(bench.log(run, "a").read_bytes()) == "10000%"


class Heard:
    """Shows nothing, and keeps the events of a run."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def begin(self, closure: object) -> None: ...

    def update(self, view: object, events: Sequence[Event]) -> None:
        self.events += events

    def tick(self, view: object) -> None: ...

    def close(self, view: object) -> None: ...


def test_case_41_both_streams_are_one_in_the_order_they_were_written(bench: Bench) -> None:
    body = "import os\nfor i in range(2000): os.write(1 + i % 2, b'%d\\n' % i)"
    run = bench.book(bench.task("a", body, lang="python")).run()
    assert run["a"].output.split() == [str(i) for i in range(2000)]


def test_case_43_many_ends_at_once_are_few_messages(cells: KernelDesk) -> None:
    cells.cell(
        "for i in range(500):\n    get_ipython().run_cell_magic('spry_task', f't{i}', 'true\\n')"
    )
    cell = cells.cell("run = %spry_runbook -j8")
    assert cell.text.count("✓") == 500
    seconds = float(cells.says("print(run.view.at)"))
    assert len(cell.outputs) <= 10 * seconds + 5


@needs_mounts
def test_case_44_a_full_disk_cuts_the_log_and_nothing_else(desk: Desk) -> None:
    desk.tasks(
        "bash a\nhead -c 3000000 /dev/zero; echo done > ended; exit 0", "bash b --dep a\necho b"
    )
    script = 'mkdir -p .spry; mount -t tmpfs -o size=1m none .spry; exec "$@"'
    said = desk.spry(program=(*MOUNTS, script, "sh", *desk.module, "task", "b"))
    assert said.lines == ["✓ a completed", "✓ b completed"]
    assert (said.status, (desk.folder / "ended").exists()) == (0, True)
    assert 'Warning: The log of "a" is not whole: No space left on device' in said.err


@pytest.fixture
def small_cap(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Have logs capped at 1 MB, in a runner of the test's own."""
    monkeypatch.setattr(
        boot,
        "_CODE",
        "import sys; sys.path.insert(0, sys.argv[1]); "
        "from spry_jupyter.run import logs; logs.CAP = 1000000; " + boot._CODE,
    )
    monkeypatch.setattr(client, "_clients", {})
    yield 1_000_000
    client.client().close()


def test_case_45_a_log_that_is_full_keeps_its_beginning_and_its_last_64_kib(
    bench: Bench, small_cap: int
) -> None:
    run = bench.book(bench.task("a", "seq 1000000; exit 6")).run(check=False)
    assert run["a"].exit_code == 6
    log = bench.log(run, "a").read_bytes()
    whole = "".join(f"{i}\n" for i in range(1, 1_000_001)).encode()
    assert log.startswith(whole[:small_cap])
    assert log.endswith(whole[-65536:])
    left_out = re.search(rb"\n\[([0-9,]+) bytes are left out here\]\n", log)
    assert left_out is not None
    assert int(left_out[1].replace(b",", b"")) == len(whole) - small_cap - 65536
    (warning,) = run.to_dict()["warnings"]
    assert warning == 'The log of "a" is not whole: it reached 1,000,000 bytes'
    assert run["a"].output.encode() == log


def test_case_45_a_log_that_just_fits_is_whole(bench: Bench, small_cap: int) -> None:
    bodies = {n: f"head -c {small_cap + n} /dev/zero | tr '\\0' x" for n in (-1, 0, 1, 65536)}
    run = bench.book(*[bench.task(f"t{n + 1}", body) for n, body in bodies.items()]).run()
    for n in bodies:
        assert bench.log(run, f"t{n + 1}").read_bytes() == b"x" * (small_cap + n)
    assert run.to_dict()["warnings"] == []


@pytest.mark.parametrize("ends", [True, False], ids=["ends", "is swept"])
def test_case_45_a_server_that_floods_its_log_is_not_held_up(
    bench: Bench, small_cap: int, ends: bool
) -> None:
    bench.fifo("done")
    more = "" if ends else "; sleep NAP"
    server = bench.task("server", f"(head -c 5000000 /dev/zero; echo > done{more}) &")
    use = bench.task("use", "read -r _ < done; echo used", deps=("server",))
    run = bench.book(server, use).run()
    assert run["use"].output == "used\n"
    assert bench.naps() == []


@needs_mounts
def test_case_46_where_the_folder_cannot_be_written_logs_go_elsewhere_with_a_warning(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk.tasks("bash a\necho out; exit 1")
    script = 'mount --bind . . && mount -o remount,ro,bind . && cd "$PWD" && exec "$@"'
    env = {"TMPDIR": str(tmp_path_factory.mktemp("tmp"))}
    said = desk.spry(program=(*MOUNTS, script, "sh", *desk.module, "task", "a"), env=env)
    assert said.lines == ["✗ a failed with exit code 1", "out"]
    (warning,) = [line for line in said.err.splitlines() if "Warning" in line]
    assert f"{desk.folder}/.spry cannot be written" in warning
    assert env["TMPDIR"] in warning


def test_case_46_a_folder_that_is_a_link_is_refused_before_anything_runs(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (desk.folder / ".spry").symlink_to(elsewhere)
    desk.tasks("bash a\ntouch ran")
    said = desk.spry("task", "a")
    assert said.status == 2
    assert str(desk.folder / ".spry") in said.err
    assert not (desk.folder / "ran").exists()
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("inner", ["runs", "record.db", "record.db-wal", "lock", ".gitignore"])
def test_case_46_a_link_inside_the_folder_leads_nothing_out_of_it(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory, inner: str
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (desk.folder / ".spry").mkdir(mode=0o700)
    target = elsewhere / "target"
    (desk.folder / ".spry" / inner).symlink_to(target)
    if inner == "runs":
        target.mkdir()
    desk.tasks("bash a\ntouch ran")
    said = desk.spry("task", "a")
    assert said.status == 2
    assert not (desk.folder / "ran").exists()
    assert str(desk.folder / ".spry" / inner) in said.err
    assert list(elsewhere.rglob("*")) == [target][: target.exists()]


def test_case_49_a_task_has_no_terminal_and_the_colours_that_the_user_asked_for(desk: Desk) -> None:
    desk.tasks('bash a\n[ -t 0 ] || [ -t 1 ] || [ -t 2 ] || echo "pipes $NO_COLOR $FORCE_COLOR"')
    said = desk.spry("task", "a", "--show", "all", env={"NO_COLOR": "1", "FORCE_COLOR": "0"})
    assert said.lines == ["✓ a completed", "pipes 1 0"]


def test_case_50_who_asks_a_user_fails_at_once(desk: Desk) -> None:
    desk.tasks(
        "bash reads\nread -r answer; echo not here",
        "bash tty\n: < /dev/tty",
        "bash prompts\nread -rsp 'Password: ' word < /dev/tty || exit 5",
    )
    said = desk.spry("runbook")
    lines = [line for line in said.lines if line[0] in "✓✗⊘"]
    assert sorted(lines) == [
        "✗ prompts failed with exit code 5",
        "✗ reads failed with exit code 1",
        "✗ tty failed with exit code 1",
    ]
    assert "No such device or address" in said.out
    assert "not here" not in said.out


def test_case_50_a_program_that_insists_on_a_terminal_gets_none(bench: Bench) -> None:
    run = bench.book(bench.task("a", "ps -o tty= -p $$")).run()
    assert run["a"].output.strip() == "?"


@needs_mounts
def test_case_44_a_captured_value_that_the_disk_has_no_room_for_fails_its_task(desk: Desk) -> None:
    desk.tasks(
        "bash a --capture big\nhead -c 3000000 /dev/zero | tr '\\0' x", "bash b --dep a\necho b"
    )
    script = 'mkdir -p .spry; mount -t tmpfs -o size=1m none .spry; exec "$@"'
    said = desk.spry(program=(*MOUNTS, script, "sh", *desk.module, "task", "b"))
    why = "its output cannot be kept in big: No space left on device"
    assert said.lines[0] == f"✗ a failed: {why}"
    assert said.lines[-1] == "⊘ b skipped (dependency failed)"


def test_what_a_first_attempt_said_is_kept_if_the_next_says_nothing(bench: Bench) -> None:
    body = "[ -e tried ] || { touch tried; echo first; exit 1; }"
    limits = Limits(retry=1, retry_delay=Duration(0.01, "10ms"))
    assert bench.book(bench.task("a", body, limits=limits)).run()["a"].output == "first\n"


def test_what_a_condition_said_is_kept_if_its_task_says_nothing(bench: Bench) -> None:
    task = bench.task("a", "true", condition="echo yes")
    assert bench.book(task).run()["a"].output == "yes\n"
