"""Cases 81 and 82: a secret reaches its task, and is seen nowhere else."""

from __future__ import annotations

import json
import os
import sqlite3
from base64 import b64encode
from contextlib import closing, suppress
from hashlib import blake2b
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from headless import execute

from spry_jupyter.model import Outcome
from spry_jupyter.plan.closure import resolve
from spry_jupyter.record.folder import open_folder
from spry_jupyter.record.key import user_key
from spry_jupyter.run.client import client
from spry_jupyter.run.launch import RunOptions, request

if TYPE_CHECKING:
    from bench import Bench
    from command_line import Desk

SECRET = "correct-horse-battery"
MULTILINE = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own for the user's key."""
    state = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    return state


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TOKEN", SECRET)
    return SECRET


def files_below(folder: Path) -> bytes:
    """All bytes of all files below a folder, and their names."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return b"\0".join(os.fsencode(path) + b"\0" + path.read_bytes() for path in found)


def test_81_a_secret_split_at_every_place_is_hidden_in_the_log(bench: Bench, token: str) -> None:
    body = """\
import os, time
from array import array
from fcntl import ioctl
from termios import FIONREAD

def say(fd, text):
    os.write(fd, text.encode())
    waiting = array("i", [1])
    while waiting[0]:  # what comes next is read by itself
        time.sleep(0.001)
        ioctl(fd, FIONREAD, waiting)

value = os.environ["TOKEN"]
for cut in range(1, len(value)):
    say(1, value[:cut])
    say(2, value[cut:] + "\\n")
"""
    task = bench.task("a", body, lang="python", secrets=("TOKEN",))
    run = bench.book(task).run()
    assert run["a"].output == "***\n" * (len(SECRET) - 1)
    assert SECRET.encode() not in files_below(bench.folder)


def test_81_lines_base64_and_url_forms_are_hidden_in_the_log(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", MULTILINE)
    body = """\
import base64, json, os, urllib.parse
value = os.environ["KEY"]
print(value.splitlines()[1])
print(json.dumps({"key": value}))
print(urllib.parse.quote(value))
print(base64.b64encode(value.encode()).decode())
print(base64.encodebytes(value.encode()).decode(), end="")
"""
    run = bench.book(bench.task("a", body, lang="python", secrets=("KEY",))).run()
    assert run["a"].output == '***\n{"key": "***"}\n***\n***\n***\n'


def test_81_a_secret_is_hidden_in_what_other_tasks_of_its_run_say(bench: Bench, token: str) -> None:
    run = bench.book(
        bench.task("a", "true", secrets=("TOKEN",)), bench.task("b", "echo $TOKEN >&2")
    ).run(jobs=1)
    assert run["b"].output == "***\n"


def test_81_a_run_without_secrets_shows_what_it_says(bench: Bench, token: str) -> None:
    assert bench.book(bench.task("a", "echo $TOKEN")).run()["a"].output == f"{SECRET}\n"


def test_81_the_condition_of_a_task_shows_no_secret(bench: Bench, token: str) -> None:
    task = bench.task("a", "true", secrets=("TOKEN",), condition='echo "$TOKEN"; true')
    assert bench.book(task).run()["a"].output == "***\n"


def test_81_what_is_captured_is_whole_for_the_next_task_and_hidden_for_everybody_else(
    bench: Bench, token: str
) -> None:
    run = bench.book(
        bench.task("a", "echo Bearer $TOKEN", secrets=("TOKEN",), capture="AUTH"),
        bench.task(
            "b", f'[ "$AUTH" = "Bearer {SECRET}" ]; echo "$AUTH"', deps=("a",), forward=("AUTH",)
        ),
    ).run()
    assert run.captured["AUTH"] == f"Bearer {SECRET}"
    assert [run[name].output for name in "ab"] == ["Bearer ***\n"] * 2
    assert run.to_dict()["captured"] == {"AUTH": "Bearer ***"}
    assert SECRET not in json.dumps(run.to_dict()) + repr(run) + repr(run.captured)
    assert SECRET.encode() not in files_below(bench.folder)


def test_81_a_captured_value_that_a_later_task_declares_secret_is_never_logged(
    bench: Bench,
) -> None:
    run = bench.book(
        bench.task("login", "echo s3ssion-; echo t0ken", capture="SESSION"),
        bench.task("use", 'echo "<$SESSION>"; echo t0ken', deps=("login",), secrets=("SESSION",)),
    ).run()
    assert run["login"].output == "***\n"
    assert run["use"].output == "<***>\n***\n"
    assert run.captured["SESSION"] == "s3ssion-\nt0ken"
    assert run.to_dict()["captured"] == {"SESSION": "***"}
    assert b"t0ken" not in files_below(bench.folder)


def test_81_a_captured_secret_is_made_anew_when_a_run_is_resumed(bench: Bench) -> None:
    book = bench.book(
        bench.task("login", "echo s3ssion", capture="SESSION"),
        bench.task("use", "echo $SESSION", deps=("login",), secrets=("SESSION",)),
    )
    book.run()
    run = book.run(resume=True)
    assert [run[name].outcome for name in ("login", "use")] == [Outcome.SUCCEEDED] * 2


@pytest.mark.parametrize(
    ("value", "why"),
    [("", "the secret TOKEN is empty"), ("abc", "fewer than 4 characters"), (None, "has no value")],
)
def test_81_a_secret_that_cannot_be_hidden_does_not_start_its_task(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, value: str | None, why: str
) -> None:
    monkeypatch.delenv("TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("TOKEN", value)
    run = bench.book(bench.task("a", "true", secrets=("TOKEN",))).run(check=False)
    assert why in str(run["a"].reason)


def test_81_a_reason_not_to_start_shows_no_secret(bench: Bench, token: str) -> None:
    task = bench.task("a", "true", secrets=("TOKEN",), cwd=f"no/{SECRET}")
    run = bench.book(task).run(check=False)
    assert "/no/*** does not exist" in str(run["a"].reason)


def test_81_a_secret_may_come_from_a_dotenv_file(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOKEN", raising=False)
    (bench.folder / ".env").write_text(f"TOKEN={SECRET}\n")
    task = bench.task("a", 'echo "$TOKEN"', secrets=("TOKEN",), dotenv=(".env",))
    assert bench.book(task).run()["a"].output == "***\n"


def test_81_what_the_run_itself_sets_is_the_secret(bench: Bench, token: str) -> None:
    task = bench.task("a", 'echo "$TOKEN"', secrets=("TOKEN",))
    run = bench.book(task).run(env={"TOKEN": "another-value"})
    assert run["a"].output == "***\n"


def test_81_neither_the_terminal_nor_the_record_holds_a_secret(desk: Desk, home: Path) -> None:
    desk.tasks("bash a --secret TOKEN\necho $TOKEN; exit 3")
    done = desk.spry("task", "a", "-v", env={"TOKEN": SECRET, "XDG_STATE_HOME": str(home)})
    assert done.status == 1
    assert "\n***\n" in done.out
    assert SECRET not in done.out + done.err
    assert SECRET.encode() not in files_below(desk.folder)


LOOKS = {
    "log": ["log", "sign-in"],
    "history": ["history", "deploy"],
    "dry run": ["task", "deploy", "--dry-run", "--verbose"],
    "why": ["task", "deploy", "--why"],
    "list": ["ls", "--json"],
    "graph": ["dag", "--format", "json"],
    "check": ["check"],
    **{
        form: ["task", "deploy", "-v", "--report", f"r.{form}"]
        for form in ("json", "xml", "html", "trace.json")
    },
}


def test_81_no_report_and_no_look_at_an_earlier_run_holds_a_secret_in_any_form(
    desk: Desk, home: Path
) -> None:
    desk.tasks(
        "bash sign-in --secret TOKEN --capture AUTH\n"
        'echo "Bearer $TOKEN"; printf %s "x$TOKEN" | base64 >&2; set -x; : "$TOKEN"',
        "bash deploy --dep sign-in --secret TOKEN --env AUTH -I --output out\n"
        'echo "${captured.AUTH}"; echo "<$TOKEN>" >&2; touch out; exit 3',
    )
    env = {"TOKEN": SECRET, "XDG_STATE_HOME": str(home)}
    said = {name: desk.spry(*words, env=env) for name, words in reversed(LOOKS.items())}
    seen = files_below(desk.folder) + repr(said).encode()
    for form in (
        SECRET.encode(),
        b64encode(SECRET.encode())[:-2],
        b64encode(b"x" + SECRET.encode())[2:-2],
    ):
        assert form not in seen
    assert "Bearer ***" in said["log"].out
    for form in ("json", "xml", "html"):
        assert b"<***>" in unescape((desk.folder / f"r.{form}").read_text()).encode(), form


def test_81_a_saved_notebook_holds_no_secret(tmp_path: Path) -> None:
    cells = [
        f"%load_ext spry_jupyter\nTOKEN = {SECRET[::-1]!r}[::-1]",
        '%%spry_task a --secret TOKEN\necho "$TOKEN"; echo "$TOKEN" | base64; exit 3',
        "run = %spry_run a -v",
        "%spry_log a",
        "%spry_ls",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    saved = nbformat.writes(execute(notebook, tmp_path, allow_errors=True))
    assert SECRET not in saved
    assert saved.count("***") >= 4
    assert SECRET.encode() not in files_below(tmp_path)


def digests(folder: Path) -> list[bytes]:
    """The digests in the record of a folder's runs, the latest last."""
    with closing(sqlite3.connect(folder / ".spry/record.db")) as db:
        return [row[0] for row in db.execute("select digest from task order by run")]


def test_82_a_secret_that_changed_is_a_change_of_its_task(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = bench.book(bench.task("a", "true", secrets=("TOKEN",)))
    outcomes = []
    for value in ("first-value", "first-value", "second-value"):
        monkeypatch.setenv("TOKEN", value)
        outcomes.append(book.run(resume=True)["a"].outcome)
    assert outcomes == [Outcome.SUCCEEDED, Outcome.UP_TO_DATE, Outcome.SUCCEEDED]


def test_82_the_digest_of_a_secret_is_worth_nothing_without_the_users_key(
    bench: Bench, token: str, home: Path
) -> None:
    book = bench.book(bench.task("a", "true", secrets=("TOKEN",)))
    book.run()
    key = home / "spry_jupyter/key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_bytes() not in files_below(bench.folder)
    key.unlink()
    book.run()
    first, second = digests(bench.folder)
    assert first != second


def test_82_a_variable_that_holds_the_secret_of_another_task_is_in_no_plain_digest(
    bench: Bench, token: str, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("ADDRESS", f"https://me:{SECRET}@example.org")
    book = bench.book(
        bench.task("a", "true", secrets=("TOKEN",)), bench.task("b", "true", forward=("ADDRESS",))
    )
    book.run("b")
    plain = digests(bench.folder)
    book.run()
    assert not set(digests(bench.folder)[1:]) & set(plain)


@pytest.mark.parametrize("fault", ["a link", "readable by others", "too short", "a folder"])
def test_82_a_key_that_others_may_know_is_not_used(home: Path, fault: str) -> None:
    assert len(user_key()) == 32
    path = home / "spry_jupyter/key"
    match fault:
        case "a link":
            path.rename(path.with_name("other"))
            path.symlink_to("other")
        case "readable by others":
            path.chmod(0o644)
        case "too short":
            path.write_bytes(b"x")
        case "a folder":
            path.unlink()
            path.mkdir()
    assert user_key() == b""


@pytest.mark.parametrize(
    "body",
    ["echo $0 > ready; read < go", "echo $0 > ready; read < go; : ${env.TOKEN}${captured.AUTH}"],
)
def test_82_no_process_but_the_task_is_given_a_secret_and_no_argument_or_script_holds_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    client()  # it has the environment of its start
    secret = os.urandom(16).hex().encode()  # no other process of this machine has it
    monkeypatch.setenv("TOKEN", secret.decode())
    ready, go = bench.fifo("ready"), bench.fifo("go")
    sign_in = bench.task("sign-in", "echo $TOKEN", secrets=("TOKEN",), capture="AUTH")
    task = bench.task(
        "a",
        body,
        secrets=("TOKEN",),
        deps=("sign-in",),
        forward=("AUTH",),
        interpolate="env" in body,
    )
    run = bench.book(sign_in, task).run(background=True)
    script = Path(bench.hear(ready).strip())
    held = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it is gone
            held[int(process.name)] = (process / "environ").read_bytes()
            assert secret not in (process / "cmdline").read_bytes()
    assert secret not in script.read_bytes()
    assert script.stat().st_mode & 0o777 == 0o600
    assert script.parent.stat().st_mode & 0o777 == 0o700
    having = {pid for pid, environ in held.items() if secret in environ}
    shell = {pid for pid in having if b"SPRY_TASK=a\0" in held[pid]}
    assert (len(shell), having) == (1, shell)
    go.write_text("\n")
    run.wait()


def test_81_what_a_traceback_shows_of_a_request_holds_no_variables(
    bench: Bench, token: str
) -> None:
    task = bench.task("a", "true", secrets=("TOKEN",))
    graph = bench.book(task).graph
    closure, folder = resolve(graph, ["a"]), open_folder(bench.folder)
    asked = request(closure, RunOptions(), folder, graph=graph, cwd=bench.folder)
    assert SECRET.encode() in asked.environment.values()
    assert SECRET not in repr(asked)


def test_82_what_is_up_to_date_keeps_no_value_that_holds_a_secret_and_no_plain_digest_of_it(
    bench: Bench, token: str
) -> None:
    book = bench.book(
        bench.task("a", "echo $TOKEN$TOKEN", secrets=("TOKEN",), capture="AUTH"),
        bench.task("b", "touch out", deps=("a",), forward=("AUTH",), outputs=("out",)),
        bench.task("c", "touch o2; echo x$TOKEN", secrets=("TOKEN",), outputs=("o2",), capture="C"),
    )
    book.run()
    kept = files_below(bench.folder)
    assert SECRET.encode() not in kept
    for value in (SECRET, SECRET * 2, f"x{SECRET}"):
        digest = blake2b(value.encode(), digest_size=8)
        assert digest.hexdigest().encode() not in kept
        assert digest.digest() not in kept
    again = book.run()
    assert again["c"].outcome is Outcome.SUCCEEDED  # what it captured is not kept, so it runs
    assert again.captured["C"] == f"x{SECRET}"
