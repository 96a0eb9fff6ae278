"""What a live view costs: the page's frames, the run's time, the bytes on the way.

    python -m tests.benchmarks.live [tasks] [brief] [flood] [--rounds N]

`tasks` runs 1000 tasks of 50 ms in JupyterLab, with a live view and without in turns; `brief` runs
1000 that do nothing. `flood` has one task print 200 MB while its log is looked at. Prints rows of
a table; needs Chromium.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent / "jupyter"))

import nbformat
from chromium import chromium, find_chromium
from lab_notebook import notebook_of, open_notebook
from lab_server import lab_server
from live_view import LOAD, live_view
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab_notebook import LabNotebook

    Table = Iterator[tuple[str, str]]

TASKS = 1000
FLOOD = 200_000_000

# Frames, as the page's own clock has them.
WATCH = """() => {
    window.frames_ = [];
    let before = performance.now();
    const next = (now) => {
        window.frames_.push(now - before);
        before = now;
        window.watching_ = requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
}"""
FRAMES = "() => { cancelAnimationFrame(window.watching_); return window.frames_.slice(2); }"


@contextmanager
def notebook(spryfile: str, *cells: str) -> Iterator[tuple[LabNotebook, list[int]]]:
    """Open a notebook in JupyterLab; what comes in by the kernel's socket is counted."""
    program = find_chromium()
    if program is None:
        raise SystemExit("no Chromium on PATH")
    with tempfile.TemporaryDirectory() as folder, lab_server(Path(folder) / "lab") as server:
        path = server.root / "book.ipynb"
        nbformat.write(notebook_of([f"{LOAD}\n%spry_load Spryfile.md", *cells]), path)
        (server.root / "Spryfile.md").write_text(spryfile, encoding="utf-8")
        with chromium(program) as browser:
            page = browser.new_page(viewport={"width": 1300, "height": 1100})
            came: list[int] = []
            page.on(
                "websocket",
                lambda socket: socket.on("framereceived", lambda data: came.append(len(data))),
            )
            book = open_notebook(page, server, path, shots=Path(folder))
            book.run(0)
            yield book, came


def tasks(rounds: int, body: str) -> Table:
    """Time 1000 tasks with a live view and without, in turns."""
    spryfile = "\n".join(
        f"```bash t{i} {f'--dep t{i - 50}' if i >= 50 else ''}\n{body}\n```" for i in range(TASKS)
    )
    forms = ("text", "widget")
    cells = [f"%config SpryMagics.display = '{form}'" for form in forms]
    cells += ["run = %spry_runbook -j 8", "print(run.to_dict()['duration'])"]
    took: dict[str, list[float]] = {form: [] for form in forms}
    frames: list[float] = []
    with notebook(spryfile, *cells) as (book, _):
        for _ in range(rounds):
            for cell, form in enumerate(forms, start=1):
                book.run(cell)
                book.page.evaluate(WATCH)
                book.run(3, limit=300)
                seen = book.page.evaluate(FRAMES)
                frames += seen if form == "widget" else []
                took[form].append(float(book.run(4)))
    without, live = (statistics.median(took[form]) for form in forms)
    yield f"{TASKS} tasks `{body}`, without a live view", f"{without:.2f} s"
    yield "with one", f"{live:.2f} s, {live / without:.3f} of that"
    yield "frames: median, 99 %, worst", _frames(frames)


def _frames(frames: list[float]) -> str:
    late = statistics.quantiles(frames, n=100)[98]
    return f"{statistics.median(frames):.1f} ms, {late:.1f} ms, {max(frames):.0f} ms"


def flood() -> Table:
    """Count what the notebook hears of a task that prints 200 MB while its log is looked at."""
    body = f"sleep 2; head -c {FLOOD} /dev/zero | tr '\\0' x | fold -w 99; echo; echo the-end; until [ -e go ]; do sleep 0.1; done"
    with notebook(f"```bash flood\n{body}\n```\n", "%spry_runbook") as (book, came):
        book.start(1)
        view = live_view(book, 1)
        view.node("flood").click()
        began, before = time.monotonic(), sum(came)
        book.page.evaluate(WATCH)
        expect(view.log).to_contain_text("the-end", timeout=120_000)
        seconds, heard = time.monotonic() - began, sum(came) - before
        frames = book.page.evaluate(FRAMES)
        (book.path.parent / "go").touch()
        book.wait(1)
        done = "completed" in book.text(1)
    yield f"{FLOOD // 10**6} MB of output, log open", f"{seconds:.1f} s"
    yield "heard by the notebook", f"{heard / 1e6:.2f} MB, {heard / seconds / 1e6:.2f} MB/s"
    yield "frames: median, 99 %, worst", _frames(frames)
    yield "the end arrived", "yes" if done else "no"


def main() -> None:
    """Print the figures that were asked for."""
    contests: dict[str, Callable[[int], Table]] = {
        "tasks": lambda rounds: tasks(rounds, "sleep 0.05"),
        "brief": lambda rounds: tasks(rounds, "true"),
        "flood": lambda _: flood(),
    }
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.live",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("contests", nargs="*", default=list(contests), metavar="CONTEST")
    parser.add_argument("--rounds", type=int, default=3, help="how often runs are timed")
    given = parser.parse_args()
    for name in given.contests:
        for what, figure in contests[name](given.rounds):
            sys.stdout.write(f"| {what} | {figure} |\n")


if __name__ == "__main__":
    main()
