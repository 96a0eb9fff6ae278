"""Where the parts of a graph go: Graphviz, run as a program of its own.

`graphviz-pure` comes with the installation; where it is missing or broken a system's `dot` takes
its place, and without either there is no layout.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "graphviz-pure"
_SUFFIX = ".exe" if os.name == "nt" else ""


def lay_out(dot: str, form: str = "svg", *, seconds: float = 20.0) -> bytes | None:
    """Have a graph laid out.

    Args:
        dot: The source, in Graphviz's language.
        form: What to return: `svg`, `png`, `json0`, …, as after Graphviz's `-T`.
        seconds: How long each engine may take.

    Returns:
        What the first engine that can do it makes of it; None where none can. A missing, broken
        or slow engine raises nothing.
    """
    for program in engines():
        try:
            done = subprocess.run(
                [program, f"-T{form}"],
                input=dot.encode("utf-8", "replace"),
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        if done.returncode == 0 and done.stdout:
            return done.stdout
    return None


def engines() -> Iterator[str]:
    """Return the programs that there are, in the order to try them."""
    program = _installed()
    if program is not None:
        yield program
    program = shutil.which("dot")
    if program is not None:
        yield program


def _installed() -> str | None:
    """Find the program of the package `graphviz-pure`."""
    # Beside the interpreter first: to ask for the package's files takes longer than to lay out.
    folders = (Path(sys.executable).parent, Path(sysconfig.get_path("scripts")))
    for folder in folders:
        if is_program(folder / f"{PACKAGE}{_SUFFIX}"):
            return str(folder / f"{PACKAGE}{_SUFFIX}")
    return _of_the_package() or shutil.which(PACKAGE)


def _of_the_package() -> str | None:
    """Ask the package where its program is: pip may have put it anywhere (`--user`, `--target`)."""
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415 - 20 ms

    try:
        package = distribution(PACKAGE)
    except PackageNotFoundError:
        return None
    named = [file.locate() for file in package.files or () if file.stem == PACKAGE]
    # With `--target` pip moves the program, and the package's list does not say so.
    for place in (*named, package.locate_file(f"bin/{PACKAGE}{_SUFFIX}")):
        found = Path(str(place))
        if is_program(found):
            return str(found.resolve())
    return None


def is_program(path: Path) -> bool:
    """Whether a file is there and may be run."""
    return path.is_file() and os.access(path, os.X_OK)
