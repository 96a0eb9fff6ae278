"""How much a look at files may cost before it is somebody else's to take."""

from __future__ import annotations


class TooMuch(Exception):
    """There is more to read than may be read here."""


class Abandoned(Exception):
    """Nobody wants to know any more."""


class Budget:
    """What may still be spent.

    Attributes:
        abandoned: Set it, from any thread, to have the look end with `Abandoned`.
    """

    __slots__ = ("_names", "_size", "abandoned")

    def __init__(self, *, names: int | None = None, size: int | None = None) -> None:
        """Set the limits.

        Args:
            names: Files and entries of folders to look at; None is no limit.
            size: Bytes to read; None is no limit.
        """
        self.abandoned = False
        self._names = names
        self._size = size

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
