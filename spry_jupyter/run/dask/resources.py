"""Whether a cluster has what an attempt needs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from distributed import Client


_AS_OF = 1.0  # seconds for which it is taken that workers are those that they were


class Offers:
    """What the workers of a cluster have."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._offered: list[dict[str, float]] = []
        self._looked = -_AS_OF

    def missing(self, wanted: tuple[tuple[str, float], ...]) -> str:
        """Return why an attempt would wait for ever, or an empty string.

        Args:
            wanted: Names and amounts, all of which one worker has to have.
        """
        if not wanted:
            return ""
        offered = self._look()
        if any(all(has.get(name, 0) >= amount for name, amount in wanted) for has in offered):
            return ""
        said = ", ".join(f"{name}={amount:g}" for name, amount in wanted)
        there = sorted({f"{name}={amount:g}" for has in offered for name, amount in has.items()})
        return f"no worker of the cluster has {said} (there is {', '.join(there) or 'none'})"

    def _look(self) -> list[dict[str, float]]:
        now = time.monotonic()
        if now - self._looked >= _AS_OF:
            self._looked = now
            workers = workers_of(self._client).values()
            self._offered = [worker.get("resources", {}) for worker in workers]
        return self._offered


def workers_of(client: Client) -> dict[str, Any]:
    """Return what is known of the workers of a cluster, by address; nothing if it is gone."""
    found: dict[str, Any] = client.scheduler_info(n_workers=-1).get("workers", {})
    return found
