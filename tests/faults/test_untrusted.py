"""Cases 85 to 87: a stranger's file is read, and nothing else happens, however it is made."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import tempfile
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from command_line import Desk
from watched import Deeds, deeds

from spry_jupyter.errors import SpryError
from spry_jupyter.read.book import read_book
from spry_jupyter.record.folder import places
from spry_jupyter.show.layout import engines
from spry_jupyter.show.pictures import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


# Whoever imports one of these, or the folder's own `spry_jupyter`, writes the file `pwned`.
PLANTED = (
    "json5",
    "markdown_it",
    "graphviz",
    "dotenv",
    "rich",
    "argparse",
    "signal",
    "heapq",
    "json",
)
PWN = "import pathlib; (pathlib.Path(__file__).parent / 'pwned').touch()\n"
HOSTILE = """\
---
a: &a [1, 2]
b: !!python/object/apply:os.system ["touch pwned"]
c: [*a, *a]
---
# $(touch pwned) `touch pwned` <script>alert(1)</script>

```bash one --dotenv .env --cwd ../.. --input "/etc/*" --output "../../**" {timeout: 5, /* */ env: {A: "$(touch pwned)"}}
touch pwned
```
```touch two --if "touch pwned" --dep one,three --capture ../pwned --secret HOME --confirm "$(touch pwned)"
pwned
```
```python three --injected-dep "t.*" --finally one
open("pwned", "w")
```
```bash four --descr "{__import__('os').system('touch pwned')} $HOME !touch" -I
${env.HOME} ${captured.x}
```
"""


def plant(folder: Path) -> None:
    """Write a folder as somebody makes it who wants to be run by its reader."""
    (folder / "Spryfile.md").write_text(HOSTILE)
    cells = [
        "!touch pwned",
        "import pwn",
        "%%spry_task five --run\ntouch pwned",
        "%spry_task six -D five",
    ]
    cells += [
        "%%bash\ntouch pwned",
        "%load_ext pwn",
        "%spry_run five",
        "get_ipython().system('touch pwned')",
    ]
    code = [
        {
            "cell_type": "code",
            "source": cell,
            "metadata": {},
            "execution_count": None,
            "outputs": [
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"text/html": "<script>fetch('/pwned')</script>"},
                }
            ],
        }
        for cell in cells
    ]
    kernel = {"display_name": "x", "name": "pwn", "argv": ["touch", "pwned"]}
    notebook = {
        "cells": code,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (folder / "book.ipynb").write_text(json.dumps(notebook))
    (folder / ".env").write_text("A=$(touch pwned)\n")
    for name in (*PLANTED, "pwn", "sitecustomize", "usercustomize"):
        (folder / f"{name}.py").write_text(PWN)
    (folder / "dot").write_text("#!/bin/sh\ntouch pwned\n")
    (folder / "dot").chmod(0o755)


def started(done: Deeds, folder: Path) -> list[str]:
    """What was started, but the program that lays pictures out, which is ours."""
    own = [repr(program) for program in engines() if not program.startswith(str(folder))]
    return [what for what in done.of("start") if not any(program in what for program in own)]


BOTH = ["-f", "Spryfile.md", "-f", "book.ipynb"]
READERS = {
    "ls": ["ls"],
    "ls --json": ["ls", "--json"],
    "check": ["check", "--strict"],
    "dry run": ["task", "two", "--dry-run", "--verbose", "--yes"],
    "show dag": ["runbook", "--show-dag", "--yes"],
    **{f"dag {form}": ["dag", "--format", form] for form in FORMATS},
}


@pytest.mark.parametrize("words", READERS.values(), ids=READERS.keys())
def test_87_a_command_that_reads_starts_imports_and_opens_nothing_of_a_file(
    tmp_path: Path, words: list[str]
) -> None:
    plant(tmp_path)
    done = deeds(f"cli.main({[*words, *BOTH]!r})", tmp_path, first="from spry_jupyter import cli")
    read = {"Spryfile.md", "book.ipynb"}
    if words[0] in {"task", "runbook"}:  # where runs are kept is looked for, in /tmp, too
        read |= {".env"} & done.below(tmp_path, "read")  # what is up to date depends on it
        assert done.below(tmp_path, "write", "change") == set()
        assert not any("spry_jupyter" in what for what in done.of("write", "change"))
    else:
        assert done.of("write", "change") == []
    assert started(done, tmp_path) == []
    assert done.below(tmp_path, "read") == read
    assert not {"pwn", "sitecustomize"} & set(done.of("import"))
    assert not (tmp_path / "pwned").exists()


def test_87_a_dry_run_reads_no_output_of_what_has_never_run(tmp_path: Path) -> None:
    """Wherever the patterns of a stranger reach, there is nothing to compare with."""
    (tmp_path / "Spryfile.md").write_text('```bash a --output "**"\ntrue\n```\n')
    (tmp_path / "diary").write_text("mine")
    words = ["task", "a", "--dry-run", "--verbose"]
    done = deeds(f"cli.main({words!r})", tmp_path, first="from spry_jupyter import cli")
    assert "a" in done.said
    assert done.below(tmp_path, "read") == {"Spryfile.md"}


def test_87_a_kernel_that_loads_files_starts_imports_and_opens_nothing_of_them(
    tmp_path: Path,
) -> None:
    plant(tmp_path)
    home = tmp_path / "elsewhere"
    home.mkdir()
    first = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_line_magic('load_ext', 'spry_jupyter')"
    )
    code = (
        "shell.run_line_magic('spry_load', '../Spryfile.md ../book.ipynb')\n"
        "shell.run_line_magic('spry_ls', '')\n"
        "shell.run_line_magic('spry_dag', '')"
    )
    done = deeds(
        code, home, first=first, env={**os.environ, "IPYTHONDIR": str(tmp_path / "ipython")}
    )
    assert "six" in done.said
    assert started(done, tmp_path) == []
    assert done.below(tmp_path, "write", "change") == set()
    assert done.below(tmp_path, "read") == {"Spryfile.md", "book.ipynb"}
    assert not (tmp_path / "pwned").exists()


def test_87_what_lies_beside_a_file_stands_in_for_no_module_of_ours(desk: Desk) -> None:
    plant(desk.folder)
    for words in (["ls", *BOTH], ["check", *BOTH], ["dag", "--format", "dot", *BOTH]):
        assert "six" in desk.spry(*words).out or words[0] == "check"
    assert not (desk.folder / "pwned").exists()


def test_87_export_writes_the_file_it_is_told_to_and_nothing_else(tmp_path: Path) -> None:
    plant(tmp_path)
    code = "cli.main(['export', 'out.ipynb', '-f', 'Spryfile.md'])"
    done = deeds(code, tmp_path, first="from spry_jupyter import cli")
    assert done.of("start") == []
    written = done.below(tmp_path, "write", "change")
    assert len(written) == 1  # beside it first, so that it is there whole or not at all
    assert re.fullmatch(r"out\.ipynb|\.spry-[0-9a-f]+", *written)
    assert not list(tmp_path.glob(".spry-*"))
    assert (tmp_path / "out.ipynb").exists()
    assert done.below(tmp_path, "read") <= {"Spryfile.md", "out.ipynb"}


@pytest.mark.parametrize("link", [".spry", ".spry/runs", ".spry/record.db"])
def test_85_clean_deletes_nothing_behind_a_link(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory, link: str
) -> None:
    """As it comes along in a stranger's folder."""
    mine = tmp_path_factory.mktemp("mine")
    other = Desk(mine)
    other.tasks("bash a\necho kept")
    other.spry("task", "a")
    (mine / ".spry/runs/thesis").mkdir()
    (desk.folder / link).parent.mkdir(exist_ok=True)
    (desk.folder / link).symlink_to(mine / link)
    desk.tasks("bash a\ntrue")
    said = desk.spry("clean")
    assert said.status == 2
    assert said.err.startswith(f"Error: {desk.folder / link} is a symbolic link")
    assert (mine / ".spry/runs/thesis").is_dir()
    assert other.spry("log", "a").out == "kept\n"
    assert desk.spry("log", "a").status == 2  # nor is it taken for what was kept here


@pytest.mark.parametrize("named", ["a file of mine", "a link to it", "a FIFO"])
def test_85_a_record_that_names_another_file_as_a_log_shows_nothing_of_it(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory, named: str
) -> None:
    diary = tmp_path_factory.mktemp("mine") / "diary"
    diary.write_text("mine\n")
    desk.tasks("bash a\necho said")
    desk.spry("task", "a")
    (log,) = (desk.folder / ".spry/runs").glob("*/a.log")
    match named:
        case "a file of mine":
            with closing(sqlite3.connect(desk.folder / ".spry/record.db")) as record, record:
                record.execute("update task set log = ?", (str(diary),))
        case "a link to it":
            log.unlink()
            log.symlink_to(diary)
        case "a FIFO":
            log.unlink()
            os.mkfifo(log)
    said = desk.spry("log", "a")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith('Error: The log of "a" is not where logs are kept: ')


def test_85_a_fifo_in_place_of_the_size_of_a_run_holds_up_nothing(desk: Desk) -> None:
    day = 24 * 3600
    for age in (1, 2):
        name = time.strftime("%Y%m%d-%H%M%S", time.gmtime(time.time() - age * day))
        run = desk.folder / f".spry/runs/{name}-000000-abc"
        run.mkdir(parents=True)
        os.mkfifo(run / ".size")
    desk.tasks("bash a\ntrue")
    assert desk.spry("task", "a").lines == ["✓ a completed"]


@pytest.mark.skipif(os.getuid() != 0, reason="nothing can be given to another user")
def test_85_a_temporary_folder_of_another_user_is_not_looked_into(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tmp = tmp_path_factory.mktemp("tmp")
    desk.tasks("bash a\necho said")
    desk.spry("task", "a")
    planted = places(desk.folder)[1].relative_to(tempfile.gettempdir())
    (tmp / planted).parent.mkdir()
    (desk.folder / ".spry").rename(tmp / planted)
    os.chown(tmp / planted.parent, 12345, 12345)
    env = {"TMPDIR": str(tmp)}
    assert desk.spry("log", "a", env=env).status == 2
    assert desk.spry("clean", env=env).status == 0
    assert list((tmp / planted / "runs").iterdir())


# -- files that are none ---------------------------------------------------------------------


def a_fifo(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def a_gigabyte(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 30)


WRONG = {
    "a FIFO": (a_fifo, "is not a regular file"),
    "a socket": (a_socket, "is not a regular file"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "is not a regular file"),
    "a folder": (lambda path: path.mkdir(), "is a folder"),
    "a link to itself": (lambda path: path.symlink_to(path.name), "cannot be read"),
    "a gigabyte": (a_gigabyte, "is larger than 64 MiB"),
    "a binary": (lambda path: path.write_bytes(b"\x7fELF\0\1"), "is a binary file"),
    "not UTF-8": (lambda path: path.write_bytes(b"# \xff\n"), "is not UTF-8"),
}


@pytest.mark.parametrize(("make", "why"), WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("name", ["Spryfile.md", "book.ipynb"])
def test_85_what_is_no_text_file_is_refused_in_one_sentence(
    tmp_path: Path, name: str, make: Callable[[Path], object], why: str
) -> None:
    make(tmp_path / name)
    with pytest.raises(SpryError, match=why) as caught:
        read_book([tmp_path / name])
    assert len(str(caught.value).splitlines()) <= 2


@pytest.mark.parametrize("kind", ["a FIFO", "a device", "a folder", "a gigabyte"])
def test_85_a_dotenv_file_that_is_none_does_not_start_its_task(desk: Desk, kind: str) -> None:
    WRONG[kind][0](desk.folder / ".env")
    desk.tasks("bash a --dotenv .env\ntrue")
    done = desk.spry("task", "a")
    assert done.status == 1
    assert done.out.startswith("✗ a could not start: the .env file ")


# -- texts that are made to be slow or deep ---------------------------------------------------


def cell(source: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": source}]})


LARGE = {
    "front matter of aliases": ("a.md", "---\n" + "a: &a [*a, *a]\n" * 50_000 + "---\n"),
    "quotes": ("a.md", ">" * 100_000 + "\n"),
    "lists": ("a.md", "".join("  " * i + "- a\n" for i in range(300))),
    "open fence": ("a.md", "```\n" + "x\n" * 200_000),
    "HTML": ("a.md", "<!--\n" * 50_000),
    "one line": ("a.md", "[" * 500_000 + "\n"),
    "a fence's line": ("a.md", "```bash " + "--dep a " * 20_000 + " x\n```\n"),
    "quotes in a fence's line": ("a.md", "```bash x " + "'" * 100_001 + "\n```\n"),
    "attributes": ("a.md", "```bash x {" + "[" * 200_000 + "\n```\n"),
    "deep attributes": ("a.md", "```bash x {a: " + "[" * 120 + "]" * 120 + "}\n```\n"),
    "a number of 50,000 digits": ("a.md", "```bash x {retry: 0x" + "f" * 50_000 + "}\n```\n"),
    "a list with such a number": ("a.md", "```bash x {dep: [0x" + "f" * 50_000 + "]}\n```\n"),
    "a timeout of 50,000 digits": ("a.md", "```bash x {timeout: 0x" + "f" * 50_000 + "}\n```\n"),
    "infinite retries": ("a.md", "```bash x {retry: Infinity}\n```\n"),
    "deep JSON": ("a.ipynb", "[" * 500_000),
    "deep objects": ("a.ipynb", '{"a":' * 200_000),
    "a number in JSON": ("a.ipynb", '{"cells": ' + "9" * 50_000 + "}"),
    "quotes in a cell": ("a.ipynb", cell("%spry_task a\n" + '"""' * 60_001)),
    "continued lines": ("a.ipynb", cell("%spry_task a " + "\\\n" * 100_000)),
    "spaces": ("a.ipynb", cell(" " * 200_000 + "%spry_task a")),
    "magics": ("a.ipynb", cell("".join(f"%spry_task a{i}\n" for i in range(20_000)))),
}


@pytest.mark.parametrize(("name", "text"), LARGE.values(), ids=LARGE.keys())
def test_86_a_large_or_deep_text_is_read_or_refused_with_what_it_is(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    began = time.process_time()
    try:
        read_book([tmp_path / name])
    except SpryError as error:
        assert all(len(line) < 1000 for line in str(error).splitlines())  # noqa: PT017
    assert time.process_time() - began < 20  # minutes or hours, if a length were squared


def test_86_a_text_of_too_many_blocks_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spry_jupyter.read.spryfile.MOST_BLOCKS", 1000)
    (tmp_path / "a.md").write_text("# a\n" * 500)
    read_book([tmp_path / "a.md"])
    (tmp_path / "a.md").write_text("* * * a\n" * 500)
    with pytest.raises(SpryError, match="has more than 1,000 blocks of Markdown"):
        read_book([tmp_path / "a.md"])
