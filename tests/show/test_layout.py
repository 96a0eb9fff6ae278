"""Which program lays a graph out, and that nothing of it is taken for granted."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from spry_jupyter.show import layout
from spry_jupyter.show.layout import lay_out

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "digraph { a -> b }"


@pytest.fixture
def only_on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that is the whole PATH, on a machine without the package."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(layout.sysconfig, "get_path", lambda name: str(tmp_path / "scripts"))
    monkeypatch.setattr(layout, "_of_the_package", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("form", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("json0", b"{")]
)
def test_the_installed_package_lays_a_graph_out(form: str, start: bytes) -> None:
    made = lay_out(SOURCE, form)
    assert made is not None
    assert made.startswith(start)


def test_the_package_is_found_by_its_own_list_of_files_too() -> None:
    found = layout._of_the_package()
    assert found is not None
    assert os.path.basename(found).startswith("graphviz-pure")  # noqa: PTH119 - a text


def test_without_an_engine_there_is_no_layout(only_on_path: Path) -> None:
    assert lay_out(SOURCE) is None


def test_a_system_dot_takes_the_place_of_the_package(only_on_path: Path) -> None:
    program(only_on_path / "dot", 'echo "$1"; cat')
    assert lay_out(SOURCE, "svg") == f"-Tsvg\n{SOURCE}".encode()


@pytest.mark.parametrize("fault", ["exit 1", "exit 0", "kill -9 $$", "echo half; exit 3"])
def test_where_the_package_is_broken_a_system_dot_is_asked(only_on_path: Path, fault: str) -> None:
    program(only_on_path / "graphviz-pure", fault)
    assert lay_out(SOURCE) is None
    program(only_on_path / "dot", "echo drawn")
    assert lay_out(SOURCE) == b"drawn\n"


def test_a_program_of_another_machine_is_no_engine(only_on_path: Path) -> None:
    wrong = only_on_path / "graphviz-pure"
    wrong.write_bytes(b"\x7fELF of another machine")
    wrong.chmod(0o755)
    assert lay_out(SOURCE) is None


def test_an_engine_that_does_not_end_is_ended(only_on_path: Path) -> None:
    program(only_on_path / "graphviz-pure", "exec sleep 600")
    program(only_on_path / "dot", "echo drawn")
    assert lay_out(SOURCE, seconds=0.2) == b"drawn\n"


def test_a_source_that_is_no_dot_is_no_layout() -> None:
    assert lay_out("no graph {") is None


def test_half_of_a_surrogate_pair_is_no_error() -> None:
    made = lay_out('digraph { a [label="\ud800"] }', "json0")
    assert made is not None
    assert json.loads(made)["objects"][0]["name"] == "a"
