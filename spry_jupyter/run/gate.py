"""What stands before and behind the attempts of tasks that say what they read and write.

A task comes to the gate when its turn has come: `arrive` looks whether it is up to date. It passes
out again after its success: `leave` looks at what it has written. Looks that take long are left to
a thread; the task waits, and the run goes on.
"""

from __future__ import annotations

import os
import time

from spry_jupyter.model import ConditionNotMet, Outcome
from spry_jupyter.plan.reads import behind_groups
from spry_jupyter.record.budget import Abandoned, Budget, TooMuch
from spry_jupyter.record.files import changed, contents, touched
from spry_jupyter.record.marks import DONE, FAILED, RUNNING, SPOILED, TOUCHED
from spry_jupyter.run.answers import Answer
from spry_jupyter.run.command import CannotStart
from spry_jupyter.run.ledger import Ledger
from spry_jupyter.run.look import Look, Lookout, digest_of, little
from spry_jupyter.run.turns import Turns

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable

    from spry_jupyter.model import Reason
    from spry_jupyter.record.marks import Mark
    from spry_jupyter.record.memory import Memory
    from spry_jupyter.run.reader import Reader
    from spry_jupyter.run.request import RunRequest
    from spry_jupyter.run.values import Values

    Calls = tuple[Callable[[int], None], Callable[[int, str], None], Callable[[str], None]]

_LONGEST = 0.1  # seconds that looks may follow each other in the loop
_PAUSE = 0.005  # seconds without one, in which the loop has had its turn
_MOST_CAPTURED = 1 << 24  # bytes of a captured value that the record keeps


class Gate:
    """The gate of one run.

    Attributes:
        notes: See `Budget`.
    """

    def __init__(  # noqa: PLR0917 - made in one place, by `answers.gate`
        self,
        request: RunRequest,
        values: Values,
        memory: Memory,
        reader: Reader,
        holder: str,
        calls: Calls,
    ) -> None:
        """Open it.

        Args:
            request: The run.
            values: The variables of its tasks.
            memory: What is known of earlier runs.
            reader: Reads what is large.
            holder: What the mark of every process of this runner starts with.
            calls: Are called when a task that was to wait may arrive again; when one that was to
                wait has left, with what is wrong; with a sentence for the user.
        """
        self._request = request
        self._tasks = request.closure.tasks
        self._memory = memory
        self._reader = reader
        self._released, self._finished, self._warn = calls
        self._tells = values.tells  # what holds a secret is kept nowhere
        self._lookout = Lookout(request, values)
        self._ledger = Ledger(request, memory, holder, self._lookout.boot)
        self._resumable = memory.done() if request.resume else {}
        self._idle: set[int] = set()  # did nothing in this run
        self._answers: dict[int, Answer] = {}
        self._looks: dict[int, Look] = {}
        self._under_way: dict[int, Budget] = {}  # those that arrive
        self._leaving: dict[int, Budget] = {}
        self._turns = Turns(request, holder, self._warn)
        self._looked_at = self._looking_since = 0.0
        self.notes: list[tuple[str, bool, os.stat_result | None]] | None = None

    # -- before ------------------------------------------------------------------------------

    def arrive(self, task: int) -> Answer:
        """Tell what is to become of a task whose turn has come."""
        answer = self._answers.get(task)
        if answer is not None:
            return answer
        if task in self._under_way:
            return Answer.WAIT
        if task in self._request.ties:
            return self._look(task) if self._turns.take(task) else Answer.TAKEN
        done = self._resumable.get(task) if self._deps_idle(task) else None
        if done is not None and self._is_outrun(task):
            done = None
        if self._tasks[task].inputs and not self._tasks[task].is_group:
            read = done[1] if done is not None else None
            return self._see(task, None, lambda budget: self._lookout.read(task, read, budget))
        answer = self._answers[task] = Answer.GO if done is None else Answer.DONE
        return answer

    def captured(self, task: int, path: str) -> str:
        """Return the file with the value that a task that is up to date captured.

        Args:
            task: Which.
            path: Where to write it, if it is in the record.
        """
        what = self._tasks[task]
        if not what.capture or "/" in what.capture:
            return ""
        if task not in self._request.ties:
            return self._resumable[task][0]
        with open(path, "wb") as file:
            file.write(self._looks[task].captured or b"")
        return path

    def begin(self, task: int, number: int) -> None:
        """Note that an attempt of a task is about to start.

        Raises:
            CannotStart: If what it reads is not there.
        """
        if task not in self._looks:
            return
        what = self._tasks[task]
        look = self._looks[task]
        # What it reads may have been mended since the last attempt, or since a question was asked.
        if number > 1 or what.condition or what.confirm is not None:
            look = self._looks[task] = self._look_again(task, look)
        if look.fault:
            raise CannotStart(look.fault)
        tied = task in self._request.ties
        self._memory.reads[what.name] = digest_of(look.inputs) if tied else look.key
        if tied:
            self._ledger.begin(task, look)

    def _look(self, task: int) -> Answer:
        mark = self._ledger.current(task)
        if mark is not None and mark.state == RUNNING and self._turns.is_held(mark):
            return Answer.TAKEN
        ran = self._dep_that_ran(task, mark)
        force = self._request.force

        def see(budget: Budget) -> Look:
            return self._lookout.look(task, mark, budget, ran, force=force)

        return self._see(task, mark, see)

    def _see(self, task: int, mark: Mark | None, see: Callable[[Budget], Look]) -> Answer:
        """Look at once, or have a thread do it if it takes longer."""
        try:
            self._allow()
            look = see(little(self.notes))
            self._looked_at = time.monotonic()
        except TooMuch:
            budget = self._under_way[task] = Budget(notes=self.notes)
            self._reader.ask(lambda: see(budget), lambda result: self._looked(task, mark, result))
            return Answer.WAIT
        return self._judge(task, mark, look)

    def _allow(self) -> None:
        """See that many small looks, one after the other, do not hold up the loop either.

        Raises:
            TooMuch: If they have, so that the thread is to take this one.
        """
        now = time.monotonic()
        if now - self._looked_at > _PAUSE:
            self._looking_since = now
        elif now - self._looking_since > _LONGEST:
            raise TooMuch

    def _looked(self, task: int, mark: Mark | None, result: object) -> None:
        self._under_way.pop(task, None)
        if isinstance(result, Abandoned) or task in self._answers:
            return
        look = result if isinstance(result, Look) else Look(fault=f"its files: {result}")
        try:
            self._judge(task, mark, look)
        except Exception as error:  # noqa: BLE001 - it cannot start, and the loop goes on
            self._judge(task, mark, Look(fault=str(error) or type(error).__name__))
        self._released(task)

    def _judge(self, task: int, mark: Mark | None, look: Look) -> Answer:
        self._looks[task] = look
        answer = Answer.GO if look.why else Answer.DONE
        if task not in self._request.ties:
            self._memory.reads[self._tasks[task].name] = look.key
        if answer is Answer.DONE and mark is not None:
            if mark.has_captured:
                look.captured = self._ledger.captured(task)
            if look.stale_signatures:
                self._ledger.refresh(task, mark, look)
        self._answers[task] = answer
        return answer

    def _look_again(self, task: int, look: Look) -> Look:
        try:
            if task in self._request.ties:
                again = self._lookout.look(task, None, little(), "", force=True)
                if contents(again.inputs) == contents(look.inputs):
                    again.made = look.made
                return again
            return self._lookout.read(task, None, little())
        except TooMuch:  # should they have changed, it will be seen afterwards
            if task in self._request.ties:
                self._lookout.define(task, look)
            return look

    # -- behind ------------------------------------------------------------------------------

    def leave(self, task: int, captured: str) -> str | None:
        """Note that a task has succeeded; return what is wrong with that, or an empty string.

        Args:
            task: Which.
            captured: The file with the value that it captured, or empty.

        Returns:
            None if that takes longer: `finished` will be called.
        """
        if task not in self._request.ties:
            return ""
        try:
            return self._check_out(task, captured, little())
        except TooMuch:
            budget = self._leaving[task] = Budget()
            look = self._looks[task]
            self._reader.ask(
                lambda: self._lookout.after(task, look, budget),
                lambda result: self._checked_out(task, captured, result),
            )
            return None

    def _check_out(self, task: int, captured: str, budget: Budget) -> str:
        return self._settle(task, captured, self._lookout.after(task, self._looks[task], budget))

    def _checked_out(self, task: int, captured: str, result: object) -> None:
        self._leaving.pop(task, None)
        fault = ""
        if isinstance(result, Look):
            try:
                fault = self._settle(task, captured, result)
            except Exception as error:  # noqa: BLE001 - likewise
                fault = str(error) or type(error).__name__
        elif not isinstance(result, Abandoned):
            fault = str(result)
        self._finished(task, fault)

    def _settle(self, task: int, captured: str, after: Look) -> str:
        """Write a mark that speaks for a task, if it has done what it says."""
        if after.fault:
            return after.fault
        before = self._looks[task]
        if contents(before.inputs) != contents(after.inputs):
            name, how = changed(before.inputs, after.inputs)[0]
            self._warn_again(task, f"{name} {how}")
            self._ledger.end(task, SPOILED)
            return ""
        name = touched(before.inputs, after.inputs)
        once = bool(name) and before.made != contents(after.outputs)
        if once:  # it may have read something else; what it makes of it twice is what it makes
            self._warn_again(task, f"{name} was written")
        value = _value(captured)
        if value is not None and self._tells(self._tasks[task].capture, value):
            value = None
        self._ledger.succeed(task, after, value, TOUCHED if once else DONE)
        return ""

    def _warn_again(self, task: int, what: str) -> None:
        self._warn(f'"{self._tasks[task].name}" will run again: its input {what} while it ran')

    def ended(self, task: int, outcome: Outcome, reason: Reason | None) -> None:
        """Note that a task has ended, however that went."""
        quiet = outcome is Outcome.UP_TO_DATE or isinstance(reason, ConditionNotMet)
        if quiet or (self._tasks[task].is_group and self._deps_idle(task)):
            self._idle.add(task)
        if task in self._under_way:
            self._under_way[task].abandoned = True
        self._answers[task] = Answer.DONE
        if task not in self._request.ties:
            return
        if outcome in (Outcome.FAILED, Outcome.CANCELLED) and self._turns.has(task):
            self._ledger.end(task, FAILED)
        self._turns.drop(task)
        self._looks.pop(task, None)

    def hurry(self) -> None:
        """Leave unrecorded what is still being looked at: the user wants an end."""
        for budget in self._leaving.values():
            budget.abandoned = True

    def close(self) -> None:
        """Let go of everything."""
        self._turns.close()

    # -- what is known -----------------------------------------------------------------------

    def _deps_idle(self, task: int) -> bool:
        return all(k in self._idle for k in self._request.closure.needs[task])

    def _is_outrun(self, task: int) -> bool:
        """Whether a dep has run since a task did; a group does nothing, and never is."""
        if self._tasks[task].is_group:
            return False
        needed = [self._tasks[k].name for k in behind_groups(self._request.closure, task)]
        return self._memory.is_outrun(self._tasks[task].name, needed)

    def _dep_that_ran(self, task: int, mark: Mark | None) -> str:
        """Return a dep that did something in this run, or an empty string.

        Or in an earlier one, after the success of a task that does not say what it reads.
        """
        closure = self._request.closure
        for k in closure.needs[task]:
            if k not in self._idle:
                return self._tasks[k].name
        if mark is None or self._tasks[task].inputs or self._request.ties[task][2]:
            return ""
        names = [self._tasks[k].name for k in behind_groups(closure, task)]
        return self._memory.ran_since(names, mark.run)


def _value(path: str) -> bytes | None:
    """Return a captured value to keep, None if there is none or it is too large."""
    if not path or os.path.getsize(path) > _MOST_CAPTURED:
        return None
    with open(path, "rb") as file:
        return file.read()
