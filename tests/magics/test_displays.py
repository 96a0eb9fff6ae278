"""A run as one display: what a front end is sent while it lasts, and what stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from queue import Empty
from typing import TYPE_CHECKING, Any

import ipykernel
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from headless import LiveKernel

WIDGET = "application/vnd.jupyter.widget-view+json"
GATED = "%%spry_task a\nread -r x < go; echo $x"


@dataclass
class FrontEnd:
    """What a kernel sends, and answers to it, as a front end with widgets gives them.

    Attributes:
        messages: All that came on the channel of outputs.
    """

    kernel: LiveKernel
    messages: list[dict[str, Any]] = field(default_factory=list)

    def until(self, right: Callable[[dict[str, Any]], bool], limit: float = 30) -> dict[str, Any]:
        """Listen until a message is right, and return it."""
        while True:
            message = self.kernel.client.get_iopub_msg(timeout=limit)
            self.messages.append(message)
            if right(message):
                return message

    def until_shown(self, text: str) -> dict[str, Any]:
        """Listen until a display holds some plain text; return its data."""
        shown = self.until(lambda m: text in m["content"].get("data", {}).get("text/plain", ""))
        data: dict[str, Any] = shown["content"]["data"]
        return data

    def until_idle(self, cell: str) -> None:
        """Listen until a cell has ended."""
        self.until(
            lambda m: (
                m["parent_header"].get("msg_id") == cell
                and m["content"].get("execution_state") == "idle"
            )
        )

    def ask(self, model: str, **asked: object) -> None:
        """Send what a button of the widget sends."""
        content = {"comm_id": model, "data": {"method": "custom", "content": asked}}
        session, channel = self.kernel.client.session, self.kernel.client.shell_channel
        channel.send(session.msg("comm_msg", content))

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the contents of the messages of a type."""
        return [message["content"] for message in self.messages if message["msg_type"] == kind]


@pytest.fixture
def front(kernel: LiveKernel, tmp_path: Path) -> Iterator[FrontEnd]:
    """A front end of a kernel with a task that waits for its FIFO `go`."""
    import os

    os.mkfifo(tmp_path / "go")
    kernel.run(GATED)
    kernel.run("%%spry_task b --dep a\nexit 3")
    kernel.client.allow_stdin = True
    yield FrontEnd(kernel)
    kernel.run("%spry_stop")


def say(folder: Path, text: str) -> None:
    """Let the task go on that waits."""
    (folder / "go").write_text(f"{text}\n", encoding="utf-8")


def test_a_run_is_displayed_once_and_its_display_becomes_the_record(
    front: FrontEnd, tmp_path: Path
) -> None:
    cell = front.kernel.client.execute("%spry_run b -v")
    first = front.until_shown("running: 2 to go")
    assert first.keys() == {"text/plain", "text/html", WIDGET}
    say(tmp_path, "hello")
    front.until_idle(cell)
    (display,) = front.of("display_data")
    last = front.of("update_display_data")[-1]
    assert last["transient"] == display["transient"]
    assert last["data"].keys() == {"text/plain", "text/html"}
    lines = last["data"]["text/plain"].splitlines()
    assert lines[:2] == ["Execution order: a → b", "  b needs a"]
    assert lines[3] == "hello"
    assert front.of("stream") == []


@pytest.mark.skipif(ipykernel.version_info < (7,), reason="ipykernel 6 hears nobody then")
def test_a_cancel_is_heard_while_the_cell_awaits(front: FrontEnd) -> None:
    cell = front.kernel.client.execute("%spry_run b")
    model = front.until_shown("running")[WIDGET]["model_id"]
    front.ask(model, kind="cancel", task=None)
    front.until_idle(cell)
    assert front.of("update_display_data")[-1]["data"]["text/plain"].splitlines() == [
        "⊘ b cancelled",
        "⊘ a cancelled",
    ]
    (error,) = front.of("error")
    assert error["evalue"] == "Error: The run was stopped before its end"


def test_one_task_can_be_cancelled_alone(front: FrontEnd) -> None:
    front.kernel.run("%%spry_task c\ntrue")
    cell = front.kernel.client.execute("run = %spry_run c b --background")
    model = front.until_shown("running")[WIDGET]["model_id"]
    front.until_idle(cell)
    front.ask(model, kind="cancel", task=0)
    shown = front.until_shown("⊘ b")["text/plain"].splitlines()
    assert sorted(shown) == ["⊘ a cancelled", "⊘ b cancelled", "✓ c completed"]


def test_a_background_run_goes_on_being_shown_while_no_cell_runs(
    front: FrontEnd, tmp_path: Path
) -> None:
    cell = front.kernel.client.execute("run = %spry_run a --background")
    front.until_shown("a run that nobody waits for ends with the kernel")
    front.until_idle(cell)
    say(tmp_path, "hello")
    front.until_shown("✓ a completed")
    assert front.messages[-1]["msg_type"] == "update_display_data"
    assert front.of("stream") == []


def test_waiting_in_another_cell_shows_the_run_there_too(front: FrontEnd, tmp_path: Path) -> None:
    front.kernel.run("run = %spry_run a --background")
    cell = front.kernel.start("run.wait()")
    front.kernel.wait_for_text(cell, "running: 1 to go")
    say(tmp_path, "hello")
    front.kernel.wait(cell)
    assert len(cell.outputs) == 1
    assert cell.text == "✓ a completed"


def test_what_failed_runs_again_in_the_same_display(front: FrontEnd, tmp_path: Path) -> None:
    cell = front.kernel.client.execute("run = %spry_run b --background")
    first = front.until_shown("running")
    front.until_idle(cell)
    say(tmp_path, "hello")
    front.until_shown("✗ b failed with exit code 3")
    front.kernel.client.execute("%%spry_task b --dep a\ntrue")
    front.ask(first[WIDGET]["model_id"], kind="rerun", task=1)
    front.until_shown("● a up to date\n✓ b completed")
    assert len(front.of("display_data")) == 1


def test_a_front_end_that_shows_no_widget_is_sent_pictures(front: FrontEnd, tmp_path: Path) -> None:
    front.kernel.run("import spry_jupyter.cell_show as show; show._PATIENCE = 0.3")
    front.until_idle(front.kernel.client.execute("run = %spry_run a --background"))
    bare = front.until(
        lambda m: m["msg_type"] == "update_display_data" and WIDGET not in m["content"]["data"]
    )
    assert bare["content"]["data"]["text/plain"].startswith("running: 1 to go in ")
    assert "spry-record" in bare["content"]["data"]["text/html"]
    say(tmp_path, "hello")
    front.until_shown("✓ a completed")
    again = front.kernel.client.execute("run = %spry_run a --background")  # by now that is known
    assert WIDGET not in front.until_shown("running")
    say(tmp_path, "hello")
    front.until_idle(again)
    front.until_shown("✓ a completed")


def test_a_front_end_that_shows_the_widget_is_sent_no_pictures(
    front: FrontEnd, tmp_path: Path
) -> None:
    front.kernel.run("import spry_jupyter.cell_show as show; show._PATIENCE = 0.3")
    cell = front.kernel.client.execute("run = %spry_run a --background")
    model = front.until_shown("running")[WIDGET]["model_id"]
    front.ask(model, kind="hello")
    front.until_idle(cell)
    with pytest.raises(Empty):  # for longer than its patience would have lasted
        front.until(lambda m: m["msg_type"] == "update_display_data", limit=1.0)
    say(tmp_path, "hello")
    front.until_shown("✓ a completed")
    assert len(front.of("update_display_data")) == 1


def test_a_picture_or_a_widget_that_cannot_be_made_costs_nothing_but_itself(
    front: FrontEnd, tmp_path: Path
) -> None:
    front.kernel.run(
        "import spry_jupyter.show.record as record, spry_jupyter.show.widget as widget\n"
        "record.record = widget.RunWidget = lambda *_, **__: 1 / 0"
    )
    front.kernel.client.execute("run = %spry_run a --background")
    assert WIDGET not in front.until_shown("running: 1 to go")
    say(tmp_path, "hello")
    shown = front.until_shown("✓ a completed")
    assert shown["text/html"] == "<pre>✓ a completed</pre>"
    assert front.of("stream") == []
