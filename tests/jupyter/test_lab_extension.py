"""The extension of JupyterLab as it is built, and what it decides without a page."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lab_server import BUILT

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCE = Path(__file__).resolve().parents[2] / "labextension"
INSTALLED = "share/jupyter/labextensions/spry-jupyter"


def test_what_is_built_was_built_from_the_sources_as_they_are() -> None:
    digest = hashlib.sha256()
    for name in ("package.json", *sorted(f"src/{file.name}" for file in SOURCE.glob("src/*"))):
        digest.update(name.encode() + b"\0" + (SOURCE / name).read_bytes() + b"\0")
    built = (BUILT / "built-from.sha256").read_text(encoding="utf-8").strip()
    assert built == digest.hexdigest(), "cd labextension && npm ci && npm run build"


def test_its_entry_is_there() -> None:
    entry = json.loads((BUILT / "package.json").read_text(encoding="utf-8"))["jupyterlab"]["_build"]
    assert (BUILT / entry["load"]).is_file()
    assert sum(file.stat().st_size for file in BUILT.rglob("*") if file.is_file()) < 40_000


def test_the_wheel_has_it_where_jupyterlab_looks(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    from hatchling.builders.wheel import WheelBuilder

    (wheel,) = WheelBuilder(str(SOURCE.parent)).build(directory=str(tmp_path))
    names = zipfile.ZipFile(wheel).namelist()
    there = {name.partition(INSTALLED)[2].lstrip("/") for name in names if INSTALLED in name}
    built = {file.relative_to(BUILT).as_posix() for file in BUILT.rglob("*") if file.is_file()}
    assert there == {*built, "install.json"}
    assert not any(name.startswith("spry_jupyter/labextension") for name in names)


def test_jupyterlab_finds_it_fit_for_itself(tmp_path: Path) -> None:
    (tmp_path / "labextensions").mkdir()
    (tmp_path / "labextensions/spry-jupyter").symlink_to(BUILT, target_is_directory=True)
    done = subprocess.run(
        [sys.executable, "-m", "jupyterlab.labextensions", "list"],
        env=os.environ | {"JUPYTER_PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (done.stdout + done.stderr).splitlines()
    own = [line for line in lines if line.strip().startswith("spry-jupyter v")]
    assert own, lines
    assert all("OK" in line for line in own), own


def in_node(module: str, call: str, cases: Sequence[object]) -> list[object]:
    """Return what a function of the extension returns for each list of arguments."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on PATH")
    script = (
        f"import {{ {call} as f }} from {json.dumps(str(SOURCE / 'src' / module))};"
        f"console.log(JSON.stringify({json.dumps(cases)}.map(given => f(...given))));"
    )
    done = subprocess.run(
        [node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True
    )
    found: list[object] = json.loads(done.stdout)
    return found


LANGUAGES = {
    ("print()",): None,
    ("%%time",): None,
    ("%%spry_task a",): "shell",
    ("%%spry_task",): "shell",
    ("%%bash",): "shell",
    ("%%sh -e",): "shell",
    ("%%script bash",): "shell",
    ("%%script --bg zsh",): "shell",
    ("%%script python",): None,
    ("%%spry_task a --lang python --dep b",): "python",
    ("%%spry_task --lang=py a",): "python",
    ("%%spry_task a -l node",): "javascript",
    ("%%spry_task a -lruby",): "ruby",
    ("%%spry_task a --lang sh --lang perl",): "perl",
    ("%%spry_task a { dep: ['b'], lang: 'ts' }",): "typescript",
    ("%%spry_task a --lang R { lang: 'py' }",): "r",
    ('%%spry_task a {"lang": "pwsh"}',): "powershell",
    ("%%spry_task a --descr language",): "shell",
    ("%%spry_task a --lang awk",): "none",
    ("%%spry_task a", "#!/usr/bin/env -S python3 -u"): "python",
    ("%%spry_task a", "#!/usr/bin/env ruby"): "ruby",
    ("%%spry_task a", "#!/opt/bin/python3.12"): "python",
    ("%%spry_task a", "#!/bin/bash -x"): "shell",
    ("%%spry_task a", "#!/usr/bin/env -S sqlite3 shop.db"): "sqlite",
    ("%%spry_task a", "#!/usr/bin/psql -f"): "postgresql",
    ("%%spry_task a --lang julia",): "julia",
    ("%%spry_task a", "# no interpreter"): "shell",
}


def test_the_language_of_a_cell_is_that_of_its_first_lines() -> None:
    found = in_node("language.js", "languageOf", list(LANGUAGES))
    assert dict(zip(LANGUAGES, found, strict=True)) == LANGUAGES


AGAIN: dict[tuple[str, tuple[str, ...]], str] = {
    ("%spry_run deploy", ("deploy",)): "%spry_run deploy --resume",
    ("# go\n%spry_run a b -j 2 ;", ("a", "b")): "%spry_run a b -j 2 --resume",
    ("run = %spry_run a --force -f", ("a",)): "%spry_run a --resume",
    ("%spry_run a --resume", ("a",)): "%spry_run a --resume",
    ("%spry_runbook", ("a", "b")): "%spry_runbook --resume",
    ('%spry_run a --env "A=b  -f"', ("a",)): '%spry_run a --env "A=b  -f" --resume',
    ("%spry_run a -vf  -fj", ("a",)): "%spry_run a -v  -fj --resume",
    ("for _ in range(2):\n    %spry_run a", ("a",)): "%spry_run a --resume",
    ("go()", ()): "%spry_runbook --resume",
}


def test_running_again_keeps_the_options_of_a_lone_magic_and_else_names_the_targets() -> None:
    found = in_node("line.js", "lineAgain", [list(case) for case in AGAIN])
    assert dict(zip(AGAIN, found, strict=True)) == AGAIN
