"""Headless Chromium, kept quiet and offline, and what a page of it did."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")

SWITCHES = (
    "--no-sandbox",  # as root there is none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

INNER_SCHEMES = {"data", "blob", "about"}

# What the applications say without us, whole and as they say it.
OWN_ERRORS = {
    # Notebook 7.6, on every page of a notebook
    "uncaught: Cannot read properties of undefined (reading 'schema')",
    "uncaught: Command 'filebrowser:open-path' not registered.",
    # JupyterLab 4.6, when a kernel is restarted while its debugger is asked for its state
    "Could not restore the debugger state: Canceled future for debug_request message before replies were done",
}


def find_chromium() -> str | None:
    """The browser's program: `SPRY_CHROMIUM`, or the first of `NAMES` on PATH."""
    named = os.environ.get("SPRY_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    """Run the browser until the block ends.

    Meanwhile the thread counts as one that runs an asyncio loop, so keep the block short.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, headless=True, args=list(SWITCHES)
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass  # no slots: Playwright hangs its wrappers on an object whose methods listen
class PageWatch:
    """What a page did that no page of ours should do.

    Attributes:
        errors: Errors of the console, and exceptions that nothing caught; not `OWN_ERRORS`.
        foreign: Addresses it asked for outside this machine.
    """

    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def attach(self, page: Page) -> None:
        """Listen to `page` from now on."""
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._failed(f"uncaught: {error}", place=""))
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._failed(message.text, place=message.location.get("url", ""))

    def _failed(self, sentence: str, *, place: str) -> None:
        if sentence not in OWN_ERRORS:
            self.errors.append(f"{sentence} ({place})" if place else sentence)

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in INNER_SCHEMES and parts.hostname != "127.0.0.1":
            self.foreign.append(url)
