"""The examples of the documentation do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from headless import live_kernel
from pages import PAGES, ROOT, Step, commands_of, steps_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headless import Execution, LiveKernel


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a page, with the product's command on PATH."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    monkeypatch.setenv("PATH", path)
    return tmp_path


def run(argv: list[str], folder: Path) -> str:
    """Return what a command prints on both its streams, without its last line end."""
    done = subprocess.run(
        argv,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout.rstrip("\n")


def do(step: Step, folder: Path, where: str) -> None:
    """Do a step that needs no kernel."""
    if step.kind == "file":
        (folder / step.name).write_text(step.text, encoding="utf-8")
    elif step.lang == "console":
        for command, output in commands_of(step.text):
            assert run(["bash", "-c", command], folder) == output.rstrip("\n"), (
                f"{where}: {command}"
            )
    else:
        assert step.lang == "python", where
        assert run([sys.executable, "-c", step.text], folder) == "", where


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_and_programs_of_a_page_do_what_it_says(page: str, folder: Path) -> None:
    for step in steps_of(page):
        if step.kind in {"file", "runs"}:
            do(step, folder, f"{page}:{step.line}")


@pytest.fixture
def kernel(folder: Path) -> Iterator[LiveKernel]:
    """The kernel of a page."""
    with live_kernel(folder) as running:
        yield running


PAGES_WITH_CELLS = [page for page in PAGES if any(s.kind == "cell" for s in steps_of(page))]


@pytest.mark.parametrize("page", PAGES_WITH_CELLS)
def test_the_cells_of_a_page_show_what_it_says(page: str, kernel: LiveKernel) -> None:
    shown: Execution | None = None
    for step in steps_of(page):
        if step.kind == "cell":
            shown = kernel.run(step.text.rstrip("\n"))
        elif step.kind == "shows":
            assert shown is not None
            assert shown.text == step.text.rstrip("\n"), f"{page}:{step.line}"


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md"])
def test_what_a_page_links_to_is_there(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if not target.startswith("https://"):
            path, _, anchor = target.partition("#")
            file = ((ROOT / page).parent / path) if path else ROOT / page
            assert file.exists(), f"{page}: {target}"
            assert not anchor or anchor in anchors_of(file), f"{page}: {target}"


def anchors_of(file: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


def marked_command(mark: str) -> list[str]:
    """The lines of the fence after a mark of the README."""
    found = re.search(
        rf"^<!-- {mark} command -->\n```bash\n(.*?)```",
        text_of("README.md"),
        re.MULTILINE | re.DOTALL,
    )
    assert found is not None
    return found[1].splitlines()


def test_the_two_commands_are_a_line_each() -> None:
    (tests,) = marked_command("test")
    assert tests == "bash tests/run.sh"
    (main_job,) = marked_command("run")
    assert main_job.endswith("jupyter spry task deploy-complete -f notebooks/full_stack.md")
