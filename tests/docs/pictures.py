"""Make the pictures of the documentation, of the product in a real JupyterLab.

python tests/docs/pictures.py    writes notebook.png, record.png and live.png, and
                                  both of these in the dark theme, into docs/images
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

if TYPE_CHECKING:
    from playwright.sync_api import Locator

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/jupyter"))

from chromium import chromium, find_chromium  # noqa: E402 - their folder is none of a package
from lab_notebook import LabNotebook, notebook_of, open_notebook  # noqa: E402 - likewise
from lab_server import lab_server  # noqa: E402 - likewise
from live_view import live_view  # noqa: E402 - likewise

VIEW = {"width": 1000, "height": 2400}  # all cells, without scrolling
CELLS = [
    """%load_ext spry_jupyter
title = "Largest of all\"""",
    """%%spry_task fetch --descr "Get the data"
printf '%s\\n' 3 1 2 > numbers.txt""",
    """%%spry_task total --lang python --dep fetch --capture total
print(sum(map(int, open("numbers.txt"))))""",
    """%%spry_task largest --dep fetch --capture largest
sort -n numbers.txt | tail -n 1""",
    """%%spry_task report --dep total,largest --env title --env total --env largest
echo "$title: $largest of $total\"""",
    """%%spry_task publish --dep report --timeout 30s
echo "no server"
exit 3""",
    "%spry_dag",
    "%spry_run publish",
]
RECORD = [
    "%load_ext spry_jupyter",
    """%%spry_task install --descr "What the others need"
sleep 0.8; echo "12 packages installed\"""",
    """%%spry_task lint --dep install --allow-failure
sleep 0.6; printf '\\033[33mwarning\\033[0m: cart.py:7 is too long\\n'; exit 1""",
    """%%spry_task compile --dep install --retry 2 --retry-delay 500ms
sleep 0.5; mkdir cache || exit 0; echo "the cache is cold"; exit 1""",
    """%%spry_task test --dep compile --descr "Unit tests"
sleep 1.1
printf 'test_cart.py \\033[32m...\\033[31mF\\033[0m\\n\\033[1;31mE  assert total(cart) == 4\\033[0m\\n1 failed, 3 passed\\n'
exit 1""",
    """%%spry_task docs --dep compile
sleep 0.7; echo "8 pages written\"""",
    """%%spry_task deploy --dep test,docs,lint
echo live""",
    """%%spry_task tidy --dep deploy --always
sleep 0.2; rmdir cache""",
    "%spry_run tidy",
]
LIVE = [
    "%load_ext spry_jupyter",
    """%%spry_task install --descr "What the others need"
echo "12 packages installed\"""",
    """%%spry_task lint --dep install --allow-failure
printf '\\033[33mwarning\\033[0m: cart.py:7 is too long\\n'; exit 1""",
    """%%spry_task compile --dep install --retry 2 --retry-delay 100ms
mkdir cache || exit 0; exit 1""",
    """%%spry_task test --dep compile --descr "Unit tests" --env TOKEN=1
for i in $(seq 400); do
    printf 'test_cart.py::test_%d \\033[32mPASSED\\033[0m\\n' $i
done
printf '\\033[33mslow: test_of_all_pairs\\033[0m\\n'
for i in $(seq 1 37); do printf '\\r%3d %% of 1000 examples' $i; sleep 0.1; done
sleep 30""",
    """%%spry_task docs --dep compile
sleep 30""",
    """%%spry_task deploy --dep test,docs,lint --timeout 5m
echo live""",
    """%%spry_task tidy --dep deploy --always
rmdir cache""",
    "%spry_run tidy",
]


def in_both_themes(notebook: LabNotebook, part: Locator, name: str) -> None:
    """Write `NAME.png` and `NAME-dark.png`."""
    page = notebook.page
    page.mouse.move(0, 0)
    for theme, also in (("JupyterLab Dark", "-dark"), ("JupyterLab Light", "")):
        notebook.command("apputils:change-theme", theme=theme)
        page.wait_for_function("(name) => document.body.dataset.jpThemeName === name", arg=theme)
        page.locator("#jupyterlab-splash").wait_for(state="detached")
        part.screenshot(path=ROOT / f"docs/images/{name}{also}.png")


def live(notebook: LabNotebook) -> None:
    """Write the picture of a run that goes on."""
    last = len(LIVE) - 1
    for index in range(last):
        notebook.run(index)
    notebook.start(last)
    view = live_view(notebook, last)
    view.node("test").click()
    view.log.get_by_text("37 %").wait_for()
    notebook.page.mouse.move(0, 0)
    in_both_themes(notebook, view.root, "live")
    view.button("Cancel all").click()
    notebook.wait(last)


def main() -> None:
    """Write the pictures."""
    program = find_chromium()
    if program is None:
        sys.exit("no Chromium on PATH, or set SPRY_CHROMIUM")
    with tempfile.TemporaryDirectory() as folder, lab_server(Path(folder)) as server:
        path = server.root / "numbers.ipynb"
        nbformat.write(notebook_of(CELLS), path)
        with chromium(program) as browser:
            page = browser.new_context(viewport=VIEW).new_page()  # type: ignore[arg-type]
            notebook = open_notebook(page, server, path, shots=Path(folder))
            for index in range(len(CELLS)):
                notebook.run(index)
            notebook.command("application:toggle-side-tabbar", side="left")
            notebook.command("application:toggle-side-tabbar", side="right")
            first, last = (
                notebook.cell(0).bounding_box(),
                notebook.cell(len(CELLS) - 1).bounding_box(),
            )
            assert first is not None
            assert last is not None
            bottom = last["y"] + last["height"]
            page.screenshot(
                path=ROOT / "docs/images/notebook.png",
                clip={**first, "height": bottom - first["y"]},  # type: ignore[typeddict-item]
            )
            path = server.root / "record.ipynb"
            nbformat.write(notebook_of(RECORD), path)
            notebook = open_notebook(page, server, path, shots=Path(folder))
            for index in range(len(RECORD)):
                notebook.run(index)
            record = notebook.outputs(len(RECORD) - 1).locator(".spry-record")
            in_both_themes(notebook, record, "record")
            path = server.root / "live.ipynb"
            nbformat.write(notebook_of(LIVE), path)
            live(open_notebook(page, server, path, shots=Path(folder)))


if __name__ == "__main__":
    main()
