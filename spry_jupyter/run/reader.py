"""Reading what is large, in a thread beside the loop, which goes on meanwhile."""

from __future__ import annotations

import _thread
import os
from collections import deque

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable

    Job = tuple[Callable[[], object], Callable[[object], None]]


class Reader:
    """Does one job after the other, and has the loop take the results.

    Attributes:
        wake: Can be read from when there is something to `take`.
    """

    def __init__(self) -> None:
        """Make ready; the thread begins with the first job."""
        self.wake, self._waker = os.pipe()
        os.set_blocking(self.wake, False)
        self._jobs: deque[Job] = deque()
        self._done: deque[tuple[Callable[[object], None], object]] = deque()
        self._work = _thread.allocate_lock()  # is free when there is something to do
        self._work.acquire()
        self._started = False

    def ask(self, job: Callable[[], object], then: Callable[[object], None]) -> None:
        """Have a job done in the thread.

        Args:
            job: Returns the result; what it raises is the result, too.
            then: Is called with it, by `take`.
        """
        self._jobs.append((job, then))
        if not self._started:
            self._started = True
            _thread.start_new_thread(self._go_on, ())
        if self._work.locked():
            self._work.release()

    def take(self) -> None:
        """Pass on what has been done; to be called in the loop."""
        try:
            os.read(self.wake, 4096)
        except BlockingIOError:
            return
        while self._done:
            then, result = self._done.popleft()
            then(result)

    def _go_on(self) -> None:
        while True:
            self._work.acquire()
            while self._jobs:
                job, then = self._jobs.popleft()
                try:
                    result = job()
                except Exception as error:  # noqa: BLE001 - whoever asked is told
                    result = error
                self._done.append((then, result))
                os.write(self._waker, b".")
