"""A task's line is read as the interface says, and every fault is named with its place."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.errors import SpryError, TaskSyntaxError
from spry_jupyter.model import Duration, Limits, Pool, Span, Task
from spry_jupyter.read.flags import FLAGS, Kind
from spry_jupyter.read.options import Parsed, parse_line

SPAN = Span(file="Spryfile.md", line=12)


def task(line: str, **more: Any) -> Task:
    return parse_line(line, **more).task


def fault(line: str, **more: Any) -> str:
    with pytest.raises(TaskSyntaxError) as caught:
        parse_line(line, span=SPAN, **more)
    first, place = str(caught.value).split("\n")
    assert place == "  at Spryfile.md:12"
    return first.removeprefix("Error: ")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("build", {}),
        ("build --dep a", {"deps": ("a",)}),
        ("build -D a -Db --dep=c -D=d", {"deps": ("a", "b", "c", "d")}),
        ("--dep a build", {"deps": ("a",)}),
        ("build --dep b,a --dep a,c", {"deps": ("b", "a", "c")}),
        ('build --dep "a, b"', {"deps": ("a", "b")}),
        ('build --descr "Build it all"', {"descr": "Build it all"}),
        ("build --desc 'it''s'", {"descr": "its"}),
        (r"build -d it\'s", {"descr": "it's"}),
        ("build -dtext", {"descr": "text"}),
        ("build --descr=", {"descr": ""}),
        ("build --descr -x", {"descr": "-x"}),
        ("build --descr=--dep", {"descr": "--dep"}),
        ("build --descr '{not attributes}'", {"descr": "{not attributes}"}),
        ("build --descr '#1' # ", None),
        ("build --lang py", {"lang": "python"}),
        ("build -l Python3", {"lang": "python"}),
        ("build -l awk", {"lang": "awk"}),
        ("build -l r", {"lang": "R"}),
        ("build --env A=1 --env B=", {"env": (("A", "1"), ("B", ""))}),
        ("build --env A='x y' --env B=c=d", {"env": (("A", "x y"), ("B", "c=d"))}),
        ("build --env HOME --env A=1", {"env": (("A", "1"),), "forward": ("HOME",)}),
        ("build --env A=1 --env A=2", {"env": (("A", "2"),)}),
        ("build --env A=1 --env A", {"forward": ("A",)}),
        ("build --secret A,B --secret C --secret A", {"secrets": ("A", "B", "C")}),
        ("build --dotenv .env --dotenv b/.env", {"dotenv": (".env", "b/.env")}),
        ("build --cwd 'my dir'", {"cwd": "my dir"}),
        ("build --timeout 90", {"limits": Limits(timeout=Duration(90.0, "90s"))}),
        ("build --timeout 1m30s", {"limits": Limits(timeout=Duration(90.0, "1m30s"))}),
        (
            "build --retry 3 --retry-delay 500ms",
            {"limits": Limits(retry=3, retry_delay=Duration(0.5, "500ms"))},
        ),
        ("build --always", {"always": True}),
        ("build --always=true --silent=false", {"always": True}),
        ("build --finally clean --finally a,b", {"finalizers": ("clean", "a", "b")}),
        ("build --allow-failure", {"allow_failure": True}),
        ('build --if "test -f x"', {"condition": "test -f x"}),
        (
            "build --input 'src/*' --input a --output b",
            {"inputs": ("src/*", "a"), "outputs": ("b",)},
        ),
        ("build --capture version", {"capture": "version"}),
        ("build -C ./out.txt", {"capture": "./out.txt"}),
        ("build -I", {"interpolate": True}),
        ("build --pool db", {"pool": Pool("db")}),
        ("build --pool db=3", {"pool": Pool("db", 3)}),
        ("build --resource gpu", {"resources": (("gpu", 1.0),)}),
        ("build --resource gpu=2 --resource m=0.5", {"resources": (("gpu", 2.0), ("m", 0.5))}),
        ("build --silent", {"silent": True}),
        ("build --tag ci -G slow --graph x", {"tags": ("ci", "slow", "x")}),
        ("build --injected-dep 'test-.*'", {"injected_dep": "test-.*"}),
        ("build --confirm", {"confirm": ""}),
        ("build --confirm Really?", {"confirm": "Really?"}),
        ("build --confirm yes", {"confirm": "yes"}),
        ("build --confirm=-x", {"confirm": "-x"}),
        ("build --confirm --silent", {"confirm": "", "silent": True}),
        ("build --confirm {silent: true}", {"confirm": "", "silent": True}),
        ("--confirm build", {"confirm": ""}),
        ("--confirm 'Are you sure' build", {"confirm": "Are you sure"}),
        ("--confirm=text build", {"confirm": "text"}),
    ],
)
def test_a_line_gives_these_fields_and_no_other(line: str, expected: dict[str, Any] | None) -> None:
    if expected is None:
        assert fault(line).startswith('Unexpected word "#" after the name "build"')
    else:
        assert task(line) == Task(name="build", **expected)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("{}", {}),
        ("{ timeout: 300 }", {"limits": Limits(timeout=Duration(300.0, "300s"))}),
        ("{ timeout: 0.5 }", {"limits": Limits(timeout=Duration(0.5, "0.5s"))}),
        ("{ timeout: 2.0 }", {"limits": Limits(timeout=Duration(2.0, "2s"))}),
        ("{ timeout: '1m30s' }", {"limits": Limits(timeout=Duration(90.0, "1m30s"))}),
        ("{ 'retry-delay': 1e-9 }", {"limits": Limits(retry_delay=Duration(0.0, "0s"))}),
        (
            "{ retry: 3, dep: ['a', 'b'], always: true }",
            {"limits": Limits(retry=3), "deps": ("a", "b"), "always": True},
        ),
        ('{"dep":"a,b"}', {"deps": ("a", "b")}),
        ("{ dep: [] }", {}),
        ("{ desc: 'x' }", {"descr": "x"}),
        ("{ graph: 'x' }", {"tags": ("x",)}),
        (
            "{ env: { K: 'v', PORT: 8080, RATE: 1.5, ON: true, OFF: false, BIG: 1e3 } }",
            {
                "env": (
                    ("K", "v"),
                    ("PORT", "8080"),
                    ("RATE", "1.5"),
                    ("ON", "true"),
                    ("OFF", "false"),
                    ("BIG", "1000"),
                )
            },
        ),
        ("{ env: ['A=1', 'HOME'] }", {"env": (("A", "1"),), "forward": ("HOME",)}),
        ("{ secret: ['A', 'B'] }", {"secrets": ("A", "B")}),
        ("{ secret: 'A' }", {"secrets": ("A",)}),
        ("{ descr: '\\ud83d\\ude80' }", {"descr": "\U0001f680"}),
        ("{ env: 'A=1' }", {"env": (("A", "1"),)}),
        ("{ confirm: true }", {"confirm": ""}),
        ("{ confirm: false }", {}),
        ("{ confirm: 'Sure?' }", {"confirm": "Sure?"}),
        ("{ silent: false }", {}),
        (
            "{ capture: './a b', cwd: '/x', 'allow-failure': true }",
            {"capture": "./a b", "cwd": "/x", "allow_failure": True},
        ),
        (
            "{ descr: 'a } brace', /* and } here */ silent: true }",
            {"descr": "a } brace", "silent": True},
        ),
        (r"{ descr: 'it\'s' }", {"descr": "it's"}),
        ("{ lang: 'python' }", {"lang": "python"}),
        ("{ pool: 'db=2' }", {"pool": Pool("db", 2)}),
        ("{ resource: { gpu: 1, m: 0.5 } }", {"resources": (("gpu", 1.0), ("m", 0.5))}),
        ("{ resource: ['gpu', 'm=2'] }", {"resources": (("gpu", 1.0), ("m", 2.0))}),
    ],
)
def test_attributes_give_these_fields_and_no_other(
    attributes: str, expected: dict[str, Any]
) -> None:
    assert task(f"build {attributes}") == Task(name="build", **expected)
    assert task(f"{attributes} build") == Task(name="build", **expected)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a --timeout 5s { timeout: 9 }", {"limits": Limits(timeout=Duration(5.0, "5s"))}),
        ("a { timeout: 9 } --timeout 5s", {"limits": Limits(timeout=Duration(5.0, "5s"))}),
        ("a --dep x { dep: ['y', 'z'] }", {"deps": ("x",)}),
        ("a --env A=1 { env: { B: 2, C: 3 } }", {"env": (("A", "1"),)}),
        ("a --env HOME { env: { B: 2 } }", {"forward": ("HOME",)}),
        ("a --always=false { always: true }", {}),
        ("a --retry 2 { timeout: 9 }", {"limits": Limits(timeout=Duration(9.0, "9s"), retry=2)}),
    ],
)
def test_a_flag_wins_over_its_attribute_and_replaces_a_list(
    line: str, expected: dict[str, Any]
) -> None:
    assert task(line) == Task(name="a", **expected)


RULE = "(a name holds letters, digits and _ - . : / and starts with a letter, a digit or _)"
VARIABLE = "is not the name of a variable (ASCII letters, digits and _, no digit first)"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "A task needs a name"),
        ("--dep a", "A task needs a name"),
        ("{}", "A task needs a name"),
        ("b --dpe x", 'Unknown flag "--dpe" (did you mean "--dep"?)'),
        ("b --dpe=x", 'Unknown flag "--dpe" (did you mean "--dep"?)'),
        ("b --Timeout=x", 'Unknown flag "--Timeout" (did you mean "--timeout"?)'),
        ("b --zzzzzz", 'Unknown flag "--zzzzzz"'),
        ("b --", 'Unknown flag "--"'),
        ("b -", 'Unknown flag "-"'),
        ("b -x", 'Unknown flag "-x"'),
        ("b -Ix", 'Unknown flag "-Ix"'),
        ("b -dep x", 'Unknown flag "-dep" (did you mean "--dep"?)'),
        ("b -timeout=5", 'Unknown flag "-timeout" (did you mean "--timeout"?)'),
        ("b --timeout", 'Flag "--timeout" needs a value'),
        ("b -D", 'Flag "-D" needs a value'),
        ("b --dep --always", 'Flag "--dep" needs a value'),
        ("b --dep --descr=x", 'Flag "--dep" needs a value'),
        ("b --dep -d x", 'Flag "--dep" needs a value'),
        ("b --dep {}", 'Flag "--dep" needs a value'),
        ("b --descr a --desc b", 'Flag "--descr" is given twice'),
        ("b --silent --silent", 'Flag "--silent" is given twice'),
        ("b --always=yes", 'Flag "--always": "yes" is neither true nor false'),
        (
            "b --timeout soon",
            'Flag "--timeout": "soon" is not a duration (90, 90s, 1m30s, 2h or 500ms)',
        ),
        ("b --timeout 0", 'Flag "--timeout": a task needs more time than none'),
        ("b --retry x", 'Flag "--retry": "x" is not a whole number, 0 or more'),
        ("b --retry -1", 'Flag "--retry": "-1" is not a whole number, 0 or more'),
        ("b --pool db=0", 'Flag "--pool": "0" is not a whole number, 1 or more'),
        ("b --pool ''", f'Flag "--pool": name "" is refused: it is empty {RULE}'),
        (
            "build the app",
            'Unexpected word "the" after the name "build" (a text with spaces needs quotes)',
        ),
        ("'a b'", f'Task name "a b" is refused: it holds a space {RULE}'),
        ("''", f'Task name "" is refused: it is empty {RULE}'),
        ("a$", f'Task name "a$" is refused: it holds "$" {RULE}'),
        (".a", f'Task name ".a" is refused: it starts with "." {RULE}'),
        ("a/../b", f'Task name "a/../b" is refused: it holds ".." {RULE}'),
        ("a\u202eb", f'Task name "a\\u202eb" is refused: it holds the character U+202E {RULE}'),
        ("b --dep 'a b'", f'Flag "--dep": name "a b" is refused: it holds a space {RULE}'),
        ("b --dep a,", f'Flag "--dep": name "" is refused: it is empty {RULE}'),
        ("b --finally ..", f'Flag "--finally": name ".." is refused: it starts with "." {RULE}'),
        ("b --secret 1A", f'Flag "--secret": "1A" {VARIABLE}'),
        (
            "b --secret TOKEN=hunter2",
            'Flag "--secret": a secret is named, its value is not written: "TOKEN"',
        ),
        ("b --env 1A=x", f'Flag "--env": "1A" {VARIABLE}'),
        ("b --env =x", f'Flag "--env": "" {VARIABLE}'),
        ("b --env ä=x", f'Flag "--env": "ä" {VARIABLE}'),
        (
            "b --capture a-b",
            (
                'Flag "--capture": "a-b" is neither the name of a variable nor a path with a / '
                "(a file in the same folder is ./FILE)"
            ),
        ),
        (
            "b --capture class",
            (
                'Flag "--capture": "class" is neither the name of a variable nor a path with a / '
                "(a file in the same folder is ./FILE)"
            ),
        ),
        ("b --capture out/", 'Flag "--capture": "out/" names a folder, not a file'),
        ("b --input ''", 'Flag "--input": an empty text stands for nothing here'),
        (
            "b --injected-dep '('",
            (
                'Flag "--injected-dep": "(" is not a regular expression: '
                "missing ), unterminated subpattern at position 0"
            ),
        ),
        (
            "b --injected-dep ''",
            'Flag "--injected-dep": an empty regular expression matches no name',
        ),
        ("b --lang ''", 'Flag "--lang": "" is not a language or a program on PATH'),
        ("b --lang 'a b'", 'Flag "--lang": "a b" is not a language or a program on PATH'),
        (
            "b --interpolate --lang python",
            (
                'Flag "--interpolate" works in shell bodies only (bash, sh, zsh, dash, ksh), '
                "not in python"
            ),
        ),
        ("b --descr 'x", "The quote ' at column 11 is not closed"),
        ('b --descr "x', 'The quote " at column 11 is not closed'),
        ("b --descr x\\", "The backslash at the end of the line has nothing to quote"),
        ("b --descr a\0b", "The line holds a NUL character"),
        ("b --descr \ud800", "The line holds U+D800, half of a character"),
        ("b { dep: 'a'", "The { at column 3 is not closed"),
        ("b { dep: 'a }", "The { at column 3 is not closed"),
        ("b { dep: /* }", "The { at column 3 is not closed"),
        ("b { dep: 'a' // }", "The { at column 3 is not closed"),
        ("b {} {}", "The attributes are given twice; one { … } holds them all"),
        ("b { dep: }", 'The attributes are not JSON5: Unexpected "}" at column 8'),
        ("b {1,3-4}", 'The attributes are not JSON5: Unexpected "," at column 3'),
        ("b { timout: 3 }", 'Unknown attribute "timout" (did you mean "timeout"?)'),
        ("b { D: 'a' }", 'Unknown attribute "D"'),
        ("b { dep: 'a', dep: 'b' }", 'Attribute "dep" is given twice'),
        ("b { descr: 'a', desc: 'b' }", 'Attribute "descr" is given twice'),
        ("b { dep: 5 }", 'Attribute "dep" takes a name or a list of names, not 5'),
        ("b { dep: ['a', 1] }", 'Attribute "dep" takes a name or a list of names, not ["a", 1]'),
        ("b { descr: null }", 'Attribute "descr" takes a text, not null'),
        ("b { input: {} }", 'Attribute "input" takes a text or a list of texts, not an object'),
        ("b { lang: 1 }", 'Attribute "lang" takes the name of a language or program, not 1'),
        ("b { always: 1 }", 'Attribute "always" takes true or false, not 1'),
        ("b { always: 'true' }", 'Attribute "always" takes true or false, not "true"'),
        ("b { retry: true }", 'Attribute "retry" takes a whole number, 0 or more, not true'),
        ("b { retry: 1.5 }", 'Attribute "retry" takes a whole number, 0 or more, not 1.5'),
        ("b { retry: -1 }", 'Attribute "retry" takes a whole number, 0 or more, not -1'),
        (
            "b { timeout: true }",
            'Attribute "timeout" takes a number of seconds or a text such as 1m30s, not true',
        ),
        (
            "b { timeout: -1 }",
            'Attribute "timeout" takes a number of seconds or a text such as 1m30s, not -1',
        ),
        (
            "b { timeout: NaN }",
            'Attribute "timeout" takes a number of seconds or a text such as 1m30s, not NaN',
        ),
        (
            "b { timeout: 'soon' }",
            'Attribute "timeout": "soon" is not a duration (90, 90s, 1m30s, 2h or 500ms)',
        ),
        (
            "b { env: { A: null } }",
            'Attribute "env": "A" cannot be null',
        ),
        ("b { env: { 'A=B': 'x' } }", f'Attribute "env": "A=B" {VARIABLE}'),
        ("b { confirm: 1 }", 'Attribute "confirm" takes a text, or true or false, not 1'),
        (
            "b { capture: 1 }",
            'Attribute "capture" takes the name of a variable or a path with a /, not 1',
        ),
        ("b --resource gpu=0", 'Flag "--resource": "0" is not a number above 0'),
        ("b --resource gpu=", 'Flag "--resource": "" is not a number above 0'),
        ("b { pool: 2 }", 'Attribute "pool" takes NAME or NAME=N, not 2'),
        (r'b { descr: "a\u0000b" }', 'Attribute "descr" holds a NUL character'),
        (r'b { descr: "a\nb" }', 'Attribute "descr": a description is one line'),
        (r'b { cwd: "\ud800" }', 'Attribute "cwd" holds U+D800, half of a character'),
        ("b { dep: " + "[" * 100, "The attributes nest deeper than 100 levels"),
        (
            "b { descr: '" + "x" * 17_000 + "' }",
            "Attributes of more than 16 KiB have to be plain JSON",
        ),
        ("b { descr: '" + "x" * 70_000 + "' }", "The attributes are longer than 64 KiB"),
    ],
)
def test_a_fault_is_named_with_its_place(line: str, sentence: str) -> None:
    assert fault(line) == sentence


@pytest.mark.parametrize(
    "name",
    ["a", "_", "0", "A", "a.b-c_d:e/f", "déploiement", "タスク", "पानी", "имя", "x" * 300, "HEAD2"],
)
def test_names_of_any_script_are_names(name: str) -> None:
    made = task(f"{name} --dep {name} --tag {name}")
    assert (made.name, made.deps, made.tags) == (name, (name,), (name,))


def test_names_are_composed_so_that_both_spellings_meet() -> None:
    assert task("cafe\u0301 --dep cafe\u0301") == Task(name="caf\u00e9", deps=("caf\u00e9",))


@pytest.mark.parametrize("name", ["²", "a²", "\u0301a", "🚀", "a\u200db", "a\u00a0b", "-a", "a,b"])
def test_other_characters_are_refused_in_names(name: str) -> None:
    with pytest.raises(TaskSyntaxError):
        parse_line(name)


def test_run_is_returned_beside_the_task_and_is_no_field_of_it() -> None:
    assert parse_line("a --run") == Parsed(Task(name="a"), run=True)
    assert parse_line("a { run: true }").run
    assert not parse_line("a").run


def test_the_fence_names_the_language_and_the_flag_goes_before_it() -> None:
    assert task("a", lang="JavaScript").lang == "node"
    assert task("a --lang deno", lang="js").lang == "deno"
    assert task("a", lang=None).lang == "bash"
    assert fault("a", lang='x"y') == 'Language "x"y" is not a language or a program on PATH'


@pytest.mark.parametrize(
    ("alias", "lang"),
    [
        ("shell", "bash"),
        ("py", "python"),
        ("python3", "python"),
        ("js", "node"),
        ("javascript", "node"),
        ("ts", "deno"),
        ("typescript", "deno"),
        ("powershell", "pwsh"),
        ("R", "R"),
        ("BASH", "bash"),
        ("Rscript", "Rscript"),
    ],
)
def test_languages_have_one_name(alias: str, lang: str) -> None:
    assert task(f"a --lang {alias}").lang == lang


@pytest.mark.parametrize(
    ("body", "stored"),
    [
        ("", ""),
        ("a\n", "a"),
        ("a", "a"),
        ("a\n\n", "a\n"),
        ("a\r\nb\r\n", "a\nb"),
        ("a\r\r\nb\r", "a\nb"),
        ("a\rb", "a\rb"),
        ("\ufeffa\n", "a"),
        ("\ta \n", "\ta "),
    ],
)
def test_a_body_is_stored_with_plain_line_ends_and_without_the_last(body: str, stored: str) -> None:
    assert task("a", body=body).body == stored


def test_a_nul_in_a_body_is_refused_with_its_line() -> None:
    with pytest.raises(TaskSyntaxError) as caught:
        parse_line("a", body="x\ny\0\n", span=SPAN)
    assert str(caught.value) == (
        "Error: The body holds a NUL character in its line 2\n  at Spryfile.md:14"
    )


@pytest.mark.parametrize(
    "shebang",
    ["#!/bin/bash", "#!/usr/bin/env -S bash -e", "#! /bin/sh -e", "#!/usr/bin/env A=1 zsh"],
)
def test_a_shebang_of_a_shell_makes_a_shell_body(shebang: str) -> None:
    assert task("a -I -l python", body=f"{shebang}\nx\n").interpolate


def test_a_shebang_of_another_program_makes_no_shell_body() -> None:
    assert fault("a -I", body="#!/usr/bin/env python3\n").endswith("not in python3")


def test_span_and_folder_are_kept() -> None:
    made = task("a", span=SPAN, folder="/x")
    assert (made.span, made.folder) == (SPAN, "/x")


def test_a_body_of_a_hundred_deep_attributes_costs_no_stack() -> None:
    deep = "{a:" * 99 + "1" + "}" * 99
    assert fault(f"b {deep}") in {'Unknown attribute "a"', "The attributes nest too deep"}


def test_every_field_of_a_task_has_a_flag() -> None:
    given_elsewhere = {"name", "body", "folder", "span"}
    shared = {"forward", "limits"}
    renamed = 2  # timeout, retry and retry-delay share `limits`
    assert len(FLAGS) - 1 == len(fields(Task)) - len(given_elsewhere | shared) + renamed + 1


def test_words_for_flags_are_unique_and_each_flag_says_what_it_does() -> None:
    words = [word for flag in FLAGS for word in flag.words]
    assert len(words) == len(set(words))
    assert all(flag.help and not flag.help.endswith(".") for flag in FLAGS)
    assert all(bool(flag.metavar) == (flag.kind is not Kind.SWITCH) for flag in FLAGS)


@given(st.text())
def test_any_text_gives_a_task_or_a_sentence(line: str) -> None:
    try:
        parse_line(line, body=line, lang=line[:3])
    except SpryError as error:
        assert error.sentence  # noqa: PT017 - either outcome is fine


WORDS = st.sampled_from(
    [*(word for flag in FLAGS for word in flag.words), "a", "b=", "{", "}", "'", '"', "\\", "{}",
     "{dep:", "[", "]", "1", "9" * 5000, "0x1", ",", "//", "/*", ":", "(", "a{999999999999}", "[[a]"]
)  # fmt: skip


@given(st.lists(st.tuples(WORDS, st.sampled_from(["", " ", "="]))))
def test_any_jumble_of_flags_gives_a_task_or_a_sentence(words: list[tuple[str, str]]) -> None:
    try:
        parse_line("".join(word + gap for word, gap in words))
    except SpryError as error:
        assert error.sentence  # noqa: PT017 - either outcome is fine


@pytest.mark.parametrize(
    ("attributes", "sentence"),
    [
        ("env: { K: null }", 'Attribute "env": "K" cannot be null'),
        ("resource: { gpu: true }", 'Attribute "resource": "gpu" cannot be true'),
    ],
)
def test_an_attribute_that_is_an_object_says_which_of_its_values_is_wrong(
    attributes: str, sentence: str
) -> None:
    with pytest.raises(TaskSyntaxError) as raised:
        parse_line(f"a {{ {attributes} }}")
    assert sentence in str(raised.value)
