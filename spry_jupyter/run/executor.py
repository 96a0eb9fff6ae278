"""What runs attempts: one protocol, several implementations.

The law, for each attempt: exactly one `Started` or none, exactly one `Ended`, sizes of the log
that only grow, and nothing after the ending.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from dataclasses import dataclass
    from typing import Protocol

    from spry_jupyter.model import Reason
    from spry_jupyter.run.mask import Mask
else:
    from spry_jupyter.frozen import dataclass

    Protocol = object


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at a task, as an executor needs it.

    Attributes:
        id: Unique within the executor.
        argv: The program and its arguments; `script` is among them.
        env: The whole environment.
        cwd: Absolute working directory.
        script: Absolute path of the script file to write first; empty is none.
        body: What to write there.
        log: Absolute path of the log, appended to.
        capture: Absolute path of a file that stdout goes to as well; empty is none.
        mask: What must not show up in the log; None where there are no secrets.
        unlogged: All of stdout is secret.
        resources: What a worker has to have to spare for it; this machine is not asked.
        shared: Folders that have to be seen where it runs: the first is the one that it works in.
    """

    id: int
    argv: tuple[bytes, ...]
    env: dict[bytes, bytes]
    cwd: str
    script: str
    body: bytes
    log: str
    capture: str = ""
    mask: Mask | None = None
    unlogged: bool = False
    resources: tuple[tuple[str, float], ...] = ()
    shared: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Attempt {self.id}>"  # its variables are nobody's to see


@dataclass(frozen=True, slots=True)
class Started:
    """The attempt's process runs, since `at` by the clock of `time.monotonic`.

    `where` names the machine or worker; empty is this machine.
    """

    id: int
    at: float
    where: str = ""


@dataclass(frozen=True, slots=True)
class Grew:
    """The attempt's log has this many bytes now."""

    id: int
    size: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The attempt is over.

    Attributes:
        id: Which.
        reason: `Exited`, `Signalled`, `NotStarted` or `Lost`; also after a stop the plain truth.
        size: Bytes in its log.
        cut: Why its log is not whole, or empty.
        survivors: Processes of it that could not be killed.
        uncaptured: Why what it captured is not whole, or empty.
        forced: It was asked to end, did not within its time of grace, and was killed.
    """

    id: int
    reason: Reason
    size: int = 0
    cut: str = ""
    survivors: int = 0
    uncaptured: str = ""
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Swept:
    """What these attempts had left in the background is gone; `left` counts it by attempt.

    Processes that could not be traced to an attempt count for None.
    """

    token: int
    left: tuple[tuple[int | None, int], ...]


Report = Started | Grew | Ended | Swept


class Executor(Protocol):
    """Runs attempts and sees them dead."""

    def start(self, attempt: Attempt) -> None:
        """Begin an attempt; never blocks, trouble arrives as a report."""

    def stop(self, attempt: int, grace: float) -> None:
        """End an attempt's whole tree: SIGTERM, `grace` seconds, SIGKILL; idempotent."""

    def sweep(self, token: int, attempts: Collection[int], grace: float, *, strays: bool) -> None:
        """End what ended attempts left in the background, then report `Swept(token)`.

        Args:
            token: Comes back in the report.
            attempts: Whose processes.
            grace: Seconds between SIGTERM and SIGKILL.
            strays: Also what belongs to no known attempt.
        """

    def poll(self, timeout: float) -> Sequence[Report]:
        """Wait at most `timeout` seconds for something to report."""

    def close(self, grace: float) -> None:
        """End everything; returns when nothing is left."""
