"""The lines of a run: one for each task as it ends, to the letter of the interface."""

from __future__ import annotations

import signal

from spry_jupyter.model import (
    Blocked,
    ConditionNotMet,
    Event,
    Exited,
    Incomplete,
    Interrupted,
    Lost,
    NotStarted,
    Outcome,
    Reason,
    Signalled,
    TaskEnded,
    TaskRetrying,
    TimedOut,
)
from spry_jupyter.read.durations import format_duration

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from spry_jupyter.show.view import RunView, TaskView

MARKS = {
    Outcome.SUCCEEDED: "✓",
    Outcome.UP_TO_DATE: "●",
    Outcome.FAILED: "✗",
    Outcome.SKIPPED: "⊘",
    Outcome.CANCELLED: "⊘",
}
"""What a task's line begins with."""

UNWAITED = "run.wait() shows the rest; a run that nobody waits for ends with the kernel"
"""What is said of a run in the background."""

_SIGPIPE_EXIT = 128 + signal.SIGPIPE


def line(event: Event, *, timing: bool = False) -> str | None:
    """Return the line for an event; None for one that has none.

    Args:
        event: Any.
        timing: Add how long it took.
    """
    match event:
        case TaskEnded():
            text = f"{MARKS[event.outcome]} {event.name} {ended_text(event)}"
            if timing and event.attempts:
                text += f" ({timing_text(event.duration)})"
            return text
        case TaskRetrying():
            return (
                f"↻ {event.name} {reason_text(event.reason)}, "
                f"retry {event.retry} of {event.of} in {format_duration(event.delay)}"
            )
        case _:
            return None


def ended_text(event: TaskEnded) -> str:
    """Return how a task ended, as its line has it after its name."""
    match event.outcome:
        case Outcome.SUCCEEDED:
            return "completed"
        case Outcome.SKIPPED:
            why = "condition not met" if event.reason == ConditionNotMet() else "dependency failed"
            return f"skipped ({why})"
        case Outcome.FAILED if event.reason is not None:
            return reason_text(event.reason)
        case _:
            return event.outcome.value


def outcome_text(task: TaskView) -> str:
    """Return how a task ended, with what its line leaves out, or how it is doing."""
    ended = task.ended
    if ended is None:
        return task.state
    allowed = " (allowed)" if ended.waived else ""
    attempts = f" ({ended.attempts} attempts)" if ended.attempts > 1 else ""
    return f"{ended_text(ended)}{allowed}{attempts}"


def reason_text(reason: Reason) -> str:  # noqa: PLR0911 - a sentence for each reason
    """Return what goes after a task's name."""
    match reason:
        case Exited(code):
            return f"failed with exit code {code}"
        case Signalled(number):
            return f"killed by {signal_name(number)}"
        case TimedOut(limit):
            return f"timed out after {limit.text}"
        case NotStarted(why):
            return f"could not start: {why}"
        case Incomplete(why):
            return f"failed: {why}"
        case Blocked(by):
            return f"is blocked by {by}"
        case ConditionNotMet():
            return "skipped (condition not met)"
        case Interrupted():
            return "cancelled"
        case Lost(where):
            return f"lost with {where}"


def signal_name(number: int) -> str:
    """Return a signal's name, `SIG` and its number for one that has none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"


def hint(event: Event) -> str | None:
    """Return what the user may not guess about a failure, or None."""
    match event:
        case TaskEnded(outcome=Outcome.FAILED, reason=Signalled(signal.SIGKILL)):
            return f'Hint: "{event.name}" was killed from outside, perhaps out of memory'
        case TaskEnded(outcome=Outcome.FAILED, reason=Exited(code)) if code == _SIGPIPE_EXIT:
            return (
                f'Hint: in "{event.name}" a command wrote into a pipe that the next one had closed '
                "(exit code 141); bash runs with pipefail"
            )
        case _:
            return None


def timing_text(seconds: float) -> str:
    """Return a measured time: `120ms`, `1.2s`, `2m05s`, `1h02m`."""
    if seconds < 0.9995:  # noqa: PLR2004 - what would round to 1000ms
        return f"{seconds * 1000:.0f}ms"
    if seconds < 59.95:  # noqa: PLR2004 - what would round to 60.0s
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return f"{minutes}m{rest:02d}s"
    return f"{minutes // 60}h{minutes % 60:02d}m"


def all_lines(view: RunView, *, timing: bool = False) -> list[str]:
    """Return the lines of all tasks that have ended, in the order they ended."""
    return [text for event in view.ended_in_order() if (text := line(event, timing=timing))]


def summary(view: RunView) -> str:
    """Return the counts and the time of a run in one line."""
    words = {
        Outcome.SUCCEEDED: "completed",
        Outcome.UP_TO_DATE: "up to date",
        Outcome.FAILED: "failed",
        Outcome.SKIPPED: "skipped",
        Outcome.CANCELLED: "cancelled",
    }
    counts = [f"{n} {words[outcome]}" for outcome, n in view.outcomes().items() if n]
    waiting = sum(task.ended is None for task in view.tasks.values())
    if waiting:
        counts.append(f"{waiting} to go")
    return f"{', '.join(counts) or 'nothing to do'} in {timing_text(view.at)}"


def failure_sentence(view: RunView) -> str:
    """Return why a run did not succeed, in a sentence without a full stop."""
    failed = [task.ended for task in view.failed() if task.ended is not None]
    if len(failed) == 1 and failed[0].reason is not None:
        return f'Task "{failed[0].name}" {reason_text(failed[0].reason)}'
    if failed:
        return f"{len(failed)} tasks failed: {_named([event.name for event in failed])}"
    cancelled = [t.name for t in view.tasks.values() if t.outcome is Outcome.CANCELLED]
    if not cancelled or view.end is None or view.end.stopped:
        return "The run was stopped before its end"
    if len(cancelled) == 1:
        return f'Task "{cancelled[0]}" was cancelled'
    return f"{len(cancelled)} tasks were cancelled: {_named(cancelled)}"


_NAMED = 5  # tasks that a sentence names


def _named(names: list[str]) -> str:
    more = len(names) - _NAMED
    listed = ", ".join(f'"{name}"' for name in names[:_NAMED])
    return f"{listed} and {more} more" if more > 0 else listed
