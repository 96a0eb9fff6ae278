"""The cluster that attempts run on: one that is there already, or one of our own on this machine."""

from __future__ import annotations

import logging
import os
import socket
import warnings
from typing import TYPE_CHECKING, Any

from spry_jupyter.run.dask.arbiter import Arbiter
from spry_jupyter.run.dask.worker import Host

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE = 10.0  # seconds to reach a scheduler
_WORKERS = 2  # of a cluster of our own; what tasks do is done by processes beside them


class Unreachable(Exception):
    """Why there is no cluster to run on; a sentence without a full stop."""


def connect(address: str, folder: str = "") -> Client:
    """Return a client of the cluster, which knows what is ours.

    Args:
        address: Of a scheduler; empty starts a cluster on this machine.
        folder: Where such a cluster keeps what it needs; empty is where Dask would.

    Raises:
        Unreachable: With the reason.
    """
    client = reach(address) if address else _own(folder)
    try:
        client.register_plugin(Arbiter())
        client.register_plugin(Host())
    except Exception as error:
        raise Unreachable(
            "the cluster does not take what runs tasks there: install spry-jupyter[dask] in the "
            f"environment of its scheduler and its workers ({_first_line(error)})"
        ) from error
    return client


def reach(address: str) -> Client:
    """Return a client of the cluster that a scheduler leads.

    Raises:
        Unreachable: With the reason.
    """
    from distributed import Client, Security  # noqa: PLC0415 - takes half a second

    _hush()
    _knock(address)
    more: dict[str, Any] = {"security": Security()} if address.startswith("tls:") else {}
    try:
        return Client(address, timeout=_PATIENCE, set_as_default=False, **more)
    except TypeError as error:  # without certificates Dask has no context for TLS
        raise Unreachable(
            f"{address} needs certificates: name them in Dask's configuration, "
            "as distributed.comm.tls.ca-file and distributed.comm.tls.client.cert and key"
        ) from error
    except Exception as error:
        raise Unreachable(
            f"the scheduler {address} cannot be reached: {_first_line(error)}"
        ) from error


def _knock(address: str) -> None:
    """See that somebody listens: Dask itself would go on trying for as long as it may."""
    from distributed.comm.addressing import get_address_host_port  # noqa: PLC0415 - likewise

    try:
        place = get_address_host_port(address, strict=True)
        socket.create_connection(place, timeout=_PATIENCE).close()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", "") or _first_line(error)
        raise Unreachable(f"the scheduler {address} cannot be reached: {why}") from error


def _own(folder: str) -> Client:
    from distributed import Client, LocalCluster  # noqa: PLC0415 - likewise

    _hush()
    threads = -(-max(8, (os.cpu_count() or 1) + 2) // _WORKERS)
    try:
        cluster = LocalCluster(
            n_workers=_WORKERS,
            threads_per_worker=threads,
            dashboard_address=None,
            memory_limit=0,
            local_directory=folder or None,
            silence_logs=logging.CRITICAL + 1,
        )
        return Client(cluster, set_as_default=False)
    except Exception as error:
        raise Unreachable(f"no cluster could be started here: {_first_line(error)}") from error


def _hush() -> None:
    """Keep from our streams what Dask says to those who write programs for it."""
    warnings.simplefilter("ignore")
    logging.disable()


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).strip().splitlines()[0]
