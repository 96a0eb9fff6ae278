"""Waiting for descriptors: epoll where there is one, else poll."""

from __future__ import annotations

import select


class Poller:
    """Tells which of its descriptors can be read."""

    def __init__(self) -> None:
        self._epoll = select.epoll() if hasattr(select, "epoll") else None
        self._poll = None if self._epoll is not None else select.poll()

    def add(self, fd: int) -> None:
        """Begin to watch a descriptor."""
        (self._epoll or self._poll).register(fd, select.POLLIN)  # type: ignore[union-attr]

    def remove(self, fd: int) -> None:
        """Watch it no longer; it has to be open still."""
        (self._epoll or self._poll).unregister(fd)  # type: ignore[union-attr]

    def wait(self, timeout: float) -> list[int]:
        """Return what can be read, or is at its end, within `timeout` seconds."""
        if self._epoll is not None:
            return [fd for fd, _ in self._epoll.poll(timeout)]
        assert self._poll is not None
        return [fd for fd, _ in self._poll.poll(timeout * 1000)]
