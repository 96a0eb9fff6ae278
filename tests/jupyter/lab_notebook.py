"""A notebook in a real page of JupyterLab or Notebook 7, driven as a person would.

Cells count from 0. Waiting is for what the page shows; times are in seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import nbformat
from headless import output_text
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lab_server import LabServer
    from nbformat import NotebookNode
    from playwright.sync_api import Locator, Page

App = Literal["lab", "notebook"]

PATHS: dict[App, str] = {"lab": "doc/tree", "notebook": "notebooks"}

# The keys of the user only reach a notebook whose kernel answers, so wait for that first.
READY = """async () => {
    const app = window.jupyterapp;
    await app.restored;
    const panel = app.shell.currentWidget;
    await panel.context.ready;
    await panel.revealed;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    return panel.sessionContext.session.kernel.connectionStatus;
}"""
IS_OPEN = "() => window.jupyterapp?.shell?.currentWidget?.sessionContext !== undefined"
COMMAND = "([name, options]) => window.jupyterapp.commands.execute(name, options)"

OUTPUTS = """(index) =>
    window.jupyterapp.shell.currentWidget.content.widgets[index].model.outputs.toJSON()"""

ENDED = re.compile(r"\[\d+\]:")


def notebook_of(sources: Sequence[str]) -> NotebookNode:
    """A notebook of the Python kernel with a code cell for each source."""
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )


@dataclass(slots=True, kw_only=True)
class LabNotebook:
    """A notebook that is open in a page.

    Attributes:
        page: The page, for whatever is not here.
        path: The notebook's file.
        shots: Where screenshots go.
        limit: How long a cell may take, unless a call says otherwise.
    """

    page: Page
    path: Path
    shots: Path
    limit: float = 60.0
    _before: dict[int, str] = field(default_factory=dict)

    def cell(self, index: int) -> Locator:
        """The whole cell, with its input and outputs."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def outputs(self, index: int) -> Locator:
        """Everything below the input of a cell, where widgets and pictures are looked for."""
        return self.cell(index).locator(".jp-Cell-outputArea")

    def prompt(self, index: int) -> str:
        """`[ ]:`, `[*]:` while the cell runs or waits, or `[N]:`."""
        return self.cell(index).locator(".jp-InputPrompt").inner_text().strip()

    def text(self, index: int) -> str:
        """What the outputs of a cell say, as a reader sees it."""
        parts = self.outputs(index).locator(".jp-OutputArea-output").all_inner_texts()
        return "\n".join(part.rstrip() for part in parts)

    def said(self, index: int) -> str:
        """What the outputs of a cell are as plain text, as the notebook keeps it."""
        return output_text(self.page.evaluate(OUTPUTS, index))

    def start(self, index: int) -> None:
        """Click into a cell and press Shift+Enter."""
        self._before[index] = self.prompt(index)
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")

    def wait(self, index: int, *, limit: float | None = None) -> None:
        """Return when a cell that was started has ended, well or not."""
        prompt = self.cell(index).locator(".jp-InputPrompt")
        timeout = (limit or self.limit) * 1000
        # The number is a new one after each execution, also of the same cell.
        before = self._before.get(index, "")
        if ENDED.fullmatch(before):
            expect(prompt).not_to_have_text(before, timeout=timeout)
        expect(prompt).to_have_text(ENDED, timeout=timeout)

    def run(self, index: int, *, limit: float | None = None) -> str:
        """Run a cell to its end and return the text of its outputs."""
        self.start(index)
        self.wait(index, limit=limit)
        return self.text(index)

    def command(self, name: str, **options: object) -> None:
        """Execute a command of the application, such as `notebook:interrupt-kernel`."""
        self.page.evaluate(COMMAND, [name, options])

    def run_all(self) -> None:
        """Start all cells, as the menu's Run All does."""
        self._before = {index: self.prompt(index) for index in range(len(self))}
        self.command("notebook:run-all-cells")

    def interrupt(self) -> None:
        """Interrupt the kernel, as the stop button does."""
        self.page.locator('[data-command="notebook:interrupt-kernel"]').first.click()

    def restart(self) -> None:
        """Restart the kernel and clear all outputs."""
        # Does not return before the dialog is answered, so it cannot be awaited.
        self.page.evaluate(
            "() => { window.jupyterapp.commands.execute('notebook:restart-clear-output'); }"
        )
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        expect(self.page.locator(".jp-Dialog")).to_have_count(0)
        self.await_ready()

    def save(self) -> None:
        """Save to `path`."""
        self.command("docmanager:save")

    def reload(self) -> None:
        """Load the page anew; the kernel lives on."""
        self.page.reload()
        self.await_ready()

    def beside(self) -> LabNotebook:
        """Open the same notebook, as it is saved, in another page."""
        other = LabNotebook(page=self.page.context.new_page(), path=self.path, shots=self.shots)
        other.page.goto(self.page.url)
        other.await_ready()
        return other

    def await_ready(self) -> None:
        """Return when the notebook is shown and its kernel answers."""
        self.page.wait_for_function(IS_OPEN)
        status = self.page.evaluate(READY)
        if status != "connected":
            raise RuntimeError(f"the kernel of {self.path.name} is {status}")
        idle = self.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        expect(idle.first).to_be_visible(timeout=self.limit * 1000)

    def screenshot(self, name: str) -> Path:
        """Write what the page shows now as `NAME.png` and return the file."""
        path = self.shots / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def __len__(self) -> int:
        return self.page.locator(".jp-Notebook .jp-Cell").count()


def open_notebook(
    page: Page, server: LabServer, path: Path, *, shots: Path, app: App = "lab"
) -> LabNotebook:
    """Open a notebook below the server's root and wait until it can run cells."""
    book = LabNotebook(page=page, path=path, shots=shots)
    where = path.relative_to(server.root).as_posix()
    page.goto(f"{server.url}{PATHS[app]}/{where}")
    book.await_ready()
    return book
