"""Fixtures for tests in a real JupyterLab, in a real kernel and without a front end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

import nbformat
import pytest
from chromium import PageWatch, chromium, find_chromium
from headless import LiveKernel, live_kernel
from lab_notebook import App, LabNotebook, notebook_of, open_notebook
from lab_server import LabServer, lab_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

VIEW = {"width": 1300, "height": 1100}


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A JupyterLab server for the whole session, ended with all of its kernels."""
    with lab_server(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium; a module without one is skipped, but never in continuous integration."""
    program = find_chromium()
    if program is None:
        reason = "no Chromium on PATH (Debian: apt-get install chromium; or set SPRY_CHROMIUM)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with chromium(program) as running:
        yield running


@pytest.fixture
def page_watch() -> PageWatch:
    """What the page of this test did wrong; a test that provokes an error takes it out."""
    return PageWatch()


@pytest.fixture
def page(browser: Browser, page_watch: PageWatch, tmp_path: Path) -> Iterator[Page]:
    """A fresh page that must show no error in its console and stay on this machine."""
    context = browser.new_context(viewport=VIEW)
    context.on("page", page_watch.attach)
    shown = context.new_page()
    try:
        yield shown
        shown.screenshot(path=tmp_path / "last.png")
    finally:
        context.close()
    assert page_watch.errors == []
    assert page_watch.foreign == []


class OpenInLab(Protocol):
    """Opens a notebook made of these cells, in a folder of its own below the server's root."""

    def __call__(self, *cells: str, app: App = "lab") -> LabNotebook: ...


@pytest.fixture
def open_in_lab(
    lab: LabServer, page: Page, tmp_path: Path, request: pytest.FixtureRequest
) -> OpenInLab:
    """See `OpenInLab`; other files of a test go beside `notebook.path`."""

    def opens(*cells: str, app: App = "lab") -> LabNotebook:
        folder = lab.root / tmp_path.name
        folder.mkdir(exist_ok=True)
        path = folder / f"book{len(list(folder.glob('*.ipynb')))}.ipynb"
        nbformat.write(notebook_of(cells), path)
        return open_notebook(page, lab, path, shots=tmp_path, app=app)

    return opens


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[LiveKernel]:
    """A kernel without a front end, in the test's temporary folder."""
    with live_kernel(tmp_path) as running:
        yield running
