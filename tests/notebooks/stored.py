"""The notebooks of the project as they are stored, and storing them anew.

python tests/notebooks/stored.py    executes them, stores their outputs, writes full_stack.md

They are executed in a copy of their folder, so that a checkout stays as it is.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from spry_jupyter.read.convert import convert

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
NAMES = ("quickstart", "full_stack", "data_pipeline", "migration")
MADE = ("build", ".spry", ".ipynb_checkpoints", "__pycache__", "quickstart.md")


def copy_folder(target: Path) -> Path:
    """Copy the notebooks with what they need, and nothing that a run made; return the copy."""
    return Path(shutil.copytree(FOLDER, target / "notebooks", ignore=shutil.ignore_patterns(*MADE)))


def execute(path: Path) -> nbformat.NotebookNode:
    """Execute a notebook in its folder, as `Run All` does, and return it with its outputs.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell raised that is not tagged for it.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    executed: nbformat.NotebookNode = client.execute()
    executed.metadata.language_info = {"name": "python"}  # its version would change with ours
    return executed


def main() -> None:
    """Store the notebooks with the outputs that they have now."""
    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    with tempfile.TemporaryDirectory() as temporary:
        copy = copy_folder(Path(temporary))
        for name in NAMES:
            text = nbformat.writes(execute(copy / f"{name}.ipynb"))
            text = text.replace(sys.prefix, ".venv")  # where this machine has it is nobody's matter
            (FOLDER / f"{name}.ipynb").write_text(f"{text}\n", encoding="utf-8")
    source = str(FOLDER / "full_stack.ipynb")
    (FOLDER / "full_stack.md").write_text(convert(source), encoding="utf-8")


if __name__ == "__main__":
    main()
