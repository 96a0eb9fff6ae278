"""The values that every room speaks of: tasks, outcomes and the events of a run.

All are frozen. Durations and moments are seconds as floats; a moment counts from the start of its
run. Nothing of ours is imported here.
"""

from __future__ import annotations

from enum import StrEnum

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from dataclasses import dataclass
    from typing import Any
else:
    from spry_jupyter.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where something was written.

    Attributes:
        file: The file as the user named it; empty in a live kernel.
        line: Counts from 1; over the whole file, in a notebook over the cell.
        cell: In a notebook the position of the cell among all cells, from 1; in a live kernel the
            execution count; else None.
        heading: The one that it stands below, as text; empty where there is none.
    """

    file: str = ""
    line: int = 1
    cell: int | None = None
    heading: str = ""

    def __str__(self) -> str:
        if self.cell is None:
            return f"{self.file}:{self.line}"
        return f"{self.file}, cell {self.cell}" if self.file else f"In [{self.cell}]"


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time, and how its author wrote it.

    Attributes:
        seconds: Its length.
        text: As written, for messages: `30s`, `1m30s`.
    """

    seconds: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how often a task may be tried.

    Attributes:
        timeout: For each attempt; None is no limit.
        retry: Further attempts after the first.
        retry_delay: Before the first of them; it doubles each time.
    """

    timeout: Duration | None = None
    retry: int = 0
    retry_delay: Duration = Duration(1.0, "1s")


@dataclass(frozen=True, slots=True)
class Pool:
    """A named limit on tasks at once.

    Attributes:
        name: Tasks that name the same pool share it.
        size: As stated by this task; None where it only names the pool.
    """

    name: str
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A named unit of work, as its author wrote it.

    Attributes:
        name: Unique in its book.
        deps: Names of the tasks it needs, in the order written, none twice.
        descr: One line, or empty.
        lang: The canonical language (`bash`, `python`, …) or a program on PATH.
        body: The script; empty or all comments makes a group.
        env: Variables set for this task, as (name, value).
        forward: Names of variables that are forwarded to it.
        secrets: Names of variables that are forwarded to it, and hidden in all that is shown.
        dotenv: `.env` files, relative to `folder`.
        cwd: Working directory, relative to `folder`; empty is `folder` itself.
        limits: Timeout and retries.
        always: Starts when its deps have ended, whatever their outcome.
        finalizers: Names of the tasks that run after this one whenever it started (`--finally`).
        allow_failure: Its failure fails neither the run nor its dependents.
        condition: A shell command; non-zero skips the task. Empty is none.
        inputs: Globs of the files it reads.
        outputs: Globs of the files it writes.
        capture: Where its stdout goes: a variable's name, or a path with a `/`. Empty is none.
        interpolate: `${captured.NAME}` and the like stand for values in its body.
        pool: The pool it belongs to.
        confirm: The question to ask before it runs; None asks nothing, empty asks a default.
        silent: Its output is shown only when it fails.
        resources: What a worker of a cluster has to have to spare for it, as (name, amount).
        tags: For selection with `@TAG`.
        injected_dep: A regular expression; every task whose whole name matches needs this one.
        axes: Variables with the values that there is one task each for (`--for`); empty once they
            are written out, see `plan.families`.
        folder: Absolute folder that relative paths count from; empty is the current directory.
        span: Where it was defined.
    """

    name: str
    deps: tuple[str, ...] = ()
    descr: str = ""
    lang: str = "bash"
    body: str = ""
    env: tuple[tuple[str, str], ...] = ()
    forward: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    dotenv: tuple[str, ...] = ()
    cwd: str = ""
    limits: Limits = Limits()
    always: bool = False
    finalizers: tuple[str, ...] = ()
    allow_failure: bool = False
    condition: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    capture: str = ""
    interpolate: bool = False
    pool: Pool | None = None
    confirm: str | None = None
    silent: bool = False
    resources: tuple[tuple[str, float], ...] = ()
    tags: tuple[str, ...] = ()
    injected_dep: str = ""
    axes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    folder: str = ""
    span: Span | None = None

    @property
    def is_group(self) -> bool:
        """Whether there is nothing to run: no body, or only comments."""
        if self.body.startswith("#!"):
            return False
        mark = "//" if self.lang in {"node", "deno"} else "#"
        first = self.body.lstrip()
        if first and not first.startswith(mark):
            return False
        lines = (line.lstrip() for line in self.body.splitlines())
        return all(not line or line.startswith(mark) for line in lines)


class Outcome(StrEnum):
    """How a task ended."""

    SUCCEEDED = "succeeded"
    UP_TO_DATE = "up to date"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Exited:
    """Its process exited with this code."""

    code: int


@dataclass(frozen=True, slots=True)
class Signalled:
    """Its process was ended by this signal, which we did not send."""

    signal: int


@dataclass(frozen=True, slots=True)
class TimedOut:
    """An attempt took longer than its limit."""

    limit: Duration


@dataclass(frozen=True, slots=True)
class NotStarted:
    """No process could be started; `why` is a sentence without a full stop."""

    why: str


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Its process exited with 0, but not all is there that should be; `why` is a sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """A task that it needs did not do its work; `by` is that task's name."""

    by: str


@dataclass(frozen=True, slots=True)
class ConditionNotMet:
    """Its `--if` condition said no; its dependents go on."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The run, or this task, was stopped by the user or by `--fail-fast`."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What ran it is gone and its end is not known; `where` says what is gone."""

    where: str


Reason = (
    Exited
    | Signalled
    | TimedOut
    | NotStarted
    | Incomplete
    | Blocked
    | ConditionNotMet
    | Interrupted
    | Lost
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of a task in a run that is only thought of.

    Attributes:
        runs: Whether it would run, as far as can be known before its deps have.
        why: What keeps it from being up to date, in sentences without a full stop.
        skipped: It would be skipped: there is nothing for it to clean up after.
    """

    runs: bool
    why: tuple[str, ...] = ()
    skipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """A run began; `at` of every later event counts from here.

    Attributes:
        at: 0.0.
        run: The identifier of the run.
        tasks: The names of its tasks in the order of the plan.
        folder: Absolute folder of its logs.
    """

    at: float
    run: str
    tasks: tuple[str, ...]
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStarted:
    """An attempt began.

    Attributes:
        at: When.
        name: The task.
        attempt: Counts from 1.
        where: The worker that runs it; empty is this machine.
    """

    at: float
    name: str
    attempt: int
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLogged:
    """The log of a running task has grown to `size` bytes."""

    at: float
    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRetrying:
    """An attempt failed and another follows: the `retry`-th of `of`, `delay` seconds from now."""

    at: float
    name: str
    reason: Reason
    retry: int
    of: int
    delay: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAsking:
    """A task is ready and waits for somebody to confirm it; `text` is the question."""

    at: float
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEnded:
    """A task ended, once and for all.

    Attributes:
        at: When.
        name: The task.
        outcome: How.
        reason: Why, where there is more to say: always for failed, skipped and cancelled.
        duration: Seconds from the start of its first attempt; 0.0 if it never started.
        attempts: How many were started.
        log: Absolute path of its log; empty if it wrote nothing.
        size: Bytes in that log.
        captured: Absolute path of the file with its captured stdout; empty if there is none.
        waived: It failed, and its failure counts for nothing (`--allow-failure`).
    """

    at: float
    name: str
    outcome: Outcome
    reason: Reason | None = None
    duration: float = 0.0
    attempts: int = 0
    log: str = ""
    size: int = 0
    captured: str = ""
    waived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something that the user should know and that fails nothing; `text` is a sentence."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """The run is over and no process of it is left.

    Attributes:
        at: When.
        ok: No task failed, but those that may, and nothing was cancelled.
        stopped: Whether somebody stopped it before its end.
    """

    at: float
    ok: bool
    stopped: bool = False


Event = (
    RunStarted
    | TaskStarted
    | TaskLogged
    | TaskRetrying
    | TaskAsking
    | TaskEnded
    | Warned
    | RunEnded
)


def alternatives(union: Any) -> tuple[Any, ...]:
    """Return the classes of `Reason` or `Event`, so that nobody has to name them all again."""
    found: tuple[Any, ...] = union.__args__
    return found
