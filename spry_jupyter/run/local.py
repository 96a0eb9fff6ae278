"""Attempts as processes of this machine.

One thread, one poll object. Each attempt is the leader of its own session, its stdin is empty, its
stdout and stderr are one pipe that is moved into its log. An attempt is over when its leader has
exited and its pipe is drained for the moment: what it left in the background keeps its pipe.
"""

from __future__ import annotations

import errno
import os
import resource
import time
from collections import deque

from spry_jupyter.model import Exited, NotStarted, Signalled
from spry_jupyter.run import trees
from spry_jupyter.run.child import Child, open_pipes
from spry_jupyter.run.executor import Attempt, Ended, Grew, Report, Started, Swept
from spry_jupyter.run.ladder import Ladder, Sweep
from spry_jupyter.run.poller import Poller
from spry_jupyter.run.sacrifice import Sacrifice
from spry_jupyter.run.spawn import spawn, why_not
from spry_jupyter.run.wake import Wake

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

_CROWDED = (errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # room may come back
_PATIENCE = 30.0  # seconds that it is waited for when nothing of ours takes it
_TRY_EVERY = 0.1  # seconds
_TELL_EVERY = 0.1  # seconds that reports of a start or of a log's growth may wait
_MANY = 2  # trees that are killed together
_SPARE_FDS = 32  # for the runner's own use
_FDS_EACH = 4  # pipe, log, and with a capture one pipe and one file more


class LocalExecutor:
    """Implements `run.executor.Executor` with processes below this one."""

    gone = False  # this machine is always there

    def __init__(self, prefix: bytes) -> None:
        """Make ready to start processes; there may be one of these in a process.

        Args:
            prefix: What the mark in every task's environment starts with.
        """
        self._prefix = prefix
        self._poller = Poller()
        self._pipes: dict[int, Child] = {}
        self._others: dict[int, Callable[[], None]] = {}
        self._running: dict[int, Child] = {}  # by attempt
        self._leaders: dict[int, int] = {}  # pid to attempt
        self._queue: deque[Attempt] = deque()
        self._crowded = 0.0  # since when the machine has no room, 0 if it has
        self._sweeps: list[Sweep] = []
        self._reports: list[Report] = []
        self._pressing = False  # one of these reports lets something else begin
        self._grown: set[Child] = set()
        self._grown_told = 0.0
        self._sacrifice = Sacrifice()
        self._null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self._most = max(1, (limit - _SPARE_FDS) // _FDS_EACH)
        self._wake = Wake()
        self.watch(self._wake.signals, lambda: self._wake.clear(self._wake.signals))
        if self._wake.ends != self._wake.signals:
            self._poller.add(self._wake.ends)

    def watch(self, fd: int, ready: Callable[[], None]) -> None:
        """Have `poll` call `ready` whenever something can be read from `fd`."""
        self._others[fd] = ready
        self._poller.add(fd)

    def unwatch(self, fd: int) -> None:
        """Undo `watch`."""
        del self._others[fd]
        self._poller.remove(fd)

    def start(self, attempt: Attempt) -> None:
        """See `Executor.start`."""
        if len(self._running) >= self._most:
            self._queue.append(attempt)
            return
        try:
            self._spawn(attempt)
        except OSError as error:
            if error.errno in _CROWDED and self._may_wait():
                self._queue.append(attempt)
            else:
                why = why_not(error, attempt)
                self._press(Ended(attempt.id, NotStarted(why)))
        except ValueError as error:
            self._press(Ended(attempt.id, NotStarted(str(error))))

    def stop(self, attempt: int, grace: float) -> None:
        """See `Executor.stop`."""
        child = self._running.get(attempt)
        if child is not None:
            if child.ladder is None:
                child.ladder = Ladder(grace)
            else:
                child.ladder.hurry(grace)
            return
        for queued in self._queue:
            if queued.id == attempt:
                self._queue.remove(queued)
                self._press(Ended(attempt, NotStarted("it was stopped before it started")))
                return

    def sweep(self, token: int, attempts: Collection[int], grace: float, *, strays: bool) -> None:
        """See `Executor.sweep`."""
        self._sweeps.append(Sweep(token, set(attempts), grace, strays=strays))

    def poll(self, timeout: float) -> Sequence[Report]:
        """See `Executor.poll`."""
        timeout = self._until_step(timeout)
        self._sacrifice.withdraw()  # here, and not after each of a hundred that start at once
        ended = False
        for fd in self._poller.wait(timeout):
            child = self._pipes.get(fd)
            if child is not None:
                self._drain(child, fd)
                # Who has said its last is most often dead by now: no need to wait to be woken.
                ended = ended or fd not in self._pipes
            elif fd == self._wake.ends:
                ended = True  # ends come after what was said before them
            else:
                self._others[fd]()
        if ended:
            self._take_ends()
        if self._grown:
            self._tell_growth()
        reports = self._reports
        self._reports = []
        self._pressing = False
        return reports

    def _until_step(self, timeout: float) -> float:
        """Do what is due; return for how many seconds, `timeout` at most, nothing will be."""
        climbing = self._climb()
        if self._queue and not self._running:  # no end of ours will make room for it
            self._start_queued()
            climbing = climbing or _TRY_EVERY
        if self._pressing:
            return 0.0
        if climbing:
            return min(timeout, climbing)
        return min(timeout, _TELL_EVERY) if self._grown or self._reports else timeout

    def close(self, grace: float) -> None:
        """See `Executor.close`."""
        me = os.getpid()
        self._most = 0  # what is still asked for waits for ever
        ladder = Ladder(grace)

        def everybody() -> set[int]:
            return set(trees.owners(me, self._leaders, self._prefix))

        while not ladder.step(everybody(), everybody):
            time.sleep(ladder.pause)

    def _press(self, report: Report) -> None:
        self._reports.append(report)
        self._pressing = True

    # -- beginning ---------------------------------------------------------------------------

    def _spawn(self, attempt: Attempt) -> None:
        outs, ends = open_pipes(2 if attempt.capture else 1)
        since = time.monotonic()  # its time begins here, whatever the start itself takes of it
        self._sacrifice.offer()
        try:
            pid = spawn(attempt, self._null, ends[0], ends[-1])
        except BaseException:
            for fd in outs:
                os.close(fd)
            raise
        finally:
            for fd in ends:
                os.close(fd)
        child = Child(attempt, pid, outs)
        self._running[attempt.id] = child
        self._leaders[pid] = attempt.id
        for fd in outs:
            self._pipes[fd] = child
            self._poller.add(fd)
        self._reports.append(Started(attempt.id, since))

    def _may_wait(self) -> bool:
        """Whether an attempt that the machine had no room for is to be tried again."""
        now = time.monotonic()
        if self._running or not self._crowded:
            self._crowded = now
        return now - self._crowded < _PATIENCE

    def _start_queued(self) -> None:
        for _ in range(len(self._queue)):
            if len(self._running) >= self._most:
                return
            self.start(self._queue.popleft())
        if not self._queue:
            self._crowded = 0.0

    # -- output ------------------------------------------------------------------------------

    def _drain(self, child: Child, fd: int) -> None:
        ended = child.sinks[fd].drain(fd)
        if child.log.size != child.told and child.reason is None:
            self._grown.add(child)
        if ended:
            self._forget_pipe(child, fd)

    def _forget_pipe(self, child: Child, fd: int) -> None:
        del self._pipes[fd]
        self._poller.remove(fd)
        os.close(fd)
        del child.sinks[fd]
        if child.reason is not None and not child.sinks:
            child.log.close()  # the last of its background is gone
            self._forget_leader(child)

    def _tell_growth(self) -> None:
        now = time.monotonic()
        if now - self._grown_told < _TELL_EVERY:
            return
        self._grown_told = now
        for child in self._grown:
            child.told = child.log.size
            self._reports.append(Grew(child.attempt.id, child.told))
        self._grown.clear()

    # -- ending ------------------------------------------------------------------------------

    def _take_ends(self) -> None:
        """Take in the ends of processes, in the order they came."""
        self._wake.clear(self._wake.ends)
        while True:
            try:
                pid, status, _ = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if not pid:
                break
            number = self._leaders.get(pid)
            child = self._running.get(number) if number is not None else None
            if child is not None and child.pid == pid:
                code = os.waitstatus_to_exitcode(status)
                child.reason = Exited(code) if code >= 0 else Signalled(-code)
                if child.ladder is None:
                    self._finish(child)
        if self._queue:
            self._start_queued()

    def _finish(self, child: Child, survivors: int = 0) -> None:
        """Report the ending of a child whose leader is dead."""
        for fd in list(child.sinks):
            # Once takes all that a pipe can hold, so all that was said before the end. Whoever still
            # holds this pipe then is in the background, and may have more to say for ever.
            self._drain(child, fd)
        number = child.attempt.id
        del self._running[number]
        self._grown.discard(child)
        child.log.finish()
        if not child.sinks:
            self._forget_leader(child)
            child.log.close()
        lost = child.close_captured()
        reason = child.reason or NotStarted("it cannot be killed")
        forced = child.ladder is not None and child.ladder.forced
        self._press(Ended(number, reason, child.log.size, child.log.cut, survivors, lost, forced))

    def _forget_leader(self, child: Child) -> None:
        """Trace nothing to a dead leader any more, but to a new one that has got its pid."""
        if self._leaders.get(child.pid) == child.attempt.id:
            del self._leaders[child.pid]

    def _climb(self) -> float:
        """Take every ladder a step; return the seconds until the next one, 0 if there is none."""
        climbing = [child for child in self._running.values() if child.ladder is not None]
        if not climbing and not self._sweeps:
            return 0.0
        whose = self._kill_together(climbing, self._everything())
        pause = 1.0
        for child in climbing:
            ladder = child.ladder
            number = child.attempt.id
            assert ladder is not None
            if ladder.step(
                {pid for pid, own in whose.items() if own == number}, self._again(number)
            ):
                self._take_ends()
                if number in self._running and (child.reason is not None or ladder.survivors):
                    self._finish(child, ladder.survivors)
            pause = min(pause, ladder.pause)
        for sweep in list(self._sweeps):
            if sweep.step(whose, self._everything):
                self._sweeps.remove(sweep)
                self._press(Swept(sweep.token, tuple(sweep.left.items())))
            pause = min(pause, sweep.ladder.pause)
        return pause

    def _kill_together(
        self, climbing: Sequence[Child], whose: dict[int, int | None]
    ) -> dict[int, int | None]:
        """Kill those whose time is up, all at once if they are many; return who is left.

        One after the other, each would have to be looked for among all of them.
        """
        members: dict[int | None, set[int]] = {}
        for pid, own in whose.items():
            members.setdefault(own, set()).add(pid)
        due: set[int | None] = set()
        for child in climbing:
            assert child.ladder is not None
            if child.ladder.is_up(members.get(child.attempt.id, set())):
                due.add(child.attempt.id)
        if len(due) < _MANY:
            return whose
        trees.kill_all(lambda: {pid for pid, own in self._everything().items() if own in due})
        return self._everything()

    def _again(self, number: int) -> Callable[[], set[int]]:
        """Return how to look for an attempt's processes anew."""
        return lambda: {pid for pid, own in self._everything().items() if own == number}

    def _everything(self) -> dict[int, int | None]:
        return trees.owners(os.getpid(), self._leaders, self._prefix)
