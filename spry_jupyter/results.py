"""One run as its user holds it: results, captured values, waiting and stopping."""

from __future__ import annotations

import contextvars
import sys
import threading
from queue import Empty

from spry_jupyter.captured import Captured
from spry_jupyter.errors import RunFailed, RunInterrupted, did_you_mean, nearest
from spry_jupyter.interrupts import Interrupts, runs_a_cell
from spry_jupyter.model import TaskAsking, Warned
from spry_jupyter.run.client import client
from spry_jupyter.run.secrets import mask_of, secret_names
from spry_jupyter.show.lines import UNWAITED, all_lines, failure_sentence, summary
from spry_jupyter.show.view import RunView, TaskView
from spry_jupyter.task_results import TaskResult

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator
    from typing import Any

    from spry_jupyter.model import Event
    from spry_jupyter.run.client import Client, Inbox
    from spry_jupyter.run.request import RunRequest
    from spry_jupyter.show.plain import Show

_TICK = 0.1  # seconds between two looks at the clock while a run is shown


class Run:
    """A run, while it lasts and after. `await run` does what `wait` does and blocks nobody.

    Attributes:
        id: The run's name, later ones sort later.
        closure: What it is about.
        jobs: Tasks at once; 0 is no limit.
        captured: What its tasks captured, by variable.
        interrupted: The user stopped it.
        unheard: Interrupts that have come and were not acted on yet.
    """

    def __init__(
        self,
        request: RunRequest,
        *,
        show: Show | None = None,
        ask: Callable[[str], bool] | None = None,
        warnings: Collection[str] = (),
        moment: Callable[[], object] = lambda: None,
        waited: Callable[[], bool] = lambda: False,
        ended: Callable[[Run], None] = lambda _: None,
    ) -> None:
        """Begin a run.

        Args:
            request: What to run.
            show: Shows it while it is waited for.
            ask: Answers the questions of tasks that are to be confirmed.
            warnings: What the user should know of it from the start.
            moment: Returns what tells one execution of a kernel from another: what was shown by
                waiting is not displayed again in the same one.
            waited: Is called when somebody begins to wait; returns whether that shows it there.
            ended: Is called once, with the run, when its end is heard of by whoever asks for it.
        """
        self.id = request.id
        self.closure = request.closure
        self.jobs = request.jobs
        self.interrupted = False
        self._moment = moment
        self._shown_at: object = None
        self._waited = waited
        self._ended: Callable[[Run], None] | None = ended
        self._turn = threading.RLock()  # a run in the background is followed by another thread
        self._follower: threading.Thread | None = None
        self._unshown: list[Event] = []
        waiting = {task.name: TaskView(task.name) for task in request.closure.tasks}
        self._view = RunView(run=request.id, folder=request.folder, tasks=waiting)
        captures = {t.capture: t.name for t in request.closure.tasks if t.capture}
        secret = secret_names(request)
        self.captured = Captured(self._view, captures, mask=mask_of(request), secret=secret)
        self._show = show
        self._ask = ask
        self.unheard = 0
        self._client: Client = client(request.executor)
        self._inbox: Inbox = self._client.submit(request)
        if warnings:
            self._inbox.put([Warned(at=0.0, text=warning) for warning in warnings])
        if show is not None:
            show.begin(request.closure)

    # -- results -----------------------------------------------------------------------------

    @property
    def view(self) -> RunView:
        """The state of the run, as far as it has been heard of."""
        self.poll()
        return self._view

    @property
    def done(self) -> bool:
        """Whether it is over, and no process of it is left."""
        return self.view.end is not None

    @property
    def ok(self) -> bool:
        """Whether it is over and succeeded."""
        end = self.view.end
        return end is not None and end.ok

    def __getitem__(self, task: str) -> TaskResult:
        view = self.view
        if task not in view.tasks:
            raise KeyError(f'No task "{task}" in this run{did_you_mean(nearest(task, view.tasks))}')
        return TaskResult(view.tasks[task])

    def __iter__(self) -> Iterator[TaskResult]:
        return (TaskResult(task) for task in self.view.tasks.values())

    def __len__(self) -> int:
        return len(self.view.tasks)

    def to_dict(self) -> dict[str, Any]:
        """Return all that is known of the run as plain values."""
        return {
            "id": self.id,
            "ok": self.ok,
            "done": self.done,
            "duration": self._view.at,
            "tasks": [task.to_dict() for task in self],
            "captured": self.captured.shown(),
            "warnings": list(self._view.warnings),
        }

    # -- while it lasts ----------------------------------------------------------------------

    def wait(self, *, check: bool = True) -> Run:
        """Wait for its end, showing it; Ctrl-C and a kernel's interrupt stop it.

        Args:
            check: Raise if it did not succeed.

        Raises:
            RunFailed: If it did not succeed.
            RunInterrupted: If it was interrupted; by then no process of it is left.
        """
        with Interrupts(self):
            self._begin_to_wait()
            while not self._step(_TICK if self._show is not None else None):
                pass
            self._end_waiting()
        return self._judged(check=check)

    def __await__(self) -> Generator[Any, None, Run]:
        return self._awaited().__await__()

    async def _awaited(self) -> Run:
        """Do what `wait` does, and let others go on meanwhile."""
        import asyncio  # noqa: PLC0415 - who awaits has it; the command line never does

        cancelled = False
        loop, news = asyncio.get_running_loop(), asyncio.Event()
        with Interrupts(self), self._inbox.waking(lambda: loop.call_soon_threadsafe(news.set)):
            self._begin_to_wait()
            while not self._step(0.0):
                try:
                    # Also without news: a signal is heard only between two steps of the loop.
                    await asyncio.wait_for(news.wait(), _TICK)
                except TimeoutError:
                    self._tick()
                except asyncio.CancelledError:  # the way in which a kernel tells an interrupt
                    self.interrupt()
                    cancelled = True
                news.clear()
            self._end_waiting()
        if self.interrupted and _is_a_task_apart(cancelled=cancelled):
            raise asyncio.CancelledError
        return self._judged(check=True)

    def poll(self) -> None:
        """Take in what has happened, without waiting."""
        # Who waits in another thread holds it, for as long as nothing comes, and takes in what does.
        if not self._turn.acquire(timeout=_TICK):
            return
        try:
            while self._view.end is None and self._take(0.0):
                pass
        finally:
            self._turn.release()
        self._tell_end()

    def follow(self) -> None:
        """Take in and show what happens in another thread, until somebody waits or it ends."""
        context = contextvars.copy_context()  # or what it sends would belong to no cell
        self._follower = threading.Thread(
            target=context.run, args=(self._follow,), name="spry-follow", daemon=True
        )
        self._shown_at = self._moment()
        self._follower.start()

    def stop(self, task: str | None = None) -> None:
        """Stop it, or one task of it; ask twice to end also what cleans up, and at once.

        Args:
            task: A task's name; None is the whole run.
        """
        if self._view.end is None:
            self._client.cancel(self.id, task)

    def interrupt(self) -> None:
        """Have `wait` stop the run. May be called from a signal handler."""
        self.unheard += 1
        self._inbox.put(())

    def finish_showing(self) -> None:
        """Close the show of it, once."""
        show, self._show = self._show, None
        if show is not None:
            show.close(self._view)

    def _begin_to_wait(self) -> None:
        with self._turn:
            self._follower = None  # whoever follows it leaves it to us
            if self._waited() or self._show is not None:
                self._shown_at = self._moment()
            self._show_news()

    def _end_waiting(self) -> None:
        with self._turn:
            self.finish_showing()
        self._tell_end()
        if self.unheard:  # it came when there was nothing left to stop
            self.unheard, self.interrupted = 0, True

    def _judged(self, *, check: bool) -> Run:
        if self.interrupted:
            raise RunInterrupted(run=self)
        if check and not self.ok:
            raise RunFailed(failure_sentence(self._view), run=self)
        return self

    def _follow(self) -> None:
        news, me = threading.Event(), threading.current_thread()
        with self._inbox.waking(news.set):
            while self._step(0.0, me) is False:
                if not news.wait(_TICK):
                    self._tick(me)
                news.clear()

    def _step(self, timeout: float | None, follower: threading.Thread | None = None) -> bool | None:
        """Take in a batch, if there is one in time, and show it.

        Returns:
            Whether that was the end; None for a follower who is not wanted any more.
        """
        with self._turn:
            if self._follower is not follower:
                return None
            while self._view.end is None and self._take(timeout):
                timeout = 0.0
            self._show_news()
            if follower is not None and self._view.end is not None:
                self.finish_showing()
            return self._view.end is not None

    def _tick(self, follower: threading.Thread | None = None) -> None:
        with self._turn:
            if self._show is not None and self._follower is follower:
                self._show.tick(self._view)

    def _tell_end(self) -> None:
        if self._view.end is not None and self._ended is not None:
            tell, self._ended = self._ended, None
            tell(self)

    def _take(self, timeout: float | None) -> bool:
        """Take in a batch; False if there was none in time."""
        try:
            batch = self._inbox.get(timeout != 0.0, timeout)
        except Empty:
            if timeout:
                self._tick()
            return False
        while self.unheard:
            self.interrupted = True
            self.unheard -= 1
            self._client.cancel(self.id)
        for event in batch:
            self._view.apply(event)
        self._unshown += batch
        if self._view.end is not None:
            self.captured.take_secrets()
        return True

    def _show_news(self) -> None:
        """Show what has been heard since the last time, and answer what was asked."""
        news, self._unshown = self._unshown, []
        if self._show is not None and news:
            self._show.update(self._view, news)
        for event in news:
            if isinstance(event, TaskAsking):
                self._answer(event)

    def _answer(self, event: TaskAsking) -> None:
        if self._ask is not None:
            self._client.confirm(self.id, event.name, yes=self._ask(event.text))

    # -- display -----------------------------------------------------------------------------

    def __repr__(self) -> str:
        if not self.done:
            return f"<Run {self.id} running: {summary(self._view)}>"
        return f"<Run {self.id} {'succeeded' if self.ok else 'failed'}: {summary(self._view)}>"

    @property
    def is_shown(self) -> bool:
        """Whether waiting for it has just shown it, in the same execution of a cell."""
        return self._shown_at is not None and self._shown_at == self._moment()

    def _ipython_display_(self) -> None:
        """Display nothing where waiting for it has just shown it, else what it says of itself."""
        if not self.is_shown:
            raise NotImplementedError  # so IPython goes on to what it says of itself

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Display it in a notebook: its record, and as text the lines of its tasks."""
        from spry_jupyter.show.record import record  # noqa: PLC0415 - the command line shows none

        lines = all_lines(self.view)
        if not lines or not self.done:
            lines.append(repr(self))
        if not self.done:
            lines.append(UNWAITED)
        page = record(self._view, self.closure, jobs=self.jobs)
        return {"text/plain": "\n".join(lines), "text/html": page}


def _is_a_task_apart(*, cancelled: bool) -> bool:
    """Whether a `KeyboardInterrupt` here would end a loop rather than reach who waits.

    It leaves a loop from whatever task it is raised in, and a kernel ends with its loop; only the
    task that runs a cell's code catches it. Who cancels a task waits for it to be cancelled.
    """
    inside = runs_a_cell(sys._getframe())  # noqa: SLF001 - the only name of it
    return not inside and (cancelled or "ipykernel" in sys.modules)
