"""Whether a cluster has what an attempt needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from distributed import Client


def missing(client: Client, wanted: tuple[tuple[str, float], ...]) -> str:
    """Return why an attempt would wait for ever, or an empty string.

    Args:
        client: Of the cluster.
        wanted: Names and amounts, all of which one worker has to have.
    """
    if not wanted:
        return ""
    offered = [worker.get("resources", {}) for worker in workers_of(client).values()]
    if any(all(has.get(name, 0) >= amount for name, amount in wanted) for has in offered):
        return ""
    said = ", ".join(f"{name}={amount:g}" for name, amount in wanted)
    there = sorted({f"{name}={amount:g}" for has in offered for name, amount in has.items()})
    return f"no worker of the cluster has {said} (there is {', '.join(there) or 'none'})"


def workers_of(client: Client) -> dict[str, Any]:
    """Return what is known of the workers of a cluster, by address; nothing if it is gone."""
    found: dict[str, Any] = client.scheduler_info(n_workers=-1).get("workers", {})
    return found
