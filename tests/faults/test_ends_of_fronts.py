"""A runner that nobody listens to any more tells the record how it all ended."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from command_line import until

if TYPE_CHECKING:
    from command_line import Desk


def test_case_07_the_record_says_what_a_killed_front_had_stopped(desk: Desk) -> None:
    ready = desk.fifo("ready")
    desk.tasks(
        "bash quick\ntrue",
        "bash slow --dep quick\necho begun; echo > ready; sleep NAP",
        "bash after --dep slow\ntrue",
        "bash clean --dep slow --always\ntrue",
    )
    front = desk.start("runbook")
    desk.hear(ready)
    front.kill()

    def ended() -> list[tuple[str, str, int]]:
        with closing(sqlite3.connect(desk.folder / ".spry/record.db")) as record:
            if not record.execute("select count(*) from run where ended").fetchone()[0]:
                return []
            return record.execute(
                "select name, outcome, attempts from task order by name"
            ).fetchall()

    until(ended)
    assert ended() == [
        ("after", "cancelled", 0),
        ("clean", "cancelled", 0),
        ("quick", "succeeded", 1),
        ("slow", "cancelled", 1),
    ]
    assert desk.naps() == []
    assert desk.spry("log", "slow").out == "begun\n"
