"""Runners that are killed with all that would see to their tasks, and what comes after them."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from command_line import until
from headless import LiveKernel
from hosted_executor import hosted
from jupyter_client.blocking.client import BlockingKernelClient
from namespaces import MOUNTS, PIDS, needs_chosen_pids, needs_mounts, needs_pids
from sleepers import own_nap, until_dead
from trial import Trial

from spry_jupyter import private
from spry_jupyter.model import Exited, Lost, Outcome, Signalled
from spry_jupyter.run import cgroup, forsaken
from spry_jupyter.run.client import client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench import Bench
    from command_line import Desk
    from watch import Watch

ESCAPES = {
    "plain": "sleep NAP & echo > ready; wait",
    "setsid": "setsid sleep NAP & echo > ready; wait",
    "daemon": "setsid bash -c 'setsid nohup sleep NAP & exit' & wait; echo > ready; sleep NAP",
    "deaf": "trap '' TERM INT HUP; (sleep NAP; sleep NAP) & echo > ready; wait",
    "no environment in its session": "env -i sleep NAP & echo > ready; wait",
}


def kill_at_once(processes: Sequence[psutil.Process]) -> None:
    """Kill processes none of which can do anything about the death of another."""
    for process in processes:
        process.suspend()
    for process in processes:
        process.kill()


def the_runner(front: int) -> list[psutil.Process]:
    """Return the two processes of a front's runner, the guardian first."""
    found = []
    for child in psutil.Process(front).children():
        if "spry_jupyter.run.runner" in " ".join(child.cmdline()):
            found += [child, *child.children()[:1]]
    return found


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES.keys())
def test_case_10_a_front_whose_whole_runner_is_killed_ends_every_task_itself(
    bench: Bench, escape: str
) -> None:
    ready = bench.fifo("ready")
    book = bench.book(bench.task("done", "true"), bench.task("a", escape, deps=("done",)))
    run = book.run(background=True, check=False)
    bench.hear(ready)
    while run["done"].outcome is None:
        run._take(1.0)
    guardian = psutil.Process(client().pid)
    kill_at_once([guardian, *guardian.children()])
    run.wait(check=False)
    assert bench.naps() == []
    assert run["a"].reason == Lost("the runner process")
    assert run["done"].outcome is Outcome.SUCCEEDED
    assert bench.book(bench.task("next", "true")).run().ok


FRONT = """
import sys
from pathlib import Path
from spry_jupyter.model import Task
from spry_jupyter.runbook import Runbook
Runbook([Task(name="a", body=sys.argv[1])], folder=Path.cwd()).run("a")
"""


def front_with(desk: Desk, body: str) -> subprocess.Popen[str]:
    """Start a front of its own that runs a task, and wait for that to be ready."""
    ready = desk.fifo("ready")
    program = (sys.executable, "-c", FRONT, body.replace("NAP", desk.nap))
    front = desk.start(program=program)
    desk.hear(ready)
    return front


def lose(front: subprocess.Popen[str]) -> None:
    """Kill a front and its whole runner at the same moment."""
    kill_at_once([psutil.Process(front.pid), *the_runner(front.pid)])
    front.communicate()


@pytest.mark.parametrize(
    "escape",
    [ESCAPES["daemon"], ESCAPES["deaf"], "(env -i setsid sleep NAP &); echo > ready; sleep NAP"],
    ids=["daemon", "deaf", "no mark"],
)
def test_case_10_when_front_and_loop_are_killed_the_guardian_ends_every_task(
    desk: Desk, escape: str
) -> None:
    front = front_with(desk, escape)
    guardian, loop = the_runner(front.pid)
    kill_at_once([psutil.Process(front.pid), loop])
    front.communicate()
    until_dead([guardian])
    assert desk.naps() == []


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES.keys())
def test_case_11_what_nobody_was_left_to_end_is_ended_at_the_next_start(
    desk: Desk, escape: str
) -> None:
    front = front_with(desk, escape)
    until(desk.naps)
    lose(front)  # and there is nobody any more who could end them
    desk.tasks("bash b\ntrue")
    assert desk.spry("task", "b").status == 0
    assert desk.naps() == []


REUSED = """
import os, subprocess, sys, time
from pathlib import Path
FRONT, BODY = sys.argv[1:3]
front = subprocess.Popen([sys.executable, "-c", FRONT, BODY])
Path("ready").read_text()
runner = [front.pid]
for pid in (front.pid, None):
    children = Path(f"/proc/{pid or runner[-1]}/task/{pid or runner[-1]}/children").read_text().split()
    runner.append(int(children[0]))
for number in (19, 9):
    for pid in runner:
        os.kill(pid, number)
front.wait()
Path("/proc/sys/kernel/ns_last_pid").write_text(str(front.pid - 1))
another = subprocess.Popen(["sleep", "3600"])
assert another.pid == front.pid
subprocess.run([sys.executable, "-m", "spry_jupyter", "task", "b"], check=True)
print(another.poll(), flush=True)
"""


@needs_chosen_pids
def test_case_11_24_a_front_whose_number_another_process_has_is_known_to_be_gone(
    desk: Desk,
) -> None:
    desk.fifo("ready")
    desk.tasks(f'bash b\npgrep -fx "sleep {desk.nap}" || echo alone')
    body = f"setsid sleep {desk.nap} & echo > ready; wait"
    script = 'mount -t tmpfs none /dev/shm; exec "$@"'
    program = (*PIDS, script, "sh", sys.executable, "-c", REUSED, FRONT, body)
    said = desk.spry(program=program)
    assert said.lines == ["✓ b completed", "None"], said.err
    assert desk.spry("log", "b").out == "alone\n"


@needs_mounts
def test_case_11_a_runner_of_where_pids_count_otherwise_is_let_alone(desk: Desk) -> None:
    """As that of a container which shares its memory for files."""
    script = """
        mount -t tmpfs none /dev/shm
        mkdir -m 700 /dev/shm/spry-runners-0 && cd /dev/shm/spry-runners-0
        mkdir -m 700 99999999-elsewhere 99999999-here
        echo -n "1 pid:[1]" > 99999999-elsewhere/front
        echo -n "1 $(readlink /proc/self/ns/pid)" > 99999999-here/front
        (cd "$OLDPWD"; "$@"); ls
    """
    desk.tasks("bash b\ntrue")
    said = desk.spry(program=(*MOUNTS, script, "sh", *desk.module, "task", "b"))
    assert said.lines == ["✓ b completed", "99999999-elsewhere"]


GROUPED = "until grep -q /spry- /proc/self/cgroup; do sleep 0.05; done"


@pytest.fixture
def groups() -> None:
    """Need control groups."""
    group = cgroup.make(cgroup.place(f"test-{os.getpid()}"))
    if not group:
        pytest.skip("no control group may be made here")
    cgroup.end(group)


@pytest.mark.usefixtures("groups")
def test_case_11_18_who_has_lost_every_mark_is_ended_at_the_next_start_by_its_group(
    desk: Desk,
) -> None:
    body = "env -i setsid bash -c 'setsid sleep NAP & exit' & wait; echo > ready; sleep NAP"
    lose(front_with(desk, f"{GROUPED}; {body}"))
    desk.tasks("bash b\ntrue")
    assert desk.spry("task", "b").status == 0
    assert desk.naps() == []


@pytest.mark.usefixtures("groups")
def test_case_19_a_group_is_gone_with_its_runner(desk: Desk) -> None:
    desk.tasks(f"bash a\n{GROUPED}; cat /proc/self/cgroup; sleep NAP &")
    said = desk.spry("task", "a", "--show", "all")
    (name,) = {line.rpartition("/")[2] for line in said.out.splitlines() if "/spry-" in line}
    assert not [mount for mount in cgroup._MOUNTS if Path(mount, name).exists()]
    assert desk.naps() == []


def left_groups(pid: int) -> set[str]:
    """Return the names of the control groups of a front's runner."""
    return {found.name for mount in cgroup._MOUNTS for found in Path(mount).rglob(f"spry-{pid}-*")}


@pytest.mark.usefixtures("groups")
def test_case_11_an_empty_group_that_nobody_knows_of_is_swept_at_the_next_start(desk: Desk) -> None:
    forgotten, known = [cgroup.place(f"{os.getpid()}-{name}") for name in ("abc", "def")]
    folder = Path(forsaken.folder(f"{os.getpid()}-def."))
    folder.mkdir(parents=True, mode=0o700)
    for group in (forgotten, known):
        assert cgroup.make(group)
    try:
        desk.tasks("bash b\ntrue")
        assert desk.spry("task", "b").status == 0
        assert not Path(forgotten).exists()
        assert Path(known).exists()  # its runner may be about to use it
    finally:
        cgroup.end(known)
        folder.rmdir()


@pytest.mark.usefixtures("groups")
def test_case_10_19_a_task_that_ran_tasks_of_its_own_leaves_no_group_when_its_runner_is_killed(
    desk: Desk,
) -> None:
    (desk.folder / "inner").mkdir()
    (desk.folder / "inner/Spryfile.md").write_text(
        f"```bash b\nuntil grep -q '/spry-.*/spry-' /proc/self/cgroup; do sleep 0.05; done\n"
        f"echo > ../ready; sleep {desk.nap}\n```\n"
    )
    inner = f"{GROUPED}; cd inner; {sys.executable} -m spry_jupyter task b"
    front = front_with(desk, inner)
    assert len(left_groups(front.pid)) == 1
    the_runner(front.pid)[1].kill()  # nobody is there to end the inner run before its group is
    front.communicate()
    assert left_groups(front.pid) == set()
    assert desk.naps() == []


def test_case_6_the_next_run_begins_when_the_tasks_of_a_dead_kernel_are_gone(desk: Desk) -> None:
    """The old runner gives them a moment of grace; they must not be beside the new ones."""
    front = front_with(desk, ESCAPES["deaf"])
    old = the_runner(front.pid)
    for process in old:
        process.suspend()  # as if it took its time
    try:
        front.kill()
        front.wait()
        desk.tasks('bash b\npgrep -fx "sleep NAP" || echo alone')
        new = desk.start("task", "b", "--show", "all")
        until(lambda: the_runner(new.pid))
        begun = time.monotonic()
        until(lambda: len(the_runner(new.pid)) > 1 or time.monotonic() - begun > 0.5)
    finally:
        for process in old:
            process.resume()
    assert desk.end(new).lines == ["✓ b completed", "alone"]


SERVER = """
import sys
from jupyter_client.manager import KernelManager
manager = KernelManager(kernel_name="python3")
manager.start_kernel(cwd=sys.argv[1])
print(manager.connection_file, flush=True)
sys.stdin.read()
"""


def answers(channel: BlockingKernelClient) -> bool:
    """Whether a kernel is ready, which without its manager is told by its heart."""
    try:
        channel.wait_for_ready(timeout=60)
    except RuntimeError:  # one beat came late, on a busy machine
        return False
    return True


def test_case_9_a_server_that_is_killed_leaves_no_process_of_its_kernel(watch: Watch) -> None:
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SERVER, str(watch.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    channel = BlockingKernelClient(connection_file=server.stdout.readline().strip())
    channel.load_connection_file()
    channel.start_channels()
    try:
        until(lambda: answers(channel))
        kernel = LiveKernel(None, channel)  # type: ignore[arg-type]
        kernel.run("%load_ext spry_jupyter")
        kernel.run(watch.cell("a", "setsid sleep NAP & sleep NAP & echo > READY; wait"))
        kernel.start("%spry_run a")
        watch.hear()
        family = psutil.Process(server.pid).children(recursive=True)
        server.kill()
        until_dead(family)
        assert watch.naps() == []
    finally:
        channel.stop_channels()
        server.kill()
        server.communicate()


def test_case_30_a_run_goes_on_when_its_front_end_is_gone(kernel: LiveKernel, watch: Watch) -> None:
    os.mkfifo(watch.folder / "go")
    kernel.run(watch.cell("a", "echo > READY; read -r _ < go; echo later"))
    kernel.start("%spry_run a")
    watch.hear()
    kernel.client.stop_channels()
    (watch.folder / "go").write_text("go\n")
    another = kernel.manager.client()
    another.start_channels()
    try:
        another.wait_for_ready(timeout=60)
        assert LiveKernel(kernel.manager, another).run("%spry_log a").text == "later"
    finally:
        another.stop_channels()


@needs_pids
def test_case_24_numbers_of_processes_that_are_used_again_confuse_nobody(tmp_path: Path) -> None:
    """With so few numbers each leader soon has that of one whose background still lives."""
    script = 'echo 320 > /proc/sys/kernel/pid_max; exec "$@"'
    with hosted(wrap=(*PIDS, script, "sh")) as executor:
        trial = Trial(executor, tmp_path, nap=own_nap(), left=lambda: 0)
        servers = [trial.start("setsid sleep NAP & exit 3") for _ in range(4)]
        for server in servers:
            assert trial.ended(server).reason == Exited(3)
        for _ in range(100):
            short = [trial.start("exit 5") for _ in range(4)]
            for attempt in short:
                assert trial.ended(attempt).reason == Exited(5)
            if short[0] % 40 == 1:
                fresh = trial.start("echo ready\nsleep NAP")
                trial.until_it_says(fresh, b"ready")
                trial.executor.stop(fresh, 60.0)
                trial.ended(fresh)
        left = dict(trial.swept(*servers, strays=False).left)
        assert left == dict.fromkeys(servers, 1)
        executor.close(0.0)


def test_case_6_an_old_runner_that_cannot_end_holds_up_one_start_and_not_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private, "MEMORY", str(tmp_path))
    monkeypatch.setattr(forsaken, "_PATIENCE", 0.02)
    gone = subprocess.Popen(["true"])
    gone.wait()
    stuck = Path(forsaken.folder(f"{gone.pid}-abc."))
    stuck.mkdir(parents=True)
    lock = os.open(stuck, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    forsaken._end_forsaken()
    monkeypatch.setattr(forsaken.time, "sleep", lambda _: pytest.fail("waits again"))
    forsaken._end_forsaken()
    assert stuck.exists()
    os.close(lock)
    forsaken._end_forsaken()
    assert not stuck.exists()


@needs_chosen_pids
def test_case_24_whose_number_was_used_again_before_its_background_ended_forgets_nobody(
    tmp_path: Path,
) -> None:
    go = tmp_path / "go"
    os.mkfifo(go)
    with hosted(wrap=(*PIDS, 'exec "$@"', "sh")) as executor:
        trial = Trial(executor, tmp_path, nap=own_nap(), left=lambda: 0)
        server = trial.start("echo $$\nsetsid bash -c 'read -r _ < go' &\nexit 3")
        assert trial.ended(server).reason == Exited(3)
        number = int(trial.said(server))
        trial.ended(trial.start(f"echo {number - 1} > /proc/sys/kernel/ns_last_pid"))
        again = trial.start("echo $$\nexec sleep NAP")
        trial.until_it_says(again, b"\n")
        assert int(trial.said(again)) == number
        go.write_text("\n")
        other = trial.start("exit 5")  # what happened before it is taken in before it
        assert trial.ended(other).reason == Exited(5)
        trial.executor.stop(again, 60.0)
        assert trial.ended(again).reason == Signalled(15)
        executor.close(0.0)
