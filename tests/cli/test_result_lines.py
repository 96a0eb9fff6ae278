"""What a run prints, to the letter: results on stdout, all else on stderr."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Desk

KIB_64 = 65536


def test_a_task_that_ends_well_is_one_line_and_status_0(desk: Desk) -> None:
    desk.tasks("bash hello\necho hi")
    assert desk.spry("task", "hello") == (0, "✓ hello completed\n", "")


def test_a_failure_skips_what_needs_it_and_what_needs_that(desk: Desk) -> None:
    desk.tasks(
        "bash step1\necho Step 1 complete",
        "bash step2 --dep step1\nexit 1 # This task fails",
        "bash step3 --dep step2\necho never",
        "bash step4 --dep step3\necho never",
    )
    said = desk.spry("task", "step4")
    assert said.status == 1
    assert said.lines == [
        "✓ step1 completed",
        "✗ step2 failed with exit code 1",
        "⊘ step3 skipped (dependency failed)",
        "⊘ step4 skipped (dependency failed)",
    ]
    assert said.err == 'Error: Task "step2" failed with exit code 1\n'


def test_what_a_failure_does_not_reach_goes_on(desk: Desk) -> None:
    desk.fifo("failed")
    desk.tasks(
        "bash bad\nexit 1",
        "bash tell --dep bad --always\necho > failed",
        "bash slow\nread -r _ < failed",
        "bash after --dep slow\ntrue",
    )
    said = desk.spry("runbook")
    assert said.lines.index("✗ bad failed with exit code 1") < said.lines.index("✓ slow completed")
    assert "✓ after completed" in said.lines
    assert said.status == 1


def test_the_output_of_a_failed_task_follows_its_line_both_streams_in_order(desk: Desk) -> None:
    desk.tasks("bash bad\necho one; echo two >&2; echo three; exit 7")
    said = desk.spry("task", "bad")
    assert said.out == "✗ bad failed with exit code 7\none\ntwo\nthree\n"


def test_output_without_a_last_newline_does_not_run_into_the_next_line(desk: Desk) -> None:
    desk.tasks("bash bad\nprintf half; exit 1", "bash next --dep bad --always\ntrue")
    said = desk.spry("runbook")
    assert said.out == "✗ bad failed with exit code 1\nhalf\n✓ next completed\n"


def test_a_timeout_is_written_as_its_author_wrote_it(desk: Desk) -> None:
    desk.tasks(
        "bash a --timeout 200ms\nsleep NAP",
        "bash b --timeout 0m0.2s\nsleep NAP",
        "bash c {timeout: 0.25}\nsleep NAP",  # a bare number gets its unit
    )
    said = desk.spry("runbook")
    assert sorted(said.lines) == [
        "✗ a timed out after 200ms",
        "✗ b timed out after 0m0.2s",
        "✗ c timed out after 0.25s",
    ]
    assert said.status == 1
    assert desk.naps() == []


def test_a_task_that_a_signal_ends_names_the_signal(desk: Desk) -> None:
    desk.tasks("bash killed\nkill -9 $$", "bash term\nkill -TERM $$")
    said = desk.spry("runbook")
    assert sorted(said.lines) == ["✗ killed killed by SIGKILL", "✗ term killed by SIGTERM"]
    assert said.status == 1


def test_a_program_that_is_not_there_could_not_start_for_that_reason(desk: Desk) -> None:
    desk.tasks("nosuchprogram a\nx", "bash b --cwd nowhere\ntrue", "bash c --env NOSUCHVALUE\ntrue")
    said = desk.spry("runbook")
    assert said.status == 1
    for name, reason in {"a": "nosuchprogram", "b": "nowhere", "c": "NOSUCHVALUE"}.items():
        assert re.search(rf"^✗ {name} could not start: .*{reason}", said.out, re.MULTILINE)


def test_a_condition_that_is_not_met_counts_as_done(desk: Desk) -> None:
    desk.tasks("bash a --if 'test -e nothing'\necho a", "bash b --dep a\ntrue")
    assert desk.spry("task", "b") == (0, "⊘ a skipped (condition not met)\n✓ b completed\n", "")


def test_a_condition_that_is_met_lets_the_task_run(desk: Desk) -> None:
    desk.tasks("bash a --if 'test -e Spryfile.md'\necho a")
    assert desk.spry("task", "a").lines == ["✓ a completed"]


def test_each_retry_is_announced_with_its_pause(desk: Desk) -> None:
    desk.tasks("bash flaky --retry 2 --retry-delay 10ms\nexit 3")
    said = desk.spry("task", "flaky")
    assert said.lines == [
        "↻ flaky failed with exit code 3, retry 1 of 2 in 10ms",
        "↻ flaky failed with exit code 3, retry 2 of 2 in 20ms",
        "✗ flaky failed with exit code 3",
    ]
    assert said.status == 1


def test_a_retry_that_succeeds_makes_the_run_succeed(desk: Desk) -> None:
    desk.tasks("bash flaky --retry 3 --retry-delay 10ms\n[ -e mark ] || { touch mark; exit 1; }")
    said = desk.spry("task", "flaky")
    assert said.status == 0
    assert said.lines[-1] == "✓ flaky completed"


def test_a_pause_of_whole_seconds_is_written_in_seconds(desk: Desk) -> None:
    desk.tasks("bash flaky --retry 3 --retry-delay 2s\n[ -e mark ] || { touch mark; exit 1; }")
    first = desk.spry("task", "flaky").lines[0]
    assert first == "↻ flaky failed with exit code 1, retry 1 of 3 in 2s"


def test_resume_runs_only_what_did_not_succeed(desk: Desk) -> None:
    desk.tasks("bash good\necho x >> ran", "bash bad --dep good\n[ -e mend ]")
    assert desk.spry("runbook").status == 1
    desk.write("mend", "")
    assert desk.spry("runbook", "--resume") == (0, "● good up to date\n✓ bad completed\n", "")
    assert desk.spry("runbook", "--resume").lines == ["● good up to date", "● bad up to date"]
    assert (desk.folder / "ran").read_text() == "x\n"


def test_resume_runs_again_what_has_changed_and_what_needs_it(desk: Desk) -> None:
    desk.tasks("bash one\ntrue", "bash two --dep one\ntrue", "bash other\ntrue")
    desk.spry("runbook")
    desk.tasks("bash one\ntrue and more || true", "bash two --dep one\ntrue", "bash other\ntrue")
    said = desk.spry("runbook", "--resume")
    assert sorted(said.lines) == ["● other up to date", "✓ one completed", "✓ two completed"]


def test_a_failure_that_is_allowed_is_shown_and_fails_nothing(desk: Desk) -> None:
    desk.tasks("bash lint --allow-failure\necho untidy; exit 4", "bash ship --dep lint\ntrue")
    said = desk.spry("task", "ship")
    assert said == (0, "✗ lint failed with exit code 4\nuntidy\n✓ ship completed\n", "")


def test_of_a_long_output_the_last_64_kib_are_shown_and_how_to_see_all(desk: Desk) -> None:
    desk.tasks("bash long\nseq 100000; exit 1")
    whole = "".join(f"{n}\n" for n in range(1, 100001))
    said = desk.spry("task", "long")
    head, _, rest = said.out.partition("\n")
    assert head == "✗ long failed with exit code 1"
    assert rest[:KIB_64] == whole[-KIB_64:]
    hint = rest[KIB_64:]
    assert hint.count("\n") == 1
    assert hint.endswith("see all with: jupyter spry log long\n")


def test_of_64_kib_all_is_shown_and_no_hint(desk: Desk) -> None:
    desk.tasks(f"bash long\nhead -c {KIB_64} /dev/zero | tr '\\0' x; exit 1")
    said = desk.spry("task", "long")
    assert said.out == "✗ long failed with exit code 1\n" + "x" * KIB_64 + "\n"


def test_the_hint_names_the_files_that_were_given(desk: Desk) -> None:
    desk.tasks(f"bash long\nhead -c {KIB_64 + 1} /dev/zero; exit 1", file="my ops.md")
    said = desk.spry("task", "long", "-f", "my ops.md")
    assert said.out.endswith("see all with: jupyter spry log -f 'my ops.md' long\n")


def test_a_tail_that_begins_inside_a_character_is_whole_where_it_can_be(desk: Desk) -> None:
    desk.tasks("python long\nprint('日' * 50000)\nraise SystemExit(1)")
    said = desk.spry("task", "long")
    assert said.out.count("日") >= KIB_64 // 3 - 1


def test_bytes_that_are_no_text_arrive_as_they_are(desk: Desk) -> None:
    desk.tasks("bash bad\nprintf 'a\\377\\376b\\n'; exit 1")
    said = desk.spry("task", "bad")
    assert said.out.encode("utf-8", "surrogateescape").endswith(b"\na\xff\xfeb\n")


def test_warnings_go_to_stderr(desk: Desk) -> None:
    desk.tasks("bash server\nsleep NAP &\ntrue")
    said = desk.spry("task", "server")
    assert said.out == "✓ server completed\n"
    assert re.fullmatch(r'Warning: "server" left 1 process running.*\n', said.err)
    assert desk.naps() == []


@pytest.mark.parametrize(("number", "status"), [("137", 137), ("255", 255), ("2", 2)])
def test_any_exit_code_of_a_task_is_status_1_of_the_run(
    desk: Desk, number: str, status: int
) -> None:
    desk.tasks(f"bash bad\nexit {number}")
    said = desk.spry("task", "bad")
    assert said.status == 1
    assert said.lines == [f"✗ bad failed with exit code {status}"]


def test_several_failures_are_all_named_in_the_error(desk: Desk) -> None:
    desk.tasks("bash a\nexit 1", "bash b\nexit 2")
    said = desk.spry("runbook")
    assert said.err == 'Error: 2 tasks failed: "a", "b"\n'


def test_a_group_starts_no_process_and_completes_when_its_deps_have(desk: Desk) -> None:
    desk.tasks("bash a\ntrue", "bash all --dep a\n# nothing to do here")
    assert desk.spry("task", "all").lines == ["✓ a completed", "✓ all completed"]


def test_a_line_that_fails_fails_the_task(desk: Desk) -> None:
    desk.tasks("bash a\nfalse\necho on", "bash b\nfalse | cat\necho on", "sh c\nfalse\necho on")
    said = desk.spry("runbook")
    assert sorted(said.lines) == [f"✗ {name} failed with exit code 1" for name in "abc"]


def test_stdin_of_a_task_is_empty(desk: Desk) -> None:
    desk.tasks('bash a\n[ -z "$(cat)" ]')
    assert desk.spry("task", "a").status == 0
