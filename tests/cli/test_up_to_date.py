"""What is up to date: the contents of files decide, and nothing else passes for them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from command_line import MODULE, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import Desk

COPY = "bash copy --input in.txt --output out.txt\ncat in.txt > out.txt; echo x >> ran"


def runs(desk: Desk) -> int:
    """How often the task of `COPY` has run."""
    path = desk.folder / "ran"
    return len(path.read_text().splitlines()) if path.exists() else 0


@pytest.fixture
def copy(desk: Desk) -> Desk:
    """A desk at which `COPY` has run once, and its files have been read since."""
    desk.write("in.txt", "one\n")
    desk.tasks(COPY)
    assert desk.spry("task", "copy").lines == ["✓ copy completed"]
    assert desk.spry("task", "copy") == (0, "● copy up to date\n", "")
    return desk


def touch(desk: Desk) -> None:
    os.utime(desk.folder / "in.txt")


def keep_time(desk: Desk) -> None:
    path = desk.folder / "in.txt"
    before = path.stat()
    path.write_text("two\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def in_the_past(desk: Desk) -> None:
    desk.write("in.txt", "two\n")
    os.utime(desk.folder / "in.txt", (10**9, 10**9))


def in_the_future(desk: Desk) -> None:
    desk.write("in.txt", "two\n")
    os.utime(desk.folder / "in.txt", (2_208_988_800, 2_208_988_800))


CHANGES: list[tuple[Callable[[Desk], object], bool]] = [
    (touch, False),
    (keep_time, True),
    (in_the_past, True),
    (in_the_future, True),
    (lambda desk: desk.write("out.txt", "tampered\n"), True),
    (lambda desk: (desk.folder / "out.txt").unlink(), True),
    (lambda desk: (desk.folder / "out.txt").chmod(0o755), True),
    (lambda desk: desk.tasks(COPY + "; true"), True),
    (lambda desk: desk.tasks(COPY.replace("--input", "--env A=1 --input")), True),
    (lambda desk: desk.tasks(COPY.replace("--input", "--timeout 60 --input")), True),
    (lambda desk: desk.tasks(COPY.replace("--input", "--descr 'New words' --input")), False),
    (lambda desk: desk.tasks("bash other\ntrue", COPY), False),
]


@pytest.mark.parametrize(("change", "matters"), CHANGES)
def test_a_change_runs_a_task_again_once_if_it_is_one_of_content_or_definition(
    copy: Desk, change: Callable[[Desk], object], matters: bool
) -> None:
    change(copy)
    assert copy.spry("task", "copy").status == 0
    assert runs(copy) == 1 + matters
    assert copy.spry("task", "copy").lines == ["● copy up to date"]
    assert (copy.folder / "out.txt").read_text() == (copy.folder / "in.txt").read_text()


def test_force_runs_what_is_up_to_date_and_remembers_it(copy: Desk) -> None:
    assert copy.spry("task", "copy", "--force").lines == ["✓ copy completed"]
    assert copy.spry("task", "copy").lines == ["● copy up to date"]


def test_the_variables_that_a_task_or_its_run_declares_count_and_others_do_not(desk: Desk) -> None:
    desk.tasks("bash a --env MODE --output out\necho $MODE > out")
    said = [
        desk.spry("task", "a", *words, env=env).lines
        for words, env in (
            ((), {"MODE": "1", "OTHER": "1"}),
            ((), {"MODE": "1", "OTHER": "2"}),
            ((), {"MODE": "2"}),
            (("--env", "MODE=3"), {"MODE": "2"}),
            (("--env", "MODE=3"), {"MODE": "4"}),
        )
    ]
    ran, still = ["✓ a completed"], ["● a up to date"]
    assert said == [ran, still, ran, ran, still]


def test_a_folder_may_be_moved_with_all_that_is_in_it(copy: Desk, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("Spryfile.md", "in.txt", "out.txt", ".spry"):
        shutil.move(copy.folder / name, elsewhere / name)
    done = subprocess.run(
        [*MODULE, "task", "copy"], cwd=elsewhere, capture_output=True, text=True, check=True
    )
    assert done.stdout == "● copy up to date\n"


def test_what_a_dep_writes_counts_among_the_inputs_and_what_it_leaves_alone_does_not(
    desk: Desk,
) -> None:
    desk.write("raw", "a b\n")
    desk.tasks(
        "bash list --input raw --output list\ntr ' ' '\\n' < raw | sort > list",
        "bash group --dep list",
        "bash use --dep group --output used\ncat list > used",
    )
    assert desk.spry("task", "use").lines[-1] == "✓ use completed"
    desk.write("raw", "b a\n")  # another input with the same outcome
    assert desk.spry("task", "use").lines == [
        "✓ list completed",
        "✓ group completed",
        "● use up to date",
    ]
    desk.write("raw", "b c\n")
    assert desk.spry("task", "use").lines[-1] == "✓ use completed"
    assert (desk.folder / "used").read_text() == "b\nc\n"
    desk.write("list", "by hand\n")
    assert desk.spry("task", "use", "--only").lines == ["✓ use completed"]


def test_without_inputs_a_task_runs_again_whenever_a_dep_ran(desk: Desk) -> None:
    desk.tasks("bash dep --if '[ -e go ]'\ntrue", "bash a --dep dep --output out\necho > out")
    assert desk.spry("task", "a").lines[-1] == "✓ a completed"
    assert desk.spry("task", "a").lines[-1] == "● a up to date"
    desk.write("go", "")
    assert desk.spry("task", "a").lines[-1] == "✓ a completed"
    assert desk.spry("task", "a").lines[-1] == "✓ a completed"


def test_what_was_captured_comes_back_from_the_record(desk: Desk) -> None:
    desk.tasks(
        "bash version --output made -C version\necho made > made; echo 1.2.3",
        "bash tell --dep version --env version\necho it is $version",
    )
    desk.spry("task", "tell")
    shutil.rmtree(desk.folder / ".spry" / "runs")
    said = desk.spry("task", "tell", "--show", "all")
    assert said.lines == ["● version up to date", "✓ tell completed", "it is 1.2.3"]


def test_a_file_that_is_captured_is_an_output_too(desk: Desk) -> None:
    desk.tasks("bash a --output made -C ./said\necho made > made; echo words")
    desk.spry("task", "a")
    assert desk.spry("task", "a").lines == ["● a up to date"]
    (desk.folder / "said").unlink()
    assert desk.spry("task", "a").lines == ["✓ a completed"]
    assert (desk.folder / "said").read_text() == "words\n"


def test_an_output_that_is_missing_after_success_is_a_failure(desk: Desk) -> None:
    desk.tasks("bash a --output made --output 'b/*.o'\nmkdir -p b; touch made", "bash b --dep a\n:")
    said = desk.spry("runbook")
    assert said.status == 1
    assert said.lines == [
        "✗ a failed: its output b/*.o is missing",
        "⊘ b skipped (dependency failed)",
    ]
    assert desk.spry("task", "a").lines == ["✗ a failed: its output b/*.o is missing"]


@pytest.mark.parametrize("flags", ["--output out", ""])
@pytest.mark.parametrize("pattern", ["src/*.c", "missing.txt", "src/**/*.h"])
def test_an_input_that_matches_nothing_is_an_error(desk: Desk, flags: str, pattern: str) -> None:
    desk.tasks(f"bash a --input '{pattern}' {flags}\ntouch ran out")
    said = desk.spry("task", "a")
    assert (said.status, said.lines) == (
        1,
        [f"✗ a could not start: its input {pattern} matches no file"],
    )
    assert not (desk.folder / "ran").exists()


def test_a_condition_comes_before_inputs_that_are_not_there(desk: Desk) -> None:
    desk.tasks("bash a --if false --input missing --output out\ntouch out")
    assert desk.spry("task", "a") == (0, "⊘ a skipped (condition not met)\n", "")


def test_a_task_that_failed_is_not_up_to_date_whatever_its_files_say(desk: Desk) -> None:
    desk.write("in.txt", "one\n")
    desk.tasks(COPY.replace("echo x", "[ ! -e stop ]; echo x"))
    desk.spry("task", "copy")
    desk.write("stop", "")
    assert desk.spry("task", "copy", "--force").status == 1
    (desk.folder / "stop").unlink()
    assert desk.spry("task", "copy").lines == ["✓ copy completed"]


def test_an_input_that_changes_while_the_task_runs_runs_it_again(desk: Desk) -> None:
    desk.write("in.txt", "one\n")
    began, go = desk.fifo("began"), desk.fifo("go")
    desk.tasks(
        "bash a --input in.txt --output out.txt\n"
        "cat in.txt > out.txt; [ -e once ] || { touch once; echo > began; read -r _ < go; }"
    )
    running = desk.start("task", "a")
    desk.hear(began)
    desk.write("in.txt", "two\n")
    go.write_text("\n")
    said = desk.end(running)
    assert (said.status, said.out) == (0, "✓ a completed\n")
    assert said.err == 'Warning: "a" will run again: its input in.txt changed while it ran\n'
    desk.write("in.txt", "one\n")  # as it was read, but what was made of it nobody knows
    assert desk.spry("task", "a").lines == ["✓ a completed"]
    assert desk.spry("task", "a").lines == ["● a up to date"]


def test_what_another_run_works_on_is_waited_for(desk: Desk) -> None:
    began, go = desk.fifo("began"), desk.fifo("go")
    desk.tasks("bash a --output out\necho > began; read -r _ < go; echo x >> ran; touch out")
    first = desk.start("task", "a")
    desk.hear(began)
    second = desk.start("task", "a")
    assert second.stderr is not None
    waits = 'Warning: "a" waits: another run is working on it\n'
    assert second.stderr.readline() == waits
    go.write_text("\n")
    assert desk.end(first).out == "✓ a completed\n"
    assert desk.end(second).out == "● a up to date\n"
    assert runs(desk) == 1


def test_a_run_that_is_killed_leaves_nothing_that_passes_for_done(desk: Desk) -> None:
    began = desk.fifo("began")
    desk.tasks("bash a --output out\n[ -e out ] || { echo half > out; echo > began; sleep NAP; }")
    desk.write("Spryfile.md", (desk.folder / "Spryfile.md").read_text())
    killed = desk.start("task", "a")
    desk.hear(began)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    until(lambda: not desk.naps())
    assert desk.spry("task", "a").lines == ["✓ a completed"]


def test_tasks_of_two_files_in_one_folder_do_not_speak_for_each_other(desk: Desk) -> None:
    desk.tasks("bash a --output one\necho one > one", file="one.md")
    desk.tasks("bash a --output one\necho one > one", file="two.md")
    assert desk.spry("task", "a", "-f", "one.md").lines == ["✓ a completed"]
    assert desk.spry("task", "a", "-f", "two.md").lines == ["✓ a completed"]
    assert desk.spry("task", "a", "-f", "one.md").lines == ["● a up to date"]


def test_a_mark_is_kept_beside_the_file_of_the_task(desk: Desk) -> None:
    desk.tasks("bash far --output far\ntouch far", file="sub/far.md")
    desk.tasks("bash near --dep far\ntrue", file="near.md")
    assert desk.spry("task", "near", "-f", "near.md", "-f", "sub/far.md").status == 0
    assert desk.spry("task", "far", "-f", "sub/far.md").lines == ["● far up to date"]


def test_looking_at_a_large_file_holds_up_no_other_task_and_ends_with_an_interrupt(
    desk: Desk,
) -> None:
    with (desk.folder / "large").open("wb") as file:
        file.truncate(50_000_000_000)  # takes a minute to read
    began = desk.fifo("began")
    desk.tasks(
        "bash a --input large --output out\ntouch out",
        "bash quick\ntrue",
        "bash b --dep quick\necho > began; sleep NAP",
    )
    running = desk.start("runbook")
    desk.hear(began)
    running.send_signal(signal.SIGINT)
    said = desk.end(running)
    assert (said.status, sorted(said.lines)) == (
        130,
        ["⊘ a cancelled", "⊘ b cancelled", "✓ quick completed"],
    )


def test_resume_takes_deps_with_outputs_for_done_only_while_they_are_up_to_date(
    desk: Desk,
) -> None:
    desk.write("in.txt", "one\n")
    desk.tasks(COPY, "bash show --dep copy\ncat out.txt")
    desk.spry("runbook")
    assert desk.spry("runbook", "--resume").lines == ["● copy up to date", "● show up to date"]
    desk.write("in.txt", "two\n")
    assert desk.spry("runbook", "--resume").lines == ["✓ copy completed", "✓ show completed"]


def test_a_pattern_of_hidden_files_leaves_out_the_record(desk: Desk) -> None:
    desk.write(".conf", "")
    desk.tasks("bash a --input '.*' --output out\ntouch out")
    assert desk.spry("task", "a").lines == ["✓ a completed"]
    assert desk.spry("task", "a") == (0, "● a up to date\n", "")


def test_what_changed_before_a_condition_was_met_is_what_the_task_was_made_of(desk: Desk) -> None:
    """A condition, or a question, may stand open for long; what counts is what the task reads."""
    desk.write(".env", "A=1\n")
    began, go = desk.fifo("began"), desk.fifo("go")
    condition = "echo > began; read -r _ < go"
    desk.tasks(f"bash a --dotenv .env --if '{condition}' --output out\necho $A > out")
    first = desk.start("task", "a")
    desk.hear(began)
    desk.write(".env", "A=2\n")
    go.write_text("\n")
    assert desk.end(first).status == 0
    desk.write(".env", "A=1\n")
    second = desk.start("task", "a")
    desk.hear(began)
    go.write_text("\n")
    assert desk.end(second).lines == ["✓ a completed"]
    assert (desk.folder / "out").read_text() == "1\n"


def test_an_input_that_is_changed_and_changed_back_while_the_task_runs_runs_it_again(
    desk: Desk,
) -> None:
    """As when somebody saves an edit, takes it back, and saves again."""
    desk.write("in.txt", "one\n")
    began, go = desk.fifo("began"), desk.fifo("go")
    desk.tasks("bash a --input in.txt --output out\necho > began; read -r _ < go; cat in.txt > out")
    settle(desk.folder / "in.txt")
    first = desk.start("task", "a")
    desk.hear(began)
    desk.write("in.txt", "two\n")
    desk.write("in.txt", "one\n")
    go.write_text("\n")
    assert desk.end(first).err == (
        'Warning: "a" will run again: its input in.txt was written while it ran\n'
    )
    assert "its inputs were written while it last ran" in desk.spry("task", "a", "--why").out
    second = desk.start("task", "a")
    desk.hear(began)
    go.write_text("\n")
    assert desk.end(second) == (0, "✓ a completed\n", "")
    assert desk.spry("task", "a").lines == ["● a up to date"]


def test_a_task_that_writes_its_own_input_is_up_to_date_when_it_made_the_same_twice(
    desk: Desk,
) -> None:
    desk.write("in.txt", "one\n")
    desk.tasks("bash a --input in.txt --output out\ntouch in.txt; cat in.txt > out")
    for said in ("✓ a completed", "✓ a completed", "● a up to date", "● a up to date"):
        settle(desk.folder / "in.txt")
        assert desk.spry("task", "a").lines == [said]


def settle(path: Path) -> None:
    """Wait until a further change would have another time."""
    until(lambda: time.time_ns() - path.stat().st_ctime_ns > 100_000_000)


@pytest.mark.parametrize("flags", ["--output made", ""])
def test_a_file_that_a_dep_captures_counts_among_the_inputs(desk: Desk, flags: str) -> None:
    desk.write("in.txt", "one\n")
    desk.write("other", "")
    desk.tasks(
        f"bash version --input in.txt {flags} -C ./said.txt\ntouch made; cat in.txt",
        "bash a --dep version --input other --output out\ncat said.txt > out",
    )
    assert desk.spry("task", "a").status == 0
    assert desk.spry("task", "a").lines[-1] == "● a up to date"
    desk.write("in.txt", "two\n")
    assert "because version runs before it" in desk.spry("task", "a", "--why").out
    assert desk.spry("task", "a").lines == ["✓ version completed", "✓ a completed"]
    assert (desk.folder / "out").read_text() == "two\n"
