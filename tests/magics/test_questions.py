"""Tasks that are to be confirmed: who is asked, and what happens without an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headless import Execution
    from kernel_desk import Desk


@pytest.fixture
def asked(desk: Desk) -> Iterator[Desk]:
    """A desk whose front end can be asked, with a task that asks."""
    desk.kernel.client.allow_stdin = True
    desk.task('a --confirm "Really deploy?"', "touch ran")
    yield desk
    desk.kernel.client.allow_stdin = False


def question(desk: Desk, cell: Execution) -> str:
    """Return what the front end was asked for this cell."""
    message = desk.kernel.client.get_stdin_msg(timeout=30)
    assert message["parent_header"]["msg_id"] == cell.ident
    return str(message["content"]["prompt"])


@pytest.mark.parametrize(
    ("answer", "ran"), [("y", True), ("YES ", True), ("n", False), ("", False)]
)
def test_a_task_runs_after_a_yes_alone(asked: Desk, answer: str, ran: bool) -> None:
    cell = asked.kernel.start("%spry_run a")
    assert "Really deploy?" in question(asked, cell)
    asked.kernel.client.input(answer)
    asked.kernel.wait(cell)
    assert (asked.folder / "ran").exists() is ran
    assert cell.error == ("" if ran else "RunFailed")


def test_an_interrupt_is_no_answer_and_stops_the_run(asked: Desk) -> None:
    cell = asked.kernel.start("%spry_run a")
    question(asked, cell)
    asked.kernel.interrupt()
    asked.kernel.wait(cell, limit=20)
    assert cell.error == "RunInterrupted"
    assert not (asked.folder / "ran").exists()


def test_yes_asks_nobody(asked: Desk) -> None:
    assert asked.says("%spry_run a --yes") == "✓ a completed"


def test_with_nobody_to_ask_nothing_runs(desk: Desk) -> None:
    desk.task("first", "touch ran")
    desk.task("a --dep first --confirm")
    cell = desk.cell("%spry_run a")
    assert cell.error == "RequestError"
    assert "--yes" in cell.text
    assert not (desk.folder / "ran").exists()
