"""A secret is seen nowhere in JupyterLab: not while a run is watched, not in what is saved of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_view import live_view
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import OpenInLab

SECRET = "correct-horse-battery"
TALK = 'for i in 1 2 3 4 5 6; do echo "Bearer $TOKEN $i"; printf %s "$TOKEN" | base64 >&2; sleep 0.1; done; until [ -e go ]; do sleep 0.05; done'
CELLS = (
    f"%load_ext spry_jupyter\nTOKEN = {SECRET[::-1]!r}[::-1]",
    f"%%spry_task sign-in --secret TOKEN --capture AUTH\n{TALK}",
    '%%spry_task deploy --dep sign-in --secret TOKEN --env AUTH\necho "$AUTH" | head -1; echo "x$TOKEN"; exit 3',
    "try:\n    %spry_run deploy -v\nexcept Exception as error:\n    run = error.run",
    "run",
)


def test_a_run_that_is_watched_and_saved_shows_no_secret(open_in_lab: OpenInLab) -> None:
    notebook = open_in_lab(*CELLS)
    seen = []
    for cell in range(3):
        notebook.run(cell)
    notebook.start(3)
    view = live_view(notebook, 3)
    view.node("sign-in").click()
    expect(view.log).to_contain_text("Bearer *** 6")
    seen.append(notebook.page.content())
    notebook.path.with_name("go").touch()
    notebook.wait(3)
    notebook.run(4)
    notebook.save()
    seen.append(notebook.page.content())
    assert all(SECRET not in page for page in seen)
    saved = notebook.path.read_text(encoding="utf-8")
    assert SECRET not in saved
    assert "Bearer *** 1" in saved
    notebook.screenshot("secrets")
