"""Kill what runs tasks, at random moments, and see what is left and what is known of it.

    python tests/fuzz/kill_points.py [TRIALS] [SEED]      200 trials unless told otherwise

Each trial runs a book of tasks in a process of its own and sends SIGKILL to that process (the
front, as a kernel is one), to the runner's guardian, to its loop, or to a task. Then: no process is
left; every log is the beginning of what its task would write; the record can be read and is whole;
and every task that started is accounted for once.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ("front", "guardian", "loop", "task")
LINES = 40
PATIENCE = 30.0  # seconds
LONGEST = 0.8  # seconds into a run; most are over then

# A line and its number, then a nap of two milliseconds; every other task leaves a sleeper behind.
TASK = """
import os, subprocess, time
os.close(os.open(f"started/{os.environ['SPRY_TASK']}.{os.getpid()}", os.O_CREAT))
if MANY:
    subprocess.Popen(["sleep", "NAP"], stdout=subprocess.DEVNULL)
for number in range(LINES):
    os.write(1, f"line {number} of {os.environ['SPRY_TASK']}\\n".encode())
    time.sleep(0.002)
open(f"finished/{os.environ['SPRY_TASK']}", "w").close()
"""
FRONT = """
import json, sys
from pathlib import Path
sys.path.insert(0, ROOT)
from spry_jupyter.model import Task, TaskEnded
from spry_jupyter.runbook import Runbook
from spry_jupyter.show.view import RunView
ends = []
apply = RunView.apply
def counted(view, event):
    if isinstance(event, TaskEnded):
        ends.append((event.name, event.outcome.value))
    return apply(view, event)
RunView.apply = counted
folder = Path(sys.argv[1])
tasks = [
    Task(name=f"t{i}", lang="python", body=BODY.replace("MANY", str(i % 2)), deps=(f"t{i // 2}",) if i % 3 else ())
    for i in range(1, 13)
]
run = Runbook([Task(name="t0"), *tasks], folder=folder).run(jobs=4, check=False)
(folder / "told").write_text(json.dumps(ends))
"""


@dataclass(frozen=True)
class Trial:
    """What was killed in one trial and when, and what was wrong afterwards.

    Attributes:
        target: One of `TARGETS`.
        moment: Seconds after the first task had started; negative is before.
        hit: Whether there was something to kill.
        faults: A sentence for each.
    """

    target: str
    moment: float
    hit: bool
    faults: tuple[str, ...]


def trial(target: str, moment: float) -> Trial:
    """Kill `target` so many seconds into a run."""
    with tempfile.TemporaryDirectory(prefix="spry-kill-") as name:
        folder = Path(name)
        for sub in ("started", "finished"):
            (folder / sub).mkdir()
        nap = f"{4000 + os.getpid() % 1000}.{random.randrange(10**6):06d}"
        body = TASK.replace("NAP", nap).replace("LINES", str(LINES))
        code = f"ROOT = {str(ROOT)!r}\nBODY = {body!r}\n{FRONT}"
        front = subprocess.Popen(
            [sys.executable, "-c", code, name], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        began = time.monotonic()
        while not any((folder / "started").iterdir()) and front.poll() is None:
            assert time.monotonic() - began < PATIENCE
            time.sleep(0.001)
        time.sleep(moment)
        hit = _kill(target, front)
        _, said = front.communicate(timeout=PATIENCE)
        left = _left(folder, nap)
        faults = [f"{len(left)} processes are left: {left}"] if left else []
        faults += _faults_of_logs(folder) + _faults_of_record(folder)
        if target != "front" or not hit:
            faults += _faults_of_front(folder, said.decode())
        return Trial(target, moment, hit, tuple(faults))


def _kill(target: str, front: subprocess.Popen[bytes]) -> bool:
    try:
        chain = [psutil.Process(front.pid)]
        for _ in range(TARGETS.index(target)):
            chain.append(random.choice(chain[-1].children()))
        chain[-1].send_signal(signal.SIGKILL)
    except (psutil.Error, IndexError):
        return False
    return True


def _left(folder: Path, nap: str) -> list[str]:
    """Return the processes of the trial that are there when they have had time to end."""
    deadline = time.monotonic() + 5.0
    while True:
        left = []
        for process in psutil.process_iter():
            try:
                mine = nap in process.cmdline() or process.cwd().startswith(str(folder))
                if mine and process.status() != psutil.STATUS_ZOMBIE:
                    left.append(" ".join(process.cmdline())[:60])
            except psutil.Error:
                continue
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.02)


def _faults_of_logs(folder: Path) -> list[str]:
    faults = []
    for log in folder.glob(".spry/runs/*/*.log"):
        whole = "".join(f"line {number} of {log.stem}\n" for number in range(LINES)).encode()
        if not whole.startswith(log.read_bytes()):
            faults.append(f"{log.name} is not the beginning of what was written")
        if (folder / "finished" / log.stem).exists() and not log.read_bytes():
            faults.append(f"{log.name} is empty")
    return faults


def _faults_of_record(folder: Path) -> list[str]:
    faults = []
    with closing(sqlite3.connect(folder / ".spry/record.db")) as record:
        verdict = record.execute("pragma integrity_check").fetchone()[0]
        rows = record.execute("select name, outcome, log, size from task").fetchall()
    if verdict != "ok":
        faults.append(f"the record is broken: {verdict}")
    for task, count in Counter(row[0] for row in rows).items():
        if count > 1:
            faults.append(f"the record has {task} {count} times")
    for task, outcome, log, size in rows:
        if outcome == "succeeded" and task != "t0":
            if not (folder / "finished" / task).exists():
                faults.append(f"the record says that {task} succeeded, and it did not end")
            if not log or Path(log).stat().st_size != size:
                faults.append(f"the log of {task} has another size than the record says")
    return faults


def _faults_of_front(folder: Path, said: str) -> list[str]:
    if not (folder / "told").exists():
        return [f"the front failed: {said[-500:]}"]
    ends = json.loads((folder / "told").read_text())
    faults = [f"{task} ended {n} times" for task, n in Counter(e[0] for e in ends).items() if n > 1]
    outcomes = dict(ends)
    started = Counter(file.name.partition(".")[0] for file in (folder / "started").iterdir())
    for task, count in started.items():
        if count > 1:
            faults.append(f"{task} ran {count} times")
        if task not in outcomes:
            faults.append(f"{task} started, and its end was not told")
    faults += [
        f"{task} is said to have succeeded, and did not end"
        for task, outcome in ends
        if outcome == "succeeded" and task != "t0" and not (folder / "finished" / task).exists()
    ]
    return faults


def main() -> int:
    """Hold trials; the exit status is 1 if anything was wrong in one."""
    words = sys.argv[1:]
    count = int(words[0]) if words else 200
    seed = int(words[1]) if words[1:] else random.randrange(10**6)
    random.seed(seed)
    hits: Counter[str] = Counter()
    wrong = 0
    for number in range(count):
        target = TARGETS[number % len(TARGETS)]
        done = trial(target, random.random() * LONGEST)
        hits[target] += done.hit
        for fault in done.faults:
            wrong += 1
            sys.stdout.write(f"{target} at {done.moment:.3f} s: {fault}\n")
    told = ", ".join(f"{hits[target]} × {target}" for target in TARGETS)
    sys.stdout.write(f"{count} trials (seed {seed}), killed: {told}; {wrong} faults\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
