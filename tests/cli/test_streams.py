"""Whatever the command line is started with, and whatever it is told, it ends in its own words."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from conftest import Desk

COMMANDS = (
    "task",
    "runbook",
    "ls",
    "check",
    "dag",
    "export",
    "log",
    "clean",
    "completion",
    "complete",
)
OPTIONS = ("-f", "-j", "-n", "-v", "--show", "--env", "--json", "--format", "--out", "--only", "-h")
VALUES = ("a", "@t", "", "--", "-", "0", "Spryfile.md", "nowhere.md", "all", "X=1", "\udcff", "日")


def test_a_reader_who_leaves_ends_no_task(desk: Desk) -> None:
    gone, done = desk.fifo("gone"), desk.folder / "done"
    desk.tasks(
        "bash first\ntrue",
        "bash second --dep first\nread -r _ < gone; head -c 300000 /dev/zero; exit 1",
        "bash third --dep second --always\necho > done",
    )
    process = desk.start("runbook", "-v")
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    gone.write_text("gone\n")
    assert process.wait(timeout=30) == 1
    assert done.exists()
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()


@pytest.mark.parametrize("command", ["ls", "runbook", "log a", "dag", "-h", "task -h"])
def test_a_pipe_that_nobody_reads_is_no_crash(desk: Desk, command: str) -> None:
    desk.tasks("bash a\nseq 100000; exit 1")
    desk.spry("task", "a")
    script = f'"{sys.executable}" -m spry_jupyter {command} | true; echo "${{PIPESTATUS[0]}}"'
    said = desk.spry("-c", script, program=("bash",))
    assert said.lines in (["0"], ["1"])
    assert "Traceback" not in said.err
    assert "Exception" not in said.err


def test_a_full_disk_is_told_and_ends_no_task(desk: Desk) -> None:
    desk.tasks("bash a\necho > ran")
    with Path("/dev/full").open("w") as full:
        said = desk.spry("task", "a", stdout=full)
    assert (desk.folder / "ran").exists()
    assert "Traceback" not in said.err
    assert "No space left" in said.err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_end_no_task(desk: Desk, closed: str) -> None:
    desk.tasks("bash a\necho out; echo err >&2; cat; echo > ran; exit 1")
    script = f'"{sys.executable}" -m spry_jupyter task a {closed}'
    said = desk.spry("-c", script, program=("bash",))
    assert said.status == 1
    assert (desk.folder / "ran").exists()
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_a_stream_that_takes_only_ascii_is_no_crash(desk: Desk, env: dict[str, str]) -> None:
    desk.tasks("bash a --descr 日本\necho é; exit 1", "bash b --dep größe,a\n:")
    for words, status in ((("task", "a", "-v"), 1), (("ls",), 0), (("dag",), 0), (("check",), 2)):
        said = desk.spry(*words, env=env)
        assert said.status == status
        assert "Traceback" not in said.err


def test_plain_output_has_no_control_sequences(desk: Desk) -> None:
    desk.tasks("bash a\ntrue", "bash b\nexit 1")
    for env in ({}, {"FORCE_COLOR": "1", "TERM": "xterm-256color"}):
        said = desk.spry("runbook", "-v", env=env)
        assert "\x1b" not in said.out + said.err


def test_results_and_errors_keep_apart(desk: Desk) -> None:
    desk.tasks("bash a\nsleep NAP & exit 3")
    said = desk.spry("task", "a")
    assert said.out == "✗ a failed with exit code 3\n"
    assert [line.partition(" ")[0] for line in said.err.splitlines()] == ["Warning:", "Error:"]


def test_both_streams_in_one_file_are_in_order(desk: Desk) -> None:
    desk.tasks("bash a\ntrue", "bash b --dep a\nexit 3")
    said = desk.spry("runbook", stderr=subprocess.STDOUT)
    assert said.lines == [
        "✓ a completed",
        "✗ b failed with exit code 3",
        'Error: Task "b" failed with exit code 3',
    ]


def test_a_line_is_there_as_soon_as_its_task_has_ended(desk: Desk) -> None:
    desk.fifo("go")
    desk.tasks("bash a\ntrue", "bash b --dep a\nread -r _ < go")
    process = desk.start("runbook")
    assert process.stdout is not None
    assert process.stdout.readline() == "✓ a completed\n"
    (desk.folder / "go").write_text("go\n")
    assert desk.end(process).status == 0


@pytest.mark.parametrize(
    "words",
    [
        ["tsk"],
        ["task"],
        ["task", "a", "--dry-rn"],
        ["task", "a", "--jobs"],
        ["ls", "a"],
        ["log"],
        ["log", "a", "b"],
        ["export"],
        ["dag", "--format", "gif"],
        ["completion", "tcsh"],
        ["runbook", "a"],
        ["task", "a", "--dry"],
        ["ls", ""],
        ["ls", "-x y"],
    ],
)
def test_a_request_at_fault_is_status_2_and_one_error(desk: Desk, words: list[str]) -> None:
    desk.tasks("bash a\necho > ran")
    said = desk.spry(*words)
    assert said.status == 2
    assert said.out == ""
    assert not (desk.folder / "ran").exists()
    assert re.match(r"Error: .+\n  see jupyter spry.* -h\n\Z", said.err)


def test_without_a_command_there_is_help_and_status_2(desk: Desk) -> None:
    said = desk.spry()
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("usage: jupyter spry COMMAND")


@pytest.mark.parametrize("command", ["", *COMMANDS[:-1]])
def test_help_says_what_a_command_does(desk: Desk, command: str) -> None:
    for ask in ("-h", "--help"):
        said = desk.spry(*filter(None, [command, ask]))
        assert said.status == 0
        assert said.out.startswith("usage: jupyter spry")
        assert said.err == ""


def test_the_version_is_said(desk: Desk) -> None:
    said = desk.spry("--version")
    assert said.status == 0
    assert re.fullmatch(r"spry_jupyter \d+\.\d+\.\d+.*\n", said.out)


def test_jupyter_has_the_subcommand(desk: Desk) -> None:
    desk.tasks("bash a\nexit 1")
    programs = Path(sys.executable).parent
    path = f"{programs}:{os.environ['PATH']}"
    said = desk.spry("spry", "task", "a", program=(str(programs / "jupyter"),), env={"PATH": path})
    assert said == (1, "✗ a failed with exit code 1\n", 'Error: Task "a" failed with exit code 1\n')


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare")
    (folder / "Spryfile.md").write_text("```bash a --tag t\ntrue\n```\n")
    return folder


@example(words=["task", "a", "-f"])
@example(words=["dag", "--out", "", "-f", "Spryfile.md"])
@example(words=["log", "", "-f", ""])
@example(words=["export", "", "-f", "Spryfile.md"])
@example(words=["ls", "-f", "a\0b"])
@example(words=["task", "\udcff"])
@given(
    words=st.builds(
        lambda command, rest: [command, *rest],
        st.sampled_from(COMMANDS),
        st.lists(st.sampled_from(OPTIONS + VALUES) | st.text(max_size=4), max_size=5),
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_words_end_in_a_traceback(bare: Path, words: list[str]) -> None:
    code = (
        "import sys, json; from spry_jupyter.cli import main; "
        "sys.exit(main(json.loads(sys.argv[1])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(words)],
        cwd=bare,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode in (0, 1, 2)
    assert b"Traceback" not in done.stderr
    if done.returncode == 2 and words:
        assert done.stderr.startswith(b"Error: ")
