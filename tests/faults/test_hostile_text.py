"""Cases 79, 80, 83 and 84: what a value or a name says is never taken for more than its text."""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest

from spry_jupyter.model import Task
from spry_jupyter.plan.graph import Graph
from spry_jupyter.record.names import file_name
from spry_jupyter.show.pictures import picture

if TYPE_CHECKING:
    from bench import Bench
    from command_line import Desk

VALUES = [
    "; touch pwned",
    "$(touch pwned)",
    "`touch pwned`",
    "' ; touch pwned ; '",
    '" ; touch pwned ; "',
    "first\nsecond\ntouch pwned",
    "-rf *",
    "\\\n\\",
    "${IFS}{a,b}~/*?[a]!$PATH",
    "EOF\ntouch pwned\nEOF",
    "\x1b[2J\x07\x7f\u202e%n%s\r",
    "' \"; import os; os.system('touch pwned') #",
]
PLACES = {
    "in double quotes": 'printf %s "{}" > said{i}',
    "in a here document": "cat > said{i} <<EOF\n{}\nEOF\ntruncate -s -1 said{i}",
    "in a substitution": 'printf %s "$(printf %s "{}"; echo .)" > said{i}; truncate -s -1 said{i}',
    "in an array": 'a=("{}"); printf %s "${a[0]}" > said{i}',
}


def said(bench: Bench) -> list[str]:
    files = [bench.folder / f"said{i}" for i in range(len(VALUES))]
    return [file.read_bytes().decode() for file in files]


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize("kind", ["env", "captured", "forwarded"])
def test_80_a_value_reaches_a_script_byte_for_byte_and_runs_nothing(
    bench: Bench, kind: str, place: str
) -> None:
    tasks = []
    for i, value in enumerate(VALUES):
        (bench.folder / f"value{i}").write_text(value + "\n")
        name = "captured" if kind == "captured" else "env"
        body = place.replace("{i}", str(i)).replace("{}", f"${{{name}.V{i}}}")
        fields = {
            "env": {"env": ((f"V{i}", value),)},
            "forwarded": {"forward": (f"V{i}",), "deps": (f"first{i}",)},
            "captured": {"deps": (f"first{i}",)},
        }
        tasks.append(bench.task(f"first{i}", f"cat value{i}", capture=f"V{i}"))
        tasks.append(bench.task(f"a{i}", body, interpolate=True, **fields[kind]))
    bench.book(*tasks).run()
    assert said(bench) == VALUES
    assert not (bench.folder / "pwned").exists()


@pytest.mark.parametrize("lang", ["sh", "bash", "python", "perl"])
def test_80_a_value_reaches_every_language_byte_for_byte(bench: Bench, lang: str) -> None:
    bodies = {
        "sh": 'printf %s "$V" > said{i}',
        "bash": 'printf %s "$V" > said{i}',
        "python": "import os; open('said{i}', 'wb').write(os.environb[b'V'])",
        "perl": "open(F, '>', 'said{i}'); print F $ENV{V};",
    }
    body = bodies[lang]
    tasks = [
        bench.task(f"a{i}", body.replace("{i}", str(i)), lang=lang, env=(("V", value),))
        for i, value in enumerate(VALUES)
    ]
    bench.book(*tasks).run()
    assert said(bench) == VALUES
    assert not (bench.folder / "pwned").exists()


@pytest.mark.parametrize("form", ["dot", "mermaid"])
def test_79_a_description_stays_inside_its_node(form: str) -> None:
    for text in ('"]; c [URL="javascript:alert(1)"', "\\", "x\\", 'a" -> "b', "click a call x()"):
        tasks = [Task(name="a", descr=text), Task(name="b", deps=("a",))]
        drawn = picture(Graph.of(tasks), [], form)
        assert len(re.findall(r"^\s*n\d+ -+> n\d+", drawn, re.MULTILINE)) == 1
        assert set(re.findall(r"^\s*(n\d+)[ [(]", drawn, re.MULTILINE)) == {"n0", "n1"}
        assert not re.search(r"^\s*(c \[|click a)", drawn, re.MULTILINE)
        assert "URL" not in re.sub(r'"(?:[^"\\]|\\.)*"', "", drawn)


NAMES = [
    "../../etc/passwd", "/etc/passwd", "a/../../b", "a\0b", "x" * 300, "y" * 5000, "CON", "con", "nul.txt",
    "Build", "build", "BUILD", unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é"),
    "\u202egnp.exe", "a b", "a:b", "a-b", "a/b", ".", "..", "-rf", "~", "a\nb", "ﬁ", "fi",
]  # fmt: skip


def test_83_84_every_name_has_a_file_of_its_own_inside_its_folder() -> None:
    files = {name: file_name(name) for name in NAMES}
    for name, file in files.items():
        assert "/" not in file, name
        assert file.isascii(), name
        assert file.isprintable(), name
        assert len(file) <= 128, name
        assert file not in {".", ".."}, name
    for one, other in itertools.combinations(NAMES, 2):
        folded = (unicodedata.normalize("NFKD", files[name]).casefold() for name in (one, other))
        assert len(set(folded)) == 2, (one, other)


def test_84_tasks_whose_names_differ_in_a_sign_have_logs_of_their_own(desk: Desk) -> None:
    names = ("a:b", "a-b", "a/b", "a.b", "A-b")
    desk.tasks(*(f"bash {name}\necho I am {name}" for name in names))
    assert desk.spry("runbook").status == 0
    for name in names:
        assert desk.spry("log", name).out == f"I am {name}\n"
