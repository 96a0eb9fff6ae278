"""The options of a run, and the flags of a task that it obeys."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Desk

# Notes when it begins and ends; what ran at the same time can be read from the file.
SPAN = "echo + >> spans\nsleep 0.1\necho - >> spans"


def peak(desk: Desk) -> int:
    """How many tasks of `SPAN` ran at once, at most."""
    now = most = 0
    for mark in (desk.folder / "spans").read_text().split():
        now += 1 if mark == "+" else -1
        most = max(most, now)
    return most


def test_tasks_that_need_nothing_of_each_other_run_at_once(desk: Desk) -> None:
    for one, other in ("ab", "bc", "ca"):
        desk.fifo(f"{one}{other}")
    # Each waits for another that waits for it: in any order one after the other, none would end.
    meet = "(echo > {0}{1}) & read -r _ < {2}{0}; wait"
    desk.tasks(
        "bash a\n" + meet.format("a", "b", "c"),
        "bash b\n" + meet.format("b", "c", "a"),
        "bash c\n" + meet.format("c", "a", "b"),
        "bash d --dep a,b,c\ntrue",
    )
    said = desk.spry("task", "d")
    assert said.status == 0
    assert said.lines[-1] == "✓ d completed"


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_more_tasks_run_at_once_than_jobs_allow(desk: Desk, jobs: int) -> None:
    desk.tasks(*(f"bash t{i}\n{SPAN}" for i in range(5)))
    assert desk.spry("runbook", "-j", str(jobs)).status == 0
    assert peak(desk) == jobs


def test_jobs_0_is_no_limit(desk: Desk) -> None:
    count = max(8, (os.cpu_count() or 1) + 2) + 4
    for i in range(count):
        desk.fifo(f"go{i}")
    pass_on = "(echo > go{1}) & read -r _ < go{0}; wait"
    desk.tasks(
        *(f"bash t{i}\n" + pass_on.format(i, (i + 1) % count) for i in range(count)),
    )
    assert desk.spry("runbook", "--jobs=0").status == 0


@pytest.mark.parametrize("jobs", ["x", "-1", "1.5", "", "²", "1e3"])
def test_jobs_that_are_no_number_are_refused(desk: Desk, jobs: str) -> None:
    desk.tasks("bash a\ntrue")
    said = desk.spry("task", "a", f"--jobs={jobs}")
    assert said.status == 2
    assert said.out == ""
    assert said.err.startswith("Error: ")
    assert "--jobs" in said.err


def test_a_pool_limits_its_tasks_whatever_jobs_say(desk: Desk) -> None:
    desk.tasks(*(f"bash t{i} --pool db\n{SPAN}" for i in range(3)))
    assert desk.spry("runbook", "-j", "0").status == 0
    assert peak(desk) == 1


def test_a_pool_may_have_room_for_more_than_one(desk: Desk) -> None:
    pools = ["db=2", "db", "db", "db"]
    desk.tasks(*(f"bash t{i} --pool {pool}\n{SPAN}" for i, pool in enumerate(pools)))
    assert desk.spry("runbook", "-j", "0").status == 0
    assert peak(desk) == 2


def test_only_runs_the_targets_without_their_deps(desk: Desk) -> None:
    desk.tasks("bash a\ntrue", "bash b --dep a\ntrue", "bash c --dep b\ntrue")
    assert desk.spry("task", "c", "b", "--only").lines == ["✓ b completed", "✓ c completed"]
    assert desk.spry("task", "c", "--only").lines == ["✓ c completed"]


def test_a_tag_means_every_task_with_it(desk: Desk) -> None:
    desk.tasks(
        "bash a --tag x\ntrue", "bash b -G x,y --dep c\ntrue", "bash c\ntrue", "bash d\ntrue"
    )
    assert sorted(desk.spry("task", "@x").lines) == [f"✓ {n} completed" for n in "abc"]


def test_an_unknown_tag_is_an_error(desk: Desk) -> None:
    desk.tasks("bash a --tag nightly\ntrue")
    said = desk.spry("task", "@nightli")
    assert said.status == 2
    assert said.err.startswith("Error: ")
    assert "@nightly" in said.err


def test_fail_fast_stops_what_runs_and_starts_nothing_more(desk: Desk) -> None:
    desk.fifo("running")
    desk.tasks(
        "bash slow\n(echo > running) & sleep NAP",
        "bash bad\nread -r _ < running; exit 1",
        "bash later --dep slow\ntrue",
    )
    said = desk.spry("runbook", "--fail-fast")
    assert said.status == 1
    assert "✗ bad failed with exit code 1" in said.lines
    assert "⊘ slow cancelled" in said.lines
    assert "✓ later completed" not in said.lines
    assert desk.naps() == []


def test_cleanup_runs_after_fail_fast_if_what_it_cleans_had_started(desk: Desk) -> None:
    desk.fifo("running")
    desk.tasks(
        "bash setup --finally teardown\n(echo > running) & sleep NAP",
        "bash bad\nread -r _ < running; exit 1",
        "bash sweep --dep setup --always\ntrue",
        "bash teardown --dep setup\ntrue",
        "bash never --dep late --always\ntrue",
        "bash late --dep setup\ntrue",
    )
    said = desk.spry("runbook", "--fail-fast")
    assert said.status == 1
    assert "✓ sweep completed" in said.lines
    assert "✓ teardown completed" in said.lines
    assert "✓ never completed" not in said.lines


def test_always_runs_whatever_came_of_its_deps(desk: Desk) -> None:
    desk.tasks(
        "bash bad\nexit 1",
        "bash skipped --dep bad\ntrue",
        "bash cleanup --dep skipped --always\ntrue",
    )
    said = desk.spry("task", "cleanup")
    assert said.lines[-1] == "✓ cleanup completed"
    assert said.status == 1


def test_finally_runs_though_nobody_asked_for_it(desk: Desk) -> None:
    desk.tasks("bash down --dep tool\ntrue", "bash tool\ntrue", "bash up --finally down\nexit 3")
    said = desk.spry("task", "up")
    assert said.status == 1
    assert said.lines[-1] == "✓ down completed"
    assert "✓ tool completed" in said.lines


def test_finally_does_not_run_where_its_task_never_started(desk: Desk) -> None:
    desk.tasks("bash down\necho > ran", "bash bad\nexit 1", "bash up --dep bad --finally down\n:")
    assert desk.spry("task", "up").status == 1
    assert not (desk.folder / "ran").exists()


def test_an_injected_dep_runs_before_what_its_expression_matches_whole(desk: Desk) -> None:
    desk.tasks("bash db-a\ntrue", "bash adb-a\ntrue", "bash check --injected-dep 'db-.*'\ntrue")
    assert desk.spry("task", "db-a").lines == ["✓ check completed", "✓ db-a completed"]
    assert desk.spry("task", "adb-a").lines == ["✓ adb-a completed"]
    assert desk.spry("task", "check").lines == ["✓ check completed"]


# -- what a task is given --------------------------------------------------------------------------


def test_env_sets_and_forwards_for_all_tasks_of_the_run(desk: Desk) -> None:
    desk.tasks('bash a\necho "$SET $CAME"; exit 1')
    said = desk.spry("task", "a", "--env", "SET=a b=c", "--env=CAME", env={"CAME": "here"})
    assert said.lines[1] == "a b=c here"


def test_env_of_a_task_sets_forwards_and_wins_over_a_dotenv_file(desk: Desk) -> None:
    desk.write("more.env", 'ONE=file\nTWO="from file"\n')
    desk.tasks("bash a --env ONE=own --env HOME --dotenv more.env\necho $ONE $TWO $HOME; exit 1")
    said = desk.spry("task", "a", env={"HOME": "/home/me"})
    assert said.lines[1] == "own from file /home/me"


@pytest.mark.parametrize("env", ["1X=a", "=a", "A-B=c", ""])
def test_env_that_names_no_variable_is_refused(desk: Desk, env: str) -> None:
    desk.tasks("bash a\ntrue")
    said = desk.spry("task", "a", f"--env={env}")
    assert said.status == 2
    assert said.err.startswith("Error: ")


def test_a_forwarded_variable_that_nothing_has_stops_the_task_by_name(desk: Desk) -> None:
    desk.tasks("bash a\ntrue")
    said = desk.spry("task", "a", "--env", "NOSUCHTHING")
    assert said.status == 1
    assert re.match("✗ a could not start: .*NOSUCHTHING", said.out)


def test_a_dotenv_file_may_use_variables_and_its_faults_are_named(desk: Desk) -> None:
    desk.write(".env", "\ufeffONE=1\nTWO=${ONE}2${PLACE}\nEMPTY=\nQUOTED='a$b'\n")
    desk.write("bad.env", "ONE=1\nnot a variable\n")
    desk.tasks(
        'bash a --dotenv .env\necho "$ONE $TWO [$EMPTY] $QUOTED"; exit 1',
        "bash b --dotenv bad.env\necho > ran",
    )
    assert desk.spry("task", "a", env={"PLACE": "here"}).lines[1] == "1 12here [] a$b"
    said = desk.spry("task", "b")
    fault = f"the .env file {desk.folder}/bad.env is not understood in line 2"
    assert said.lines == [f"✗ b could not start: {fault}"]
    assert said.err == f'Error: Task "b" could not start: {fault}\n'
    assert not (desk.folder / "ran").exists()


def test_a_captured_variable_reaches_what_depends_on_it_byte_for_byte(desk: Desk) -> None:
    value = "$(touch pwned) `touch pwned` \"'; touch pwned #"
    desk.write("value", value + "\n")
    desk.tasks(
        "bash a --capture VALUE\ncat value",
        "bash b --dep a\ntrue",
        "bash c --dep b --env VALUE\nprintf '%s' \"$VALUE\" > out",
    )
    assert desk.spry("task", "c").status == 0
    assert (desk.folder / "out").read_text() == value
    assert not (desk.folder / "pwned").exists()


def test_capture_into_a_file_is_byte_for_byte_and_nothing_if_the_task_fails(desk: Desk) -> None:
    desk.tasks(
        "bash good --capture ./good.bin\nprintf 'a\\0b\\377\\n\\n'",
        "bash bad --capture ./bad.bin\necho half; exit 1",
    )
    assert desk.spry("runbook").status == 1
    assert (desk.folder / "good.bin").read_bytes() == b"a\0b\377\n\n"
    assert not (desk.folder / "bad.bin").exists()


def test_capture_makes_the_folder_of_its_file_and_refuses_one_that_cannot_be(desk: Desk) -> None:
    desk.write("file", "")
    desk.tasks(
        "bash good --capture a/b/good.txt\necho whole",
        "bash folder --capture ./a\necho > ran",
        "bash below --capture ./file/x\necho > ran",
    )
    said = desk.spry("runbook", "-j", "1")
    assert said.lines == [
        "✓ good completed",
        "✗ folder could not start: its output cannot be kept in ./a, which is a folder",
        "✗ below could not start: its output cannot be kept in ./file/x: File exists",
    ]
    assert (desk.folder / "a" / "b" / "good.txt").read_text() == "whole\n"
    assert not (desk.folder / "ran").exists()


def test_capture_leaves_what_is_no_file_in_its_place(desk: Desk) -> None:
    os.mkfifo(desk.folder / "pipe")
    desk.tasks("bash a --capture ./pipe\necho > ran")
    assert desk.spry("task", "a").lines == [
        "✗ a could not start: its output cannot be kept in ./pipe, which is no file"
    ]
    assert (desk.folder / "pipe").is_fifo()
    assert not (desk.folder / "ran").exists()


def test_two_captures_of_one_name_are_an_error_before_the_run(desk: Desk) -> None:
    desk.tasks("bash a -C X\necho > ran", "bash b -C X --dep a\necho > ran")
    said = desk.spry("task", "b")
    assert said.status == 2
    assert said.out == ""
    assert said.err.startswith("Error: ")
    assert not (desk.folder / "ran").exists()
    assert desk.spry("task", "a").status == 0


def test_interpolation_puts_values_in_and_no_code(desk: Desk) -> None:
    desk.write("value", "$(touch pwned)`touch pwned`'\"; touch pwned\n")
    desk.tasks(
        "bash a -C VALUE\ncat value",
        "bash b --dep a --interpolate --env PLACE=here\n"
        'echo "${captured.VALUE}" > out; echo ${task.name} ${env.PLACE} ${HOME} >> out',
    )
    assert desk.spry("task", "b", env={"HOME": "/h"}).status == 0
    out = (desk.folder / "out").read_text()
    assert out == (desk.folder / "value").read_text() + "b here /h\n"
    assert not (desk.folder / "pwned").exists()


def test_a_captured_value_of_any_name_can_be_interpolated(desk: Desk) -> None:
    desk.tasks("bash a -C größe\necho 7", "bash b --dep a -I\necho ${captured.größe}; exit 1")
    assert desk.spry("task", "b").lines[2] == "7"


def test_an_unknown_interpolation_fails_the_task_by_name(desk: Desk) -> None:
    desk.tasks("bash a --interpolate\necho ${captured.NOPE}")
    said = desk.spry("task", "a")
    assert said.status == 1
    assert "captured.NOPE" in said.lines[0]
    assert said.lines[0].startswith("✗ a ")


def test_without_interpolate_the_braces_are_the_shells(desk: Desk) -> None:
    desk.tasks("bash a\nX=1; echo ${X}${Y-two}; exit 1")
    assert desk.spry("task", "a").lines[1] == "1two"


def test_tasks_run_in_the_folder_of_their_file_or_in_cwd_below_it(desk: Desk) -> None:
    (desk.folder / "ops" / "sub").mkdir(parents=True)
    desk.tasks("bash a\npwd > here", "bash b --cwd sub\npwd > here", file="ops/tasks.md")
    assert desk.spry("runbook", "-f", "ops/tasks.md").status == 0
    for place in ("ops", "ops/sub"):
        folder = desk.folder / place
        assert (folder / "here").read_text() == f"{folder}\n"


# -- confirmation ----------------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["--confirm", "--confirm 'Really deploy?'"])
def test_with_nobody_to_ask_nothing_runs_and_the_status_is_2(desk: Desk, question: str) -> None:
    desk.tasks("bash build\necho > ran", f"bash deploy --dep build {question}\ntrue")
    said = desk.spry("task", "deploy")
    assert said.status == 2
    assert said.out == ""
    assert '"deploy"' in said.err
    assert "--yes" in said.err
    assert not (desk.folder / "ran").exists()


@pytest.mark.parametrize("yes", ["--yes", "-y"])
def test_yes_answers_every_question(desk: Desk, yes: str) -> None:
    desk.tasks("bash a --confirm\ntrue", "bash b --dep a --confirm 'Sure?'\ntrue")
    assert desk.spry("task", "b", yes) == (0, "✓ a completed\n✓ b completed\n", "")


# -- what is shown ---------------------------------------------------------------------------------

OUTPUTS = ("bash a\necho of-a", "bash b --dep a\necho of-b", "bash quiet --silent\necho of-quiet")


def test_output_of_tasks_that_end_well_is_not_shown(desk: Desk) -> None:
    desk.tasks(*OUTPUTS)
    assert "of-" not in desk.spry("runbook").out


def test_show_all_shows_all_but_silent_ones(desk: Desk) -> None:
    desk.tasks(*OUTPUTS)
    out = desk.spry("task", "b", "quiet", "--show", "all").lines
    assert out.index("of-a") == out.index("✓ a completed") + 1
    assert "of-b" in out
    assert "of-quiet" not in out


def test_show_targets_shows_what_was_asked_for(desk: Desk) -> None:
    desk.tasks(*OUTPUTS)
    assert desk.spry("task", "b", "--show=targets").lines == [
        "✓ a completed",
        "✓ b completed",
        "of-b",
    ]


def test_show_takes_no_other_word(desk: Desk) -> None:
    desk.tasks(*OUTPUTS)
    said = desk.spry("task", "b", "--show", "some")
    assert said.status == 2
    assert all(word in said.err for word in ("failed", "targets", "all"))


def test_the_output_of_a_silent_task_is_shown_when_it_fails(desk: Desk) -> None:
    desk.tasks("bash quiet --silent\necho why; exit 1")
    assert desk.spry("task", "quiet").lines == ["✗ quiet failed with exit code 1", "why"]


def test_verbose_says_order_deps_outputs_and_times(desk: Desk) -> None:
    desk.tasks(*OUTPUTS[:2], "bash quiet --silent --dep b\necho of-quiet")
    said = desk.spry("task", "quiet", "-v")
    assert said.status == 0
    assert "a → b → quiet" in said.out
    assert "b needs a" in said.out
    assert "of-a" in said.lines
    assert "of-quiet" not in said.out
    for name in ("a", "b", "quiet"):
        assert re.search(rf"^✓ {name} completed \((\d+ms|\d+\.\d+s)\)$", said.out, re.MULTILINE)


def test_verbose_shows_a_whole_output_however_long(desk: Desk) -> None:
    desk.tasks("bash long\nseq 100000")
    said = desk.spry("task", "long", "-v")
    assert "".join(f"{n}\n" for n in range(1, 100001)) in said.out


# -- dry run ---------------------------------------------------------------------------------------


def test_a_dry_run_lists_what_would_run_in_order_and_why_and_runs_nothing(desk: Desk) -> None:
    desk.tasks(
        "bash c --dep b\necho > ran",
        "bash b --dep a\necho > ran",
        "bash a\necho > ran",
        "bash other\necho > ran",
    )
    said = desk.spry("task", "c", "--dry-run")
    assert said.status == 0
    rows = [row for row in said.lines if re.search(r"\b[abc]\b", row.partition(".")[2])]
    assert [re.search(r"\b[abc]\b", row).group() for row in rows] == ["a", "b", "c"]  # type: ignore[union-attr]
    assert "other" not in said.out
    assert re.search(r"\ba\b.*needed by b", said.out)
    assert re.search(r"\bc\b.*asked for", said.out)
    assert not (desk.folder / "ran").exists()
    assert not (desk.folder / ".spry").exists()


def test_a_dry_run_asks_nothing_and_reports_every_fault(desk: Desk) -> None:
    desk.tasks("bash a --confirm\ntrue", "bash b --dep nope\ntrue")
    assert desk.spry("task", "a", "-n").status == 0
    said = desk.spry("task", "b", "-n")
    assert said.status == 2
    assert said.err.startswith('Error: Task "nope" referenced by "b" does not exist\n')


def test_show_dag_draws_the_closure_and_runs_nothing(desk: Desk) -> None:
    desk.tasks("bash a\necho > ran", "bash b --dep a\necho > ran", "bash other\ntrue")
    said = desk.spry("task", "b", "--show-dag")
    assert said.status == 0
    assert re.search(r"\ba\b.*\bb\b", said.out, re.DOTALL)
    assert "other" not in said.out
    assert not (desk.folder / "ran").exists()
