"""How much a look at files may cost before it is somebody else's to take."""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    import os


class TooMuch(Exception):
    """There is more to read than may be read here."""


class Abandoned(Exception):
    """Nobody wants to know any more."""


class Budget:
    """What may still be spent.

    Attributes:
        abandoned: Set it, from any thread, to have the look end with `Abandoned`.
        notes: Takes the paths that were looked at, and whether links were followed, with what was
            found there; None takes nothing.
    """

    __slots__ = ("_names", "_size", "abandoned", "notes")

    def __init__(
        self,
        *,
        names: int | None = None,
        size: int | None = None,
        notes: list[tuple[str, bool, os.stat_result | None]] | None = None,
    ) -> None:
        """Set the limits.

        Args:
            names: Files and entries of folders to look at; None is no limit.
            size: Bytes to read; None is no limit.
            notes: See the class.
        """
        self.abandoned = False
        self.notes = notes
        self._names = names
        self._size = size

    @property
    def is_endless(self) -> bool:
        """Whether everything can be paid."""
        return self._names is None and self._size is None

    def note(self, path: str, info: os.stat_result | None, *, follow: bool = False) -> None:
        """Remember what was found at a path, None for nothing."""
        if self.notes is not None:
            self.notes.append((path, follow, info))

    def spend(self, *, names: int = 0, size: int = 0) -> None:
        """Pay, before it is done.

        Raises:
            TooMuch: If it cannot be paid.
            Abandoned: If somebody said so.
        """
        if self.abandoned:
            raise Abandoned
        if self._names is not None:
            self._names -= names
            if self._names < 0:
                raise TooMuch
        if self._size is not None:
            self._size -= size
            if self._size < 0:
                raise TooMuch
