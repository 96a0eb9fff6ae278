"""Every error as data, with its sentence.

`str(error)` is what the user reads: `Error: …`, and where the place is known a second line
`  at Spryfile.md:12`. An error that holds several faults shows all of them.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spry_jupyter.model import Span


class SpryError(Exception):
    """Something that the user can mend.

    Attributes:
        sentence: What is wrong, without `Error: ` and without a full stop.
        span: Where, if that is known.
        note: More to say of the place, or a way out; shown after it.
    """

    def __init__(self, sentence: str, *, span: Span | None = None, note: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.span = span
        self.note = note

    def __str__(self) -> str:
        lines = [f"Error: {self.sentence}"]
        if self.span is not None:
            lines.append(f"  at {self.span}{self.note}")
        elif self.note:
            lines.append(f"  {self.note}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        # As exceptions are pickled, they are made again from `args` alone, which would fail; and a
        # pool of processes hangs for ever on an error that it cannot read.
        return _restored, (type(self), self.args, self.__dict__)

    def _render_traceback_(self) -> list[str]:
        """Show the sentence in place of a traceback, in IPython and Jupyter."""
        return str(self).splitlines()


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.7) -> str | None:
    """Return what of the known is most like a word, if it is alike enough to be meant.

    Args:
        word: What was written.
        known: What there is.
        cutoff: How alike, from 0 to 1.
    """
    import difflib  # noqa: PLC0415 - only a fault needs it

    alike = difflib.get_close_matches(word, known, n=1, cutoff=cutoff)
    return alike[0] if alike else None


def did_you_mean(near: str | None) -> str:
    """Return the end of a sentence that suggests what may have been meant, empty for nothing."""
    return f' (did you mean "{near}"?)' if near is not None else ""


def _restored(
    kind: type[SpryError], args: tuple[object, ...], values: dict[str, object]
) -> SpryError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(values)
    return error


class TaskSyntaxError(SpryError):
    """A task's line cannot be understood."""


class SourceError(SpryError):
    """A file cannot be read as a book of tasks."""


class CycleError(SpryError):
    """Tasks need each other; `path` starts and ends with the first-defined of them."""

    def __init__(self, path: Sequence[str], *, span: Span | None = None) -> None:
        super().__init__(f"Circular dependency detected: {' → '.join(path)}", span=span)
        self.path = tuple(path)


class UnknownTask(SpryError):
    """A dep or a target names a task that is not there.

    Attributes:
        name: The missing task.
        needed_by: The task that names it, or None for a target.
        near: The nearest existing name, if one is near.
    """

    def __init__(
        self,
        name: str,
        *,
        needed_by: str | None = None,
        near: str | None = None,
        span: Span | None = None,
        note: str = "",
    ) -> None:
        if near is not None:
            sentence = f'Task "{name}" not found{did_you_mean(near)}'
        elif needed_by is not None:
            sentence = f'Task "{name}" referenced by "{needed_by}" does not exist'
        else:
            sentence = f'Task "{name}" does not exist'
        super().__init__(sentence, span=span, note=note)
        self.name = name
        self.needed_by = needed_by
        self.near = near


class DefinedTwice(SpryError):
    """Two tasks of the files have one name."""

    def __init__(self, name: str, *, span: Span, first: Span) -> None:
        super().__init__(f'Task "{name}" is defined twice', span=span, note=f", first at {first}")
        self.name = name


class Faults(SpryError):
    """Several faults at once, in the order they were found."""

    def __init__(self, faults: Sequence[SpryError]) -> None:
        super().__init__(faults[0].sentence, span=faults[0].span, note=faults[0].note)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class GraphFaults(Faults):
    """All that is wrong with the closure of what the user asked to run."""


class RequestError(SpryError):
    """What was asked for cannot be done; nothing ran."""

    @classmethod
    def of(cls, error: OSError) -> RequestError:
        """Return what the system says of a file that the user named."""
        what = f"{error.filename}: " if error.filename else ""
        return cls(f"{what}{error.strerror}")


class RunFailed(SpryError):
    """A run ended and did not succeed.

    Attributes:
        run: The run, with all its results.
    """

    def __init__(self, sentence: str, *, run: object, note: str = "") -> None:
        super().__init__(sentence, note=note)
        self.run = run


class Interrupted(KeyboardInterrupt):
    """The user interrupted us, and nothing of ours goes on."""

    def _render_traceback_(self) -> list[str]:
        """Show one line in place of a traceback, in IPython and Jupyter."""
        return ["Interrupted"]


class RunInterrupted(Interrupted):
    """The user interrupted a run; every process of it is gone.

    Attributes:
        run: The run, with all its results.
    """

    def __init__(self, *, run: object) -> None:
        super().__init__("the run was interrupted")
        self.run = run

    def _render_traceback_(self) -> list[str]:
        """Show one line in place of a traceback, in IPython and Jupyter."""
        return [f"Interrupted: {self}, no process of it is left"]
