"""What the front asks the runner to do."""

from __future__ import annotations

from spry_jupyter.plan.closure import Closure
from spry_jupyter.run.engine import LOCAL, address_of
from spry_jupyter.run.wire import pack_task, unpack_task

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from dataclasses import dataclass
    from typing import Any

    from spry_jupyter.model import Task
    from spry_jupyter.run.still import Note

    # The store, the file that defines the task (its name in the folder of that store), of each dep
    # with outputs the absolute working directory and the patterns, and likewise the file of each
    # that captures into one.
    Files = tuple[tuple[str, tuple[str, ...]], ...]
    Tie = tuple[str, str, Files, Files]
else:
    from spry_jupyter.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """One run, with everything it depends on as it was when it was asked for.

    Attributes:
        id: Names the run, and its folder.
        folder: Absolute folder for its scripts and logs; it exists.
        closure: What to run.
        jobs: Tasks at once; 0 is no limit.
        fail_fast: The first failure stops the rest.
        environment: Of the front.
        overrides: Variables set for every task of this run.
        forwards: Names forwarded to every task of this run.
        values: Kernel variables that are forwarded, by name: the bytes, or the reason (a string)
            why this variable cannot be one.
        python: The interpreter for Python bodies.
        cwd: Where a task without a folder of its own runs.
        confirmed: Every question is answered with yes.
        resume: What succeeded in the last run and has not changed is not run again.
        force: Nothing is taken to be up to date.
        ties: For each task with outputs what its mark is kept by, and what it is made from.
        still: Where to leave the answer if there is nothing to do; empty leaves none.
        sought: When the answer began to be sought, in nanoseconds of the clock.
        homes: Of each task the file that defines it, named from `cwd`; empty where none does.
        books: What to note of the files that the tasks were read from, see `run.still`.
        libraries: Folder to import rarely needed packages from.
        key: The user's, for digests of secrets; empty where there are none, or it cannot be kept.
        store: Absolute path of the store that keeps a record; empty keeps none.
        executor: Where its tasks run, see `run.engine`.
    """

    id: str
    folder: str
    closure: Closure
    jobs: int
    fail_fast: bool
    environment: dict[bytes, bytes]
    overrides: tuple[tuple[str, str], ...] = ()
    forwards: tuple[str, ...] = ()
    values: dict[str, bytes | str]
    python: str
    cwd: str
    ties: dict[int, Tie]
    homes: tuple[str, ...]
    confirmed: bool = False
    resume: bool = False
    force: bool = False
    still: str = ""
    sought: int = 0
    books: tuple[Note, ...] = ()
    libraries: str = ""
    key: bytes = b""
    store: str = ""
    executor: str = LOCAL

    @property
    def elsewhere(self) -> bool:
        """Whether its tasks may run on machines that have little in common with this one."""
        return bool(address_of(self.executor))

    def __repr__(self) -> str:
        return f"<RunRequest {self.id}>"  # its variables are nobody's to see


def workdir(task: Task, cwd: str) -> str:
    """Return the absolute folder that a task runs in, without `.` and empty parts.

    Args:
        task: Which.
        cwd: Absolute; where a task without a folder of its own runs.
    """
    parts = [part for part in task.cwd.split("/") if part not in ("", ".")]
    if task.cwd.startswith("/"):
        return "/" + "/".join(parts)
    return "/".join([task.folder or cwd, *parts])


_NAMES = list(RunRequest.__slots__)


def pack_request(request: RunRequest) -> tuple[Any, ...]:
    """Turn a request into plain values."""
    values = [getattr(request, name) for name in _NAMES]
    closure = request.closure
    values[_NAMES.index("closure")] = (
        tuple([pack_task(task) for task in closure.tasks]),
        closure.needs,
        closure.after,
        closure.wanted,
        closure.targets,
        closure.everything,
    )
    return tuple(values)


def unpack_request(plain: tuple[Any, ...]) -> RunRequest:
    """Undo `pack_request`."""
    values = dict(zip(_NAMES, plain, strict=True))
    tasks, *rest = values["closure"]
    values["closure"] = Closure(tuple([unpack_task(task) for task in tasks]), *rest)
    return RunRequest(**values)
