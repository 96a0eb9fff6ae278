"""Killing what a run on a cluster stands on: nothing is left, and every task is accounted for once."""

from __future__ import annotations

import select
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import psutil
import pytest
from command_line import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from command_line import Desk
    from dask_cluster import Cluster


def on(address: str) -> str:
    return f"--executor=dask={address}"


def begin(desk: Desk, count: int, flags: str = "") -> None:
    """Write tasks that leave a trace, tell that they run, and sleep in two processes."""
    body = "echo $SPRY_TASK >> trace; setsid sleep NAP & echo > ready; sleep NAP"
    desk.tasks(*[f"bash t{n} {flags}\n{body}" for n in range(count)])


def ran(desk: Desk) -> list[str]:
    return sorted((desk.folder / "trace").read_text().split())


def supervisors(cluster: Cluster) -> list[psutil.Process]:
    """Return the processes that run attempts for the workers of a cluster."""
    found = []
    for worker in cluster.workers.values():
        for process in psutil.Process(worker.pid).children():
            with suppress(psutil.Error):  # it has just ended
                if "supervisor" in " ".join(process.cmdline()):
                    found.append(process)
    return found


def gather(desk: Desk, count: int) -> None:
    """Wait until so many tasks have told that they run."""
    until(lambda: (desk.folder / "trace").exists() and len(ran(desk)) == count)
    until(lambda: len(desk.naps()) == 2 * count)


def test_a_worker_that_is_killed_loses_what_it_ran_and_that_runs_no_second_time(
    desk: Desk, fragile: Cluster
) -> None:
    begin(desk, 4)
    front = desk.start("runbook", on(fragile.address))
    gather(desk, 4)
    for worker in fragile.workers.values():
        worker.kill()
    fragile.add("w3")  # where Dask itself would run them again
    said = desk.end(front)
    lost = [line for line in said.lines if " lost with the worker w" in line]
    assert sorted(line.split()[1] for line in lost) == ["t0", "t1", "t2", "t3"]
    assert said.status == 1
    assert ran(desk) == ["t0", "t1", "t2", "t3"]
    until(lambda: not desk.naps())


def test_a_lost_attempt_is_repeated_on_another_worker_only_if_its_task_says_so(
    desk: Desk, fragile: Cluster
) -> None:
    desk.tasks(
        "bash a --retry 1 --retry-delay 10ms\n"
        "echo a >> trace; [ $(wc -l < trace) = 2 ] && exit 0; sleep NAP",
    )
    front = desk.start("task", "a", on(fragile.address))
    until(desk.naps)
    worker = next(
        worker
        for worker in fragile.workers.values()
        if desk.naps()[0] in psutil.Process(worker.pid).children(recursive=True)
    )
    worker.kill()
    said = desk.end(front)
    assert said.status == 0
    assert said.lines[0].startswith("↻ a lost with the worker w")
    assert said.lines[1:] == ["✓ a completed"]
    assert ran(desk) == ["a", "a"]
    until(lambda: not desk.naps())


def test_the_rest_of_a_supervisor_that_is_killed_is_ended_by_its_worker(
    desk: Desk, fragile: Cluster
) -> None:
    begin(desk, 1)
    front = desk.start("runbook", on(fragile.address))
    gather(desk, 1)
    (guardian,) = supervisors(fragile)
    family = [guardian, *guardian.children()[:1]]
    for process in family:
        process.suspend()
    for process in family:
        process.kill()
    said = desk.end(front)
    assert said.status == 1
    assert "✗ t0 lost with the supervisor on w" in said.out
    assert ran(desk) == ["t0"]
    until(lambda: not desk.naps())


def test_a_scheduler_that_is_killed_ends_the_run_and_all_its_processes(
    desk: Desk, fragile: Cluster
) -> None:
    begin(desk, 3)
    desk.tasks(
        *[f"bash t{n}\necho $SPRY_TASK >> trace; setsid sleep NAP & sleep NAP" for n in range(3)],
        "bash after --dep t0\ntrue",
    )
    front = desk.start("runbook", on(fragile.address))
    gather(desk, 3)
    fragile.scheduler.kill()
    said = desk.end(front)
    assert said.status == 1
    assert [line.split()[1] for line in said.lines if "lost with the scheduler" in line] != []
    assert sorted(line.split()[1] for line in said.lines) == ["after", "t0", "t1", "t2"]
    until(lambda: not desk.naps())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_tasks_end_with_the_command_line(
    desk: Desk, fragile: Cluster, number: signal.Signals
) -> None:
    begin(desk, 2)
    front = desk.start("runbook", on(fragile.address))
    gather(desk, 2)
    front.send_signal(number)
    said = desk.end(front)
    if number != signal.SIGKILL:
        assert said.status == 128 + number
        assert sorted(said.lines) == ["⊘ t0 cancelled", "⊘ t1 cancelled"]
        assert desk.naps() == []
    until(lambda: not desk.naps())
    until(lambda: not supervisors(fragile))


FRONT = """
import sys
from pathlib import Path
from spry_jupyter import Runbook
from spry_jupyter.model import Task
book = Runbook([Task(name="a", body="true")], folder=Path.cwd())
print(book.run(executor=sys.argv[1]).ok, flush=True)
sys.stdin.readline()
for _ in range(2):
    try:
        book.run(executor=sys.argv[1])
    except Exception as error:
        print(error, flush=True)
"""


def test_a_scheduler_that_is_gone_between_two_runs_is_an_error_and_no_noise(
    desk: Desk, fragile: Cluster
) -> None:
    words = (sys.executable, "-c", FRONT, f"dask={fragile.address}")
    front = desk.start(program=words, stdin=subprocess.PIPE)
    assert front.stdout is not None
    assert front.stdin is not None
    assert front.stdout.readline() == "True\n"
    fragile.scheduler.kill()
    fragile.scheduler.wait()
    front.stdin.write("on\n")
    front.stdin.flush()
    said = desk.end(front)
    first, second = said.lines  # the first may come before anybody has noticed
    assert "the scheduler tcp://" in first
    assert second.startswith(f"Error: the scheduler {fragile.address} cannot be reached: ")
    assert said.err == ""


def test_what_waits_for_a_worker_ends_once_when_the_run_is_stopped(
    desk: Desk, shared: Cluster
) -> None:
    begin(desk, 5, "--resource slot")  # of which there is one
    front = desk.start("runbook", on(shared.address))
    gather(desk, 1)
    front.send_signal(signal.SIGINT)
    said = desk.end(front)
    assert said.status == 130
    assert sorted(said.lines) == [f"⊘ t{n} cancelled" for n in range(5)]
    assert len(ran(desk)) == 1
    assert desk.naps() == []
    desk.tasks("bash next --resource slot\ntrue")  # its place is free again
    assert desk.spry("task", "next", on(shared.address)).lines == ["✓ next completed"]


def test_the_next_run_after_a_lost_one_runs(desk: Desk, fragile: Cluster) -> None:
    begin(desk, 1)
    front = desk.start("runbook", on(fragile.address))
    gather(desk, 1)
    front.kill()
    front.communicate()
    desk.tasks("bash a\ntrue")
    assert desk.spry("task", "a", on(fragile.address)).lines == ["✓ a completed"]


@contextmanager
def wire(address: str) -> Iterator[tuple[str, threading.Event]]:
    """Have a way to a server that can be cut: an address, and what cuts it."""
    host, _, port = address.partition("://")[2].rpartition(":")
    listening = socket.create_server(("127.0.0.1", 0))
    cut = threading.Event()
    pairs: list[tuple[socket.socket, socket.socket]] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.create_connection((host, int(port)))
                pairs.append((near, far))
                threading.Thread(target=carry, args=(near, far), daemon=True).start()

    def carry(near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        with near, far, suppress(OSError):
            while not cut.is_set():
                for end in select.select([near, far], [], [], 0.05)[0]:
                    data = end.recv(1 << 16)
                    if not data:
                        return
                    other[end].sendall(data)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}", cut
    finally:
        cut.set()
        listening.close()


def test_a_front_that_is_cut_off_loses_its_tasks_and_they_end(desk: Desk, fragile: Cluster) -> None:
    begin(desk, 2)
    with wire(fragile.address) as (address, cut):
        front = desk.start("runbook", on(address))
        gather(desk, 2)
        cut.set()
        said = desk.end(front)
    assert said.status == 1
    assert [line.split()[1] for line in said.lines if "lost with the scheduler" in line] == [
        "t0",
        "t1",
    ]
    until(lambda: not desk.naps())
    assert ran(desk) == ["t0", "t1"]


def test_a_worker_that_is_cut_off_loses_its_tasks_and_they_end(
    desk: Desk, fragile: Cluster
) -> None:
    with wire(fragile.address) as (address, cut):
        fragile.add("far", scheduler_ip=address, resources={"far": 1})
        begin(desk, 1, "--resource far")
        front = desk.start("runbook", on(fragile.address))
        gather(desk, 1)
        cut.set()
        said = desk.end(front)
    assert said.lines == ["✗ t0 lost with the worker far"]
    until(lambda: not desk.naps())
    assert ran(desk) == ["t0"]
