"""Make the pictures of the documentation, of the product in a real JupyterLab.

python tests/docs/pictures.py    writes docs/images/notebook.png
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/jupyter"))

from chromium import chromium, find_chromium  # noqa: E402 - their folder is none of a package
from lab_notebook import notebook_of, open_notebook  # noqa: E402 - likewise
from lab_server import lab_server  # noqa: E402 - likewise

VIEW = {"width": 1000, "height": 1100}
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
    "%spry_run report --show targets",
    "%spry_run publish",
]


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
            first, last = notebook.cell(0).bounding_box(), notebook.cell(8).bounding_box()
            assert first is not None
            assert last is not None
            bottom = last["y"] + last["height"]
            page.screenshot(
                path=ROOT / "docs/images/notebook.png",
                clip={**first, "height": bottom - first["y"]},  # type: ignore[typeddict-item]
            )


if __name__ == "__main__":
    main()
