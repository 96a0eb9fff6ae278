"""The laws of an executor, and every executor held to them.

Each attempt starts at most once and ends exactly once, the sizes of its log only grow, and nothing
is heard after its end: `Trial` sees to that at every report of every test here. An executor joins
by a function in `EXECUTORS` that runs one for a while.
"""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from dask_cluster import cluster
from fake_executor import FakeExecutor
from hosted_executor import ON_DASK, HostedExecutor, hosted
from sleepers import own_nap, sleepers
from trial import Trial

from spry_jupyter.model import Exited, NotStarted, Signalled
from spry_jupyter.run.executor import Ended, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

GRACE = 60.0  # seconds; longer than a test has patience, so nothing here may wait for its end


@contextmanager
def local(folder: Path) -> Iterator[Trial]:
    """Processes of this machine."""
    nap = own_nap()
    with hosted() as executor:
        yield Trial(executor, folder, nap=nap, left=lambda: len(sleepers(nap)))
        executor.close(0.0)
    assert sleepers(nap) == []


@contextmanager
def fake(folder: Path) -> Iterator[Trial]:
    """What tests of the rooms above use in their place."""
    executor = FakeExecutor()
    yield Trial(executor, folder, nap="3600", left=lambda: executor.left, clock=executor.clock)
    executor.close(0.0)


@contextmanager
def on_dask(folder: Path) -> Iterator[Trial]:
    """Processes on two workers of a cluster, which many tests share, for it starts slowly."""
    nap = own_nap()
    executor = _Shared.executor
    assert executor is not None
    left = lambda: len(sleepers(nap))  # noqa: E731 - as elsewhere here
    trial = Trial(executor, folder, nap=nap, left=left, first=_Shared.first)
    yield trial
    _Shared.first = trial.clear()
    assert sleepers(nap) == []


class _Shared:
    """The executor on a cluster, and the first number that it has not seen."""

    executor: HostedExecutor | None = None
    first = 1


@pytest.fixture(scope="module")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder, os.environ, "w1", "w2") as found:
        address = found.address
        with hosted(make=ON_DASK.format(address=address)) as executor:
            _Shared.executor = executor
            yield
            executor.close(0.0)


EXECUTORS: dict[str, Callable[[Path], AbstractContextManager[Trial]]] = {
    "local": local,
    "fake": fake,
    "dask": on_dask,
}


@pytest.fixture(params=EXECUTORS)
def trial(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trial]:
    if request.param == "dask":
        request.getfixturevalue("_cluster")
    with EXECUTORS[request.param](tmp_path) as running:
        yield running


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Trial]:
    """An executor of real processes, for what no fake can act out."""
    with local(tmp_path) as running:
        yield running


# -- ending ----------------------------------------------------------------------------------


def test_case_12_who_does_not_listen_is_killed_when_its_grace_is_over(trial: Trial) -> None:
    a = trial.start("trap '' TERM INT\nsleep NAP &\necho ready\nsleep NAP")
    trial.until_it_says(a, b"ready")
    began = trial.now()
    trial.executor.stop(a, 0.5)
    end = trial.ended(a)
    assert (end.reason, end.forced) == (Signalled(9), True)
    assert trial.now() - began >= 0.5
    assert trial.left() == 0


def test_case_13_who_ends_well_when_asked_is_told_as_it_is(trial: Trial) -> None:
    a = trial.start("trap 'echo bye; exit 0' TERM\necho ready\nsleep NAP")
    trial.until_it_says(a, b"ready")
    trial.executor.stop(a, GRACE)
    end = trial.ended(a)
    assert (end.reason, end.forced) == (Exited(0), False)
    assert trial.said(a).endswith(b"\nbye\n")  # a shell may tell of its command, too
    assert trial.left() == 0


ESCAPES = {
    "14 nohup": "nohup sleep NAP &",
    "15 setsid": "setsid sleep NAP &",
    "16 daemon": "(setsid sleep NAP &)",
    "18 no environment": "env -i setsid sleep NAP &",
}


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES.keys())
def test_case_14_15_16_18_stopping_ends_what_tried_to_get_away(trial: Trial, escape: str) -> None:
    a = trial.start(f"{escape}\necho ready\nsleep NAP")
    trial.until_it_says(a, b"ready")
    trial.executor.stop(a, GRACE)
    assert trial.ended(a).reason == Signalled(15)
    trial.swept(a, grace=GRACE)  # only this finds who has lost all that says whose it is
    assert trial.left() == 0


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES.keys())
def test_case_17_18_32_an_attempt_ends_with_its_leader_and_leaves_a_server_to_the_sweep(
    trial: Trial, escape: str
) -> None:
    a = trial.start(f"{escape}\necho serving\nexit 0")
    end = trial.ended(a)
    assert end.reason == Exited(0)
    trial.until_there_are(1)
    assert sum(count for _, count in trial.swept(a, grace=GRACE).left) == 1
    assert trial.left() == 0


def test_case_16_a_sweep_spares_what_another_attempt_left(trial: Trial) -> None:
    a = trial.start("setsid sleep NAP &\nexit 0")
    b = trial.start("setsid sleep NAP &\nexit 0")
    trial.ended(a)
    trial.ended(b)
    trial.until_there_are(2)
    assert trial.swept(a, strays=False).left == ((a, 1),)
    assert trial.left() == 1
    assert trial.swept(b).left == ((b, 1),)
    assert trial.left() == 0


def test_case_19_who_forks_on_as_fast_as_it_can_does_not_get_away(real: Trial) -> None:
    real.folder.joinpath("hop.sh").write_text("setsid bash hop.sh $1 & exit\n")
    a = real.start("setsid bash hop.sh NAP &\necho ready\nsleep NAP")
    real.until_it_says(a, b"ready")
    real.executor.stop(a, GRACE)
    real.ended(a)
    real.swept(a, grace=0.0)
    assert subprocess.run(["pgrep", "-f", f"hop.sh {real.nap}"], check=False).returncode == 1


def test_case_20_who_is_stopped_by_a_signal_can_be_ended(trial: Trial) -> None:
    a = trial.start("echo ready\nkill -STOP $$\nsleep NAP")
    trial.until_it_says(a, b"ready")
    trial.executor.stop(a, GRACE)
    assert trial.ended(a).reason == Signalled(15)
    assert trial.left() == 0


@pytest.mark.parametrize("line", ["kill -TERM 0", "kill -TERM -$$"])
def test_case_21_who_signals_its_own_group_hurts_nobody_else(trial: Trial, line: str) -> None:
    b = trial.start("trap 'exit 3' TERM\necho ready\nsleep NAP")
    trial.until_it_says(b, b"ready")
    a = trial.start(line)
    assert trial.ended(a).reason == Signalled(15)
    assert not any(isinstance(report, Ended) for report in trial.told(b))
    trial.executor.stop(b, GRACE)
    assert trial.ended(b).reason == Exited(3)


def test_case_22_nothing_is_ignored_or_blocked_in_what_starts(real: Trial) -> None:
    a = real.start("", argv=(b"grep", b"-E", b"^Sig(Ign|Blk)", b"/proc/self/status"), script="")
    real.ended(a)
    masks = [int(line.split()[1], 16) for line in real.said(a).splitlines()]
    named = [n for n in signal.valid_signals() if any(mask >> (n - 1) & 1 for mask in masks)]
    assert (len(masks), named) == (2, [])


def test_case_23_a_zombie_that_nobody_waits_for_holds_up_no_ending(real: Trial) -> None:
    """`exec` leaves the dead child to a program that never asks for it."""
    a = real.start("(exit) &\necho ready\nexec sleep NAP")
    real.until_it_says(a, b"ready")
    real.executor.stop(a, GRACE)
    assert real.ended(a).reason == Signalled(15)
    assert real.left() == 0


UNKILLABLE = """
import os
from spry_jupyter.run import trees
send, trees._KILL_SECONDS = trees.send, 0.2
def spare(pids, number):  # as a process that waits for a dead disk, or one that is another user's
    send([p for p in pids if b"unkillable" not in open(f"/proc/{p}/cmdline", "rb").read()], number)
trees.send = spare
"""


def test_case_25_who_cannot_be_killed_is_counted_and_waited_for_no_longer(tmp_path: Path) -> None:
    nap = own_nap()
    with hosted(UNKILLABLE) as executor:
        trial = Trial(executor, tmp_path, nap=nap, left=lambda: len(sleepers(nap)))
        a = trial.start("exec -a unkillable sleep NAP\n")
        (report,) = [r for r in _until_told(trial, a) if isinstance(r, Started)]
        trial.executor.stop(report.id, 0.1)
        end = trial.ended(a)
        assert end.survivors == 1
        assert isinstance(end.reason, NotStarted)
        b = trial.start("exit 4")
        assert trial.ended(b).reason == Exited(4)
        for process in sleepers(nap):
            process.kill()
        trial.swept(a, b)


def _until_told(trial: Trial, attempt: int) -> list[object]:
    while not trial.told(attempt):
        trial.poll()
    return list(trial.told(attempt))


def test_case_26_who_starts_more_in_its_grace_is_ended_with_that(real: Trial) -> None:
    a = real.start("trap 'setsid sleep NAP & sleep NAP' TERM\necho ready\nsleep NAP")
    real.until_it_says(a, b"ready")
    real.executor.stop(a, 0.5)
    real.ended(a)
    assert real.left() == 0


def test_case_26_who_is_started_in_the_time_of_grace_is_asked_to_end_too(real: Trial) -> None:
    a = real.start("trap 'setsid sleep NAP & wait' TERM\necho ready\nsleep NAP")
    real.until_it_says(a, b"ready")
    real.executor.stop(a, GRACE)
    assert not real.ended(a).forced
    assert real.left() == 0


def test_case_27_stopping_what_has_not_started_or_has_ended_changes_nothing(trial: Trial) -> None:
    trial.executor.stop(1, GRACE)
    a = trial.start("exit 5")
    assert trial.ended(a).reason == Exited(5)
    trial.executor.stop(a, GRACE)
    trial.executor.stop(a, 0.0)
    trial.poll()
    assert trial.ended(a).reason == Exited(5)


def test_case_27_stopping_twice_shortens_the_grace_and_ends_once(trial: Trial) -> None:
    a = trial.start("trap '' TERM\necho ready\nsleep NAP")
    trial.until_it_says(a, b"ready")
    trial.executor.stop(a, GRACE)
    trial.executor.stop(a, 2 * GRACE)
    trial.executor.stop(a, 0.0)
    end = trial.ended(a)
    assert (end.reason, end.forced) == (Signalled(9), False)
    assert trial.left() == 0


def test_case_28_stopping_right_after_the_start_ends_it_once(trial: Trial) -> None:
    attempts = [trial.start("sleep NAP") for _ in range(8)]
    for attempt in attempts:
        trial.executor.stop(attempt, GRACE)
    reasons = {trial.ended(attempt).reason for attempt in attempts}
    # A cluster may still have had it in its queue.
    assert reasons <= {Signalled(15), NotStarted("it was stopped before it started")}
    assert trial.left() == 0


# -- output ----------------------------------------------------------------------------------


def test_case_33_who_closes_its_output_has_not_ended(trial: Trial) -> None:
    a = trial.start("exec >&- 2>&-\nexit 7")
    assert trial.ended(a).reason == Exited(7)


def test_case_34_much_that_is_said_at_once_is_all_there(trial: Trial) -> None:
    data = bytes(range(256)) * 4096 * 8  # 8 MiB
    trial.folder.joinpath("much").write_bytes(data)
    attempts = [trial.start("cat much") for _ in range(4)]
    assert [trial.ended(attempt).size for attempt in attempts] == [len(data)] * 4
    assert all(trial.said(attempt) == data for attempt in attempts)


def test_case_35_one_long_line_is_a_line(trial: Trial) -> None:
    data = b"x" * 100_000_000
    trial.folder.joinpath("line").write_bytes(data)
    a = trial.start("cat line")
    end = trial.ended(a)
    assert (end.reason, end.size, end.cut) == (Exited(0), len(data), "")
    assert trial.said(a)[-10:] == data[-10:]


@pytest.mark.parametrize(
    "data", [b"\x00a\x00", b"\xff\xfe\xed\xa0\x80", "ä…😀".encode()[:-2], b"\r\x1b["]
)
def test_case_36_bytes_of_any_kind_arrive_as_they_are(trial: Trial, data: bytes) -> None:
    trial.folder.joinpath("bytes").write_bytes(data)
    a = trial.start("cat bytes\ncat bytes")
    trial.ended(a)
    assert trial.said(a) == 2 * data


def test_case_36_a_log_is_appended_to(trial: Trial) -> None:
    a = trial.start("echo first")
    trial.ended(a)
    b = trial.start("echo second", log=trial.log(a))
    end = trial.ended(b)
    assert trial.said(a) == b"first\nsecond\n"
    assert end.size == len(b"first\nsecond\n")


# -- beginning and codes ---------------------------------------------------------------------


def test_case_62_what_cannot_be_run_is_told_as_an_ending_and_never_started(trial: Trial) -> None:
    trial.folder.joinpath("plain").write_text("no program")
    trial.folder.joinpath("folder").mkdir()
    programs = ["no-such-program", f"{trial.folder}/plain", f"{trial.folder}/folder"]
    for program in programs:
        a = trial.start("true", program=program)
        assert isinstance(trial.ended(a).reason, NotStarted), program
        assert len(trial.told(a)) == 1


def test_case_62_a_folder_that_is_not_there_is_told_as_an_ending(trial: Trial) -> None:
    a = trial.start("true", cwd=str(trial.folder / "nowhere"))
    reason = trial.ended(a).reason
    assert isinstance(reason, NotStarted)
    assert "nowhere" in reason.why


def test_case_63_every_exit_code_is_told_exactly(trial: Trial) -> None:
    attempts = {code: trial.start(f"exit {code}") for code in range(256)}
    for code, attempt in attempts.items():
        assert trial.ended(attempt).reason == Exited(code)


@pytest.mark.parametrize("name", ["SEGV", "KILL", "TERM"])
def test_case_63_the_signal_that_ended_it_is_told(trial: Trial, name: str) -> None:
    a = trial.start(f"kill -{name} $$")
    assert trial.ended(a).reason == Signalled(signal.Signals[f"SIG{name}"])
