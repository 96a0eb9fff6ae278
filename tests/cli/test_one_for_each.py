"""One task for each value, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Desk


def test_members_run_with_their_value_and_a_dependent_waits_for_all(desk: Desk) -> None:
    desk.tasks(
        "bash make --for N=1,2 --output out-${N}\necho made $N > out-$N",
        "bash all --dep make\ncat out-1 out-2",
    )
    said = desk.spry("task", "all", "--show", "all")
    assert said.status == 0
    assert sorted(said.lines[:2]) == ["✓ make[1] completed", "✓ make[2] completed"]
    assert said.lines[2:] == ["✓ all completed", "made 1", "made 2"]


def test_one_member_can_be_asked_for_and_has_a_log_of_its_own(desk: Desk) -> None:
    desk.tasks("bash make --for N=1,2\necho $SPRY_TASK")
    assert desk.spry("task", "make[2]").lines == ["✓ make[2] completed"]
    assert desk.spry("log", "make[2]").out == "make[2]\n"


def test_the_list_says_the_values(desk: Desk) -> None:
    desk.tasks("bash make --for N=1,2\necho $N", "bash all --dep make\n:")
    assert [line.split() for line in desk.spry("ls").lines] == [
        ["make", "for", "each", "N=1,2"],
        ["all", "needs", "make"],
    ]


def test_a_failed_member_skips_the_dependent_and_no_other_member(desk: Desk) -> None:
    desk.tasks("bash make --for N=1,2\ntest $N = 2", "bash all --dep make\n:")
    said = desk.spry("task", "all", "-j1")
    assert said.status == 1
    assert "✓ make[2] completed" in said.lines
    assert "⊘ all skipped (dependency failed)" in said.lines


def test_the_log_and_the_history_of_a_family_are_those_of_its_tasks(desk: Desk) -> None:
    desk.tasks("bash a --for 'X=1,2'\necho $X")
    assert "no runs yet" in desk.spry("history", "a").out
    desk.spry("task", "a")
    assert desk.spry("log", "a[2]").out == "2\n"
    assert desk.spry("log", "a") == (
        2,
        "",
        (
            'Error: "a" is one task for each value, and each has a log of its own\n'
            '  name one, such as "a[1]"\n'
        ),
    )
    assert [line.split()[0] for line in desk.spry("history", "a").lines] == ["task", "a[1]", "a[2]"]
    assert '"a[2]"' in desk.spry("history", "a", "--json").out
