"""The live view of a run in a page, as a person reads and uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from lab_notebook import LabNotebook
    from playwright.sync_api import Locator

LOAD = "%load_ext spry_jupyter"

# A run that is shown by the view alone, which stays when the run is over.
BY_HAND = """
from IPython.display import display
from spry_jupyter import Runbook
from spry_jupyter.errors import RunFailed
from spry_jupyter.record.names import file_name
from spry_jupyter.run.launch import RunOptions
from spry_jupyter.show.widget import WidgetShow

again = []

async def follow(jobs=None, past=None):
    show = WidgetShow(lambda task: run.stop(task), again.append, log_name=file_name, past=past)
    run = Runbook.load("Spryfile.md").start(None, RunOptions(jobs=jobs), show=show)
    display(show.widget)
    try:
        await run
    except RunFailed:
        pass
"""


@dataclass(slots=True)
class LiveView:
    """What one cell shows of a run.

    Attributes:
        root: All of it.
    """

    root: Locator

    def chip(self, state: str) -> Locator:
        """The count of the tasks in a state."""
        return self.root.locator(f'.spry-chip[data-mark="{state}"]')

    def expect_count(self, state: str, count: int, *, limit: float = 30) -> None:
        """Wait until so many tasks are in a state."""
        expect(self.chip(state)).to_contain_text(f" {count} ", timeout=limit * 1000)

    def node(self, task: str) -> Locator:
        """A task in the graph."""
        return self.root.locator(".spry-node").filter(
            has=self.root.page.get_by_text(task, exact=True)
        )

    def row(self, task: str) -> Locator:
        """A task in the time line."""
        return self.root.locator(".spry-row").filter(
            has=self.root.page.get_by_text(task, exact=True)
        )

    def show(self, tab: str) -> None:
        """Turn to `Graph` or `Timeline`."""
        self.root.get_by_role("tab", name=tab).click()

    @property
    def detail(self) -> Locator:
        """What is shown of the task that was clicked."""
        return self.root.locator(".spry-detail")

    @property
    def log(self) -> Locator:
        """The lines of its log that can be seen."""
        return self.detail.locator(".spry-log-lines")

    def button(self, name: str) -> Locator:
        """A button by what it says."""
        return self.root.get_by_role("button", name=name, exact=True)


def live_view(notebook: LabNotebook, cell: int) -> LiveView:
    """Wait for the live view below a cell."""
    view = LiveView(notebook.outputs(cell).locator(".spry-run"))
    expect(view.root).to_be_visible(timeout=30_000)
    return view
