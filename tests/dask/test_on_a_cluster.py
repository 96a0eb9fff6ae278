"""The same tasks on a cluster: what stays the same, and what is another machine's."""

from __future__ import annotations

import json
import socket
import sys
from typing import TYPE_CHECKING

import pytest
from command_line import MODULE
from namespaces import MOUNTS, needs_mounts

from spry_jupyter import Runbook
from spry_jupyter.errors import RequestError
from spry_jupyter.model import Task
from spry_jupyter.run.dask import host

if TYPE_CHECKING:
    from command_line import Desk, Said
    from dask_cluster import Cluster


def on(cluster: Cluster) -> str:
    return f"--executor=dask={cluster.address}"


def lines(said: Said) -> list[str]:
    return sorted(said.lines)


def test_a_cluster_of_our_own_gives_the_lines_that_this_machine_gives(desk: Desk) -> None:
    desk.tasks(
        "bash a --capture V\necho 1",
        "bash b --dep a --env V --env FRONT\n[ $V$FRONT = 1x ]",
        "bash c\nexit 3",
        "bash d --dep c\ntrue",
        "python e\nimport os; print(os.environ['FRONT'])",
    )
    env = {"FRONT": "x"}
    here = desk.spry("runbook", env=env)
    there = desk.spry("runbook", "--executor", "dask", env=env)
    assert lines(there) == lines(here)
    assert (there.status, there.err) == (here.status, here.err)
    past = json.loads(desk.spry("history", "--json").out)["tasks"]
    assert {run["where"] for task in past for run in task["runs"]} <= {"", "worker-0", "worker-1"}
    assert desk.spry("log", "e").out == "x\n"


@needs_mounts
def test_a_cluster_of_our_own_leaves_nothing_in_memory(desk: Desk) -> None:
    desk.tasks("bash a\ntrue")
    script = 'mount -t tmpfs none /dev/shm; "$@"; find /dev/shm -name "sem*" -o -name "cluster"'
    words = ("task", "a", "--executor", "dask")
    said = desk.end(desk.start(*words, program=(*MOUNTS, script, "sh", *MODULE)))
    assert (said.out, said.err) == ("✓ a completed\n", "")


def test_a_scheduler_elsewhere_gives_the_same_lines_and_logs(desk: Desk, shared: Cluster) -> None:
    desk.tasks(
        "bash a --capture V\necho value",
        "bash b --dep a --env V\necho got $V; exit 3",
        "bash c --dep b\ntrue",
        "bash d --retry 1 --retry-delay 10ms\n[ -e again ] || { touch again; exit 1; }",
        "bash e --if false\ntrue",
    )
    said = desk.spry("runbook", on(shared))
    assert said.status == 1
    assert said.out.count("✓ d completed") == 1
    expected = [
        "✓ a completed",
        "✗ b failed with exit code 3",
        "got value",
        "⊘ c skipped (dependency failed)",
        "↻ d failed with exit code 1, retry 1 of 1 in 10ms",
        "✓ d completed",
        "⊘ e skipped (condition not met)",
    ]
    assert lines(said) == sorted(expected)


def test_only_what_a_task_declares_travels_to_a_scheduler_elsewhere(
    desk: Desk, shared: Cluster
) -> None:
    desk.tasks(
        "bash a --env SENT --env KEY=set --secret TOKEN\n"
        "echo ${ONLY_THERE-no} ${ONLY_HERE-no} $SENT $KEY $SPRY_TASK $TOKEN"
    )
    env = {"ONLY_HERE": "no secret", "SENT": "sent", "TOKEN": "hush-hush"}
    said = desk.spry("task", "a", "--show=all", on(shared), env=env)
    assert said.lines == ["✓ a completed", "yes no sent set a ***"]


def test_python_is_that_of_the_worker_and_imports_from_the_working_directory(
    desk: Desk, shared: Cluster
) -> None:
    desk.write("beside.py", "word = 'beside'\n")
    desk.tasks("python a\nimport sys, beside\nprint(sys.executable, beside.word)")
    said = desk.spry("task", "a", "--show=all", on(shared))
    assert said.lines == ["✓ a completed", f"{sys.executable} beside"]


def test_where_a_task_ran_is_in_reports_and_history(desk: Desk, shared: Cluster) -> None:
    desk.tasks("bash a --resource gpu\ntrue", "bash b --resource slot\nfalse")
    said = desk.spry("runbook", on(shared), "--report=r.json", "--report=r.html")
    assert said.status == 1
    report = json.loads((desk.folder / "r.json").read_text())
    assert [task["where"] for task in report["tasks"]] == ["w1", "w2"]
    page = (desk.folder / "r.html").read_text()
    assert "on w1<" in page
    assert "on w2<" in page
    past = json.loads(desk.spry("history", "--json").out)["tasks"]
    assert [run["where"] for task in past for run in task["runs"]] == ["w1", "w2"]
    assert desk.spry("history", "a").lines[1].endswith("w1")


@pytest.mark.parametrize("word", ["gpu=2", "tpu", "gpu --resource slot"])
def test_a_resource_that_no_worker_has_is_no_reason_to_wait_for_ever(
    desk: Desk, shared: Cluster, word: str
) -> None:
    desk.tasks(f"bash a --resource {word}\ntrue")
    said = desk.spry("task", "a", on(shared))
    assert said.status == 1
    assert said.out.startswith("✗ a could not start: no worker of the cluster has ")
    assert "(there is gpu=1, slot=1)" in said.out


def test_the_time_in_the_queue_is_not_the_task_s(desk: Desk, shared: Cluster) -> None:
    """Only one of these can run at once; both together take longer than the time of one."""
    body = "--resource slot --timeout 3s\nsleep 1.8"
    desk.tasks(f"bash a {body}", f"bash b {body}")
    said = desk.spry("runbook", on(shared), "--report=r.json")
    assert said.status == 0, said.out
    report = json.loads((desk.folder / "r.json").read_text())
    assert max(task["duration"] for task in report["tasks"]) < 1.8 * 2


def test_a_timeout_ends_what_runs_on_a_worker(desk: Desk, shared: Cluster) -> None:
    desk.tasks("bash a --timeout 300ms\nsleep NAP & sleep NAP")
    said = desk.spry("task", "a", on(shared))
    assert said.lines == ["✗ a timed out after 300ms"]
    assert desk.naps() == []


def test_what_a_task_leaves_in_the_background_is_ended_with_the_run(
    desk: Desk, shared: Cluster
) -> None:
    desk.tasks("bash a\nsetsid sleep NAP &", "bash b --dep a\npgrep -f NAP >/dev/null")
    said = desk.spry("task", "b", "--jobs=1", on(shared))
    assert said.status == 0
    assert '"a" left 1 process running; it was ended with the run' in said.err
    assert desk.naps() == []


def test_a_folder_that_is_not_there_is_named_with_the_worker(desk: Desk, shared: Cluster) -> None:
    desk.tasks("bash a --cwd /not/there --resource gpu\ntrue")
    said = desk.spry("task", "a", on(shared))
    assert said.out == (
        "✗ a could not start: the working directory /not/there does not exist on w1: it has to be "
        "in a folder that is shared with it, or --cwd one that is there\n"
    )


@needs_mounts
def test_a_folder_that_only_looks_shared_is_an_error_for_files(
    desk: Desk, fragile: Cluster
) -> None:
    """The worker has a folder of that name, but it is another one."""
    script = f'mount -t tmpfs none "{desk.folder}"; exec "$@"'
    folder = str(fragile.folder.parent.parent)
    fragile.add("far", wrap=(*MOUNTS, script, "sh"), local_directory=folder, resources={"far": 1})
    desk.write("in", "x")
    desk.tasks(
        "bash a --input in --output out --resource far\ncp in out",
        "bash b --resource far\nls",
    )
    said = desk.spry("task", "a", on(fragile))
    assert said.out == (
        f"✗ a could not start: far does not see the files in {desk.folder}: --input and --output "
        "need a folder that is shared with it\n"
    )
    assert desk.spry("task", "b", "--show=all", on(fragile)).lines == ["✓ b completed"]


def test_outputs_are_up_to_date_where_the_folder_is_shared(desk: Desk, shared: Cluster) -> None:
    desk.write("in", "x")
    desk.tasks("bash a --input in --output out\ncp in out")
    assert desk.spry("task", "a", on(shared)).lines == ["✓ a completed"]
    assert desk.spry("task", "a", on(shared)).lines == ["● a up to date"]


LARGE = 17_000_000  # bytes; more than travel as they come


def test_a_large_log_is_whole_when_somebody_asks_for_it(desk: Desk, fragile: Cluster) -> None:
    desk.tasks(f"bash a\n{{ seq 9999999 || true; }} | head -c {LARGE}\necho end")
    assert desk.spry("task", "a", on(fragile)).lines == ["✓ a completed"]
    (log,) = (desk.folder / ".spry").rglob("a.log")
    assert log.with_name("a.log.rest").exists()
    whole = "".join(f"{n}\n" for n in range(1, 2_500_000))[:LARGE] + "end\n"
    assert desk.spry("log", "a").out == whole
    assert not log.with_name("a.log.rest").exists()


def test_of_a_large_log_whose_worker_is_gone_the_beginning_and_the_end_are_left(
    desk: Desk, fragile: Cluster
) -> None:
    desk.tasks(f"bash a\n{{ seq 9999999 || true; }} | head -c {LARGE}\necho end")
    desk.spry("task", "a", on(fragile))
    for worker in fragile.workers.values():
        worker.kill()
        worker.wait()
    said = desk.spry("log", "a")
    assert said.out.startswith("1\n2\n3\n")
    assert said.out.endswith("end\n")
    assert len(said.out) == LARGE + len("end\n")
    assert "bytes of this log are on tcp://" in said.out
    assert said.err.startswith("Warning: The log is not whole: ")


@pytest.mark.parametrize(
    ("executor", "sentence"),
    [
        ("spark", "is no executor: there are local, dask and dask=ADDRESS"),
        ("dask=", "is no executor: there are local, dask and dask=ADDRESS"),
        ("dask=tcp://10.0.0.1:8786", "10.0.0.1:8786 is not encrypted: whoever reaches it can"),
        ("dask=scheduler:8786", "scheduler:8786 is not encrypted"),
        ("dask=tcp://127.0.0.1:1", "the scheduler tcp://127.0.0.1:1 cannot be reached: "),
        ("dask=tls://127.0.0.1:1", "the scheduler tls://127.0.0.1:1 cannot be reached: "),
    ],
)
def test_what_cannot_be_reached_is_an_error_before_anything_runs(
    desk: Desk, executor: str, sentence: str
) -> None:
    desk.tasks("bash a\ntouch ran")
    said = desk.spry("task", "a", "--executor", executor)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("Error: ")
    assert sentence in said.err
    assert not (desk.folder / "ran").exists()
    assert not list((desk.folder / ".spry").rglob("*.log"))


def test_a_scheduler_that_takes_a_connection_and_says_nothing_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        host,
        "CODE",
        "import os, sys; sys.path[:] = sys.argv[5].split(os.pathsep); "
        "from spry_jupyter.run.dask import host; host._PATIENCE = 3.0; "
        "host.main(int(sys.argv[2]), sys.argv[3], sys.argv[4])",
    )
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"tcp://127.0.0.1:{mute.getsockname()[1]}"
        book = Runbook([Task(name="a", body="true")], folder=desk.folder)
        with pytest.raises(RequestError, match="cannot be reached: it does not answer"):
            book.run(executor=f"dask={address}")


def test_without_dask_the_error_says_what_to_install(desk: Desk) -> None:
    desk.tasks("bash a\ntrue")
    code = (
        "import sys, importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'distributed' else find(name, *more)\n"
        "from spry_jupyter.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    words = ("task", "a", "--executor", "dask")
    said = desk.end(desk.start(*words, program=(sys.executable, "-c", code)))
    assert said.status == 2
    assert said.err == (
        "Error: Running on Dask needs what is not installed here: pip install spry-jupyter[dask]\n"
    )


def test_this_machine_s_runs_import_nothing_of_dask(desk: Desk) -> None:
    desk.tasks("bash a\ntrue")
    code = (
        "import sys\nfrom spry_jupyter.cli import main\nmain(sys.argv[1:])\n"
        "print(sorted(name for name in sys.modules if 'dask' in name or 'distributed' in name))"
    )
    said = desk.end(desk.start("task", "a", program=(sys.executable, "-c", code)))
    assert said.lines == ["✓ a completed", "[]"]
