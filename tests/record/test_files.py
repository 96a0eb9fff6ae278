"""What patterns stand for, and how little of it is read."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spry_jupyter.record import files
from spry_jupyter.record.budget import Budget, TooMuch
from spry_jupyter.record.files import Surveyor, changed, contents

if TYPE_CHECKING:
    from spry_jupyter.record.files import Entry


def survey(folder: Path, *patterns: str) -> list[Entry]:
    return Surveyor(str(folder)).survey([(str(folder), patterns)], Budget())[0]


def names(folder: Path, *patterns: str) -> list[str]:
    return sorted(entry[0] for entry in survey(folder, *patterns))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "a.c",
        "b.c",
        "b.h",
        "[x].c",
        "sub/c.c",
        "sub/deep/d.c",
        ".hidden.c",
        "sub/.h/e.c",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a.c", "a.c"),
        ("./a.c", "a.c"),
        ("*.c", "[x].c a.c b.c"),
        ("?.c", "a.c b.c"),
        ("[ab].c", "a.c b.c"),
        ("[!a].?", "b.c b.h"),
        ("[x].c", "[x].c"),
        ("{a,b}.{c,h}", "a.c b.c b.h"),
        (".*.c", ".hidden.c"),
        ("**/*.c", "[x].c a.c b.c sub/c.c sub/deep/d.c"),
        ("sub/**", "sub/c.c sub/deep/d.c"),
        ("**/deep/*", "sub/deep/d.c"),
        ("*/*.c", "sub/c.c"),
        ("sub/deep", "sub/deep sub/deep/d.c"),
        ("sub/deep/", "sub/deep sub/deep/d.c"),
        ("su*", "sub sub/.h sub/.h/e.c sub/c.c sub/deep sub/deep/d.c"),
        ("x/**", ""),
        ("a.c/*", ""),
    ],
)
def test_a_pattern_stands_for_what_a_shell_would_name_and_a_folder_for_all_in_it(
    tree: Path, pattern: str, found: str
) -> None:
    assert names(tree, pattern) == found.split()


PARTS = st.sampled_from(["a", "b", "ab", "*", "a*", "?", "**", "[ab]", "[!a]"])


@given(st.lists(PARTS, min_size=1, max_size=4))
@settings(deadline=None)
def test_patterns_name_the_files_that_bash_names(parts: list[str]) -> None:
    folder = _forest()
    pattern = "/".join(parts)
    script = f"shopt -s globstar nullglob; printf '%s\\n' {pattern}"
    said = subprocess.run(
        ["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=True
    )
    bash = {path for path in said.stdout.split() if (folder / path).is_file()}
    found = Surveyor(str(folder)).survey([(str(folder), (pattern,))], Budget())[0]
    ours = {name for name, kind, *_ in found if kind == "f"}
    folders = {path for path in said.stdout.split() if (folder / path).is_dir()}
    below = {
        name for name in ours if any(name.startswith(f"{path.rstrip('/')}/") for path in folders)
    }
    assert bash <= ours
    assert ours - below <= bash


@cache
def _forest() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="spry-forest-"))
    atexit.register(shutil.rmtree, folder)
    for name in ("a/a/a", "a/b/ab", "a/c", "b/a", "b/ab/b", "ab"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_a_link_counts_with_where_it_leads_and_with_what_is_there(tree: Path) -> None:
    (tree / "link").symlink_to("a.c")
    before = survey(tree, "link")
    (tree / "a.c").write_text("new")
    through = survey(tree, "link")
    assert changed(before, through) == [("link", "changed")]
    (tree / "copy.c").write_text("new")
    (tree / "link").unlink()
    (tree / "link").symlink_to("copy.c")
    assert changed(through, survey(tree, "link")) == [("link", "changed")]


def test_links_that_lead_in_circles_or_nowhere_end_the_look(tree: Path) -> None:
    (tree / "sub/up").symlink_to("..")
    (tree / "sub/self").symlink_to("self")
    (tree / "sub/gone").symlink_to("nowhere")
    assert {"sub/up", "sub/self", "sub/gone", "sub/c.c"} <= set(names(tree, "sub"))


def test_what_is_no_file_is_not_opened(tree: Path) -> None:
    os.mkfifo(tree / "fifo")
    assert [entry[:2] for entry in survey(tree, "fifo")] == [("fifo", "s")]


@pytest.mark.parametrize(
    "act",
    [
        lambda tree: (tree / "sub/deep/d.c").write_text("other"),
        lambda tree: (tree / "sub/new").touch(),
        lambda tree: (tree / "sub/new").mkdir(),
        lambda tree: (tree / "sub/c.c").unlink(),
        lambda tree: (tree / "sub/c.c").rename(tree / "sub/e.c"),
        lambda tree: (tree / "sub/.h/e.c").write_text("other"),
        lambda tree: (tree / "sub/c.c").chmod(0o755),
    ],
)
def test_any_change_below_a_folder_is_a_change_of_it(tree: Path, act: object) -> None:
    before = contents(survey(tree, "sub"))
    act(tree)  # type: ignore[operator]
    assert contents(survey(tree, "sub")) != before


def test_our_own_folder_is_not_looked_at(tree: Path) -> None:
    (tree / "sub/.spry").mkdir()
    assert not any(".spry" in name for name in names(tree, "sub"))


def test_what_has_not_changed_is_not_read_again(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    surveyor = Surveyor(str(tree))
    wanted = [(str(tree), ("**/*.c",))]
    soon = time.time_ns() + 10_000_000_000
    monkeypatch.setattr(files.time, "time_ns", lambda: soon)  # long after the last change
    first = surveyor.survey(wanted, Budget())
    monkeypatch.setattr(files, "_read", None)
    assert surveyor.survey(wanted, Budget()) == first


def test_what_was_read_in_the_tick_of_its_last_change_is_read_again(tree: Path) -> None:
    path = tree / "a.c"
    now = path.stat().st_ctime_ns
    surveyor = Surveyor(str(tree))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files.time, "time_ns", lambda: now)
        (entry,) = surveyor.survey([(str(tree), ("a.c",))], Budget())[0]
    assert not files.is_reliable(entry[3])


def test_whole_seconds_are_taken_for_the_ticks_of_a_coarse_clock() -> None:
    second = 10**9
    assert files.is_settled(5 * second + 1, 6 * second)
    assert not files.is_settled(5 * second, 6 * second)
    assert files.is_settled(5 * second, 9 * second)


def test_a_budget_ends_a_look_before_it_becomes_dear(tree: Path) -> None:
    surveyor = Surveyor(str(tree))
    for budget in (Budget(size=2), Budget(names=1)):
        with pytest.raises(TooMuch):
            surveyor.survey([(str(tree), ("**",))], budget)


def test_a_tree_that_was_copied_has_the_same_contents(tree: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(tree / "sub", other / "sub")
    assert contents(survey(tree, "sub")) == contents(survey(other, "sub"))


@pytest.mark.parametrize("pattern", ["sub/self/*", "s*/self/*", "sub/**/self/*"])
def test_a_glob_over_what_cannot_be_listed_names_it(tree: Path, pattern: str) -> None:
    (tree / "sub/self").symlink_to("self")
    with pytest.raises(files.Unreadable, match=r"sub/.*self cannot be read: "):
        survey(tree, pattern)


def test_the_folder_itself_may_be_a_choice_of_a_pattern(tree: Path) -> None:
    assert names(tree, "{.,sub}") == names(tree, ".")
