"""The reference documents what there is, all of it, and nothing else."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from pages import ROOT, first_column, section, text_of

from spry_jupyter import Runbook, cli
from spry_jupyter.arguments import Parser, add_run_options
from spry_jupyter.magics import SpryMagics
from spry_jupyter.model import Duration, Limits, Pool, Task
from spry_jupyter.parsers import PARSERS
from spry_jupyter.read.flags import BY_WORD, FLAGS, Kind
from spry_jupyter.read.info import DATA_LANGUAGES, DIRECTIVES
from spry_jupyter.read.names import _LANG_OF, canonical_lang
from spry_jupyter.show.ascii import draw
from spry_jupyter.show.figure import notes
from spry_jupyter.show.palette import LOOKS
from spry_jupyter.show.pictures import DISPLAYED, FORMATS

REFERENCE = "docs/reference.md"
ONLY_IN_MAGICS = {"-f", "--background", "--bg", "--no-verbose", "--no-fail-fast"}


def options_in(text: str) -> set[str]:
    """The options in the first column of the tables of a text, without their values."""
    return {word.split()[0] for word in first_column(text) if word.startswith("-")}


def options_of(parser: Parser) -> set[str]:
    """The options that a parser takes, but help."""
    words = {word for action in parser._actions for word in action.option_strings}
    return words - {"-h", "--help"}


def test_every_flag_of_a_task_is_documented_and_no_other() -> None:
    assert options_in(section(REFERENCE, "### Flags")) == set(BY_WORD)


def test_a_flag_is_shown_with_a_value_if_it_takes_one() -> None:
    words = first_column(section(REFERENCE, "### Flags"))
    for flag in FLAGS:
        shown = [word for word in words if word.split()[0] == f"--{flag.name}"]
        assert shown
        for word in shown:
            assert (" " in word) == (flag.kind is not Kind.SWITCH), word


def test_every_language_is_documented_with_all_its_other_names() -> None:
    rows = [
        line.split("|")[1:3]
        for line in section(REFERENCE, "### Bodies").splitlines()
        if line.startswith("| `")
    ]
    documented = {
        word: language
        for names, others in rows
        for language in re.findall(r"`([^`]+)`", names)
        for word in (language, *re.findall(r"`([^`]+)`", others))
        if canonical_lang(word) == language
    }
    assert documented == _LANG_OF


def test_every_run_option_is_documented_and_no_other() -> None:
    parser = Parser(prog="test")
    add_run_options(parser, force=["--force"])
    documented = options_in(section(REFERENCE, "## Run options"))
    assert documented == options_of(parser) | ONLY_IN_MAGICS


def test_every_magic_is_documented_and_no_other() -> None:
    text = section(REFERENCE, "## Magics")
    registered = {*SpryMagics.magics["line"], *SpryMagics.magics["cell"]}
    typed = {name for name in registered if not name.startswith("_")}
    assert set(re.findall(r"^### `%%?(\w+)", text, re.MULTILINE)) == typed


@pytest.mark.parametrize("magic", PARSERS)
def test_every_option_of_a_magic_is_documented_and_no_other(magic: str) -> None:
    whole = section(REFERENCE, "## Magics")
    text = re.split(rf"^### `%{magic}\b", whole, flags=re.MULTILINE)[1].partition("\n### ")[0]
    run_options = options_in(section(REFERENCE, "## Run options"))
    documented = options_in(text) | (run_options if "(#run-options)" in text else set())
    assert documented == options_of(PARSERS[magic]())


def test_every_setting_is_documented_and_no_other() -> None:
    settings = first_column(section(REFERENCE, "### Settings"))
    assert set(settings) == set(SpryMagics.class_trait_names(config=True))


def test_every_command_is_documented_and_no_other() -> None:
    text = section(REFERENCE, "## Commands")
    assert re.findall(r"^### `(\w+)", text, re.MULTILINE) == list(cli.COMMANDS)
    assert all(f"  {command}" in cli._USAGE for command in cli.COMMANDS)


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_option_of_a_command_is_documented_and_no_other(command: str) -> None:
    parser = Parser(prog=command)
    cli.COMMANDS[command][0](parser)
    whole = section(REFERENCE, "## Commands")
    text = re.split(rf"^### `{command}\b", whole, flags=re.MULTILINE)[1].partition("\n### ")[0]
    run_options = options_in(section(REFERENCE, "## Run options")) - ONLY_IN_MAGICS
    documented = options_in(text) | (run_options if "(#run-options)" in text else set())
    assert documented == options_of(parser)


def test_every_format_of_a_picture_is_documented() -> None:
    text = section(REFERENCE, "### `dag [TARGET…]`")
    row = next(line for line in text.splitlines() if line.startswith("| `--format"))
    assert re.findall(r"`(\w+)`", row.partition(" | ")[2]) == list(FORMATS)
    text = section(REFERENCE, "### `%spry_dag [TARGET…]`")
    row = next(line for line in text.splitlines() if line.startswith("| `--format"))
    assert re.findall(r"`(\w+)`", row.partition(" | ")[2]) == list(DISPLAYED)


def test_what_a_box_says_of_its_task_is_documented() -> None:
    text = section(REFERENCE, "## Pictures")
    task = Task(
        name="t",
        body="x",
        limits=Limits(retry=3, timeout=Duration(30, "30s")),
        confirm="",
        condition="true",
        always=True,
        allow_failure=True,
        pool=Pool("NAME"),
        outputs=("x",),
        capture="NAME",
        silent=True,
        tags=("TAG",),
    )
    lang, *flags = notes(task)
    assert lang == "bash"
    assert [note for note in flags if f"`{note}`" not in text] == []
    assert [look.symbol for look in LOOKS.values() if f"`{look.symbol}`" not in text] == [""]


def test_the_picture_of_the_reference_is_that_of_the_example_as_it_is() -> None:
    picture = ET.parse(ROOT / "docs/images/graph.svg").getroot()
    shown = {text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")}
    tasks = Runbook.load(ROOT / "notebooks/full_stack.md").tasks
    assert {task.name for task in tasks} <= shown
    assert {task.span.heading for task in tasks if task.span} <= shown


def test_what_is_no_task_is_documented() -> None:
    text = section(REFERENCE, "### What is no task")
    assert set(re.findall(r"`([A-Z]+)`", text)) == DIRECTIVES
    named = set(re.findall(r"`([a-z]+)`", text.partition("data:")[2].partition("\n- ")[0]))
    assert {"json", "yaml"} <= named <= DATA_LANGUAGES


def test_the_reference_speaks_of_no_option_that_does_not_exist() -> None:
    known = set(BY_WORD) | options_in(section(REFERENCE, "## Run options"))
    known |= options_in(section(REFERENCE, "## Commands")) | options_in(
        section(REFERENCE, "## Magics")
    )
    known |= {"--file", "--help", "--version", "--allow-all"}
    spoken = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text_of(REFERENCE)))
    assert {"--dep", "--jobs", "--file"} <= spoken <= known


@pytest.mark.parametrize("width", [None, 40])
def test_the_drawings_of_the_reference_are_those_that_are_made(width: int | None) -> None:
    names = ["install-deps", "compile-ts", "compile-sass", "run-tests", "build-bundle", "deploy"]
    drawn = draw(names, [(0, 1), (0, 2), (1, 3), (1, 4), (2, 4), (3, 5), (4, 5)], width=width)
    assert f"```text\n{drawn}\n```" in section(REFERENCE, "### `dag [TARGET…]`")
