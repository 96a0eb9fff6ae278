"""What checks a change runs the command that the README tells its reader to run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MARK = "<!-- test command -->"


def run_ci(folder: Path, readme: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of `.ci/run` beside this README."""
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", folder / ".ci/run")
    (folder / "README.md").write_text(readme, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        ["bash", folder / ".ci/run"],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("gap", ["", "\n"])
def test_the_marked_block_runs_in_the_checkout_under_ci(tmp_path: Path, gap: str) -> None:
    block = f"```console\necho other\n```\n{MARK}\n{gap}```bash\necho $CI; pwd\n```\n"
    done = run_ci(tmp_path, block)
    assert done.returncode == 0
    assert done.stdout.splitlines() == ["+ echo $CI; pwd", "true", str(tmp_path)]


def test_the_status_of_the_command_is_the_status_of_the_check(tmp_path: Path) -> None:
    assert run_ci(tmp_path, f"{MARK}\n```\nexit 7\n```\n").returncode == 7


@pytest.mark.parametrize(
    "readme",
    [
        "",
        "```bash\ntrue\n```\n",
        f"{MARK}\n",
        f"{MARK}\n```bash\n```\n",
        f"{MARK}\nprose\n```bash\ntrue\n```\n",
    ],
)
def test_a_readme_without_a_marked_command_fails_the_check(tmp_path: Path, readme: str) -> None:
    done = run_ci(tmp_path, readme)
    assert done.returncode == 1
    assert MARK in done.stderr
