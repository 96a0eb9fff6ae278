"""Where tasks are to run, as somebody says it: `local`, `dask`, `dask=ADDRESS`."""

from __future__ import annotations

from spry_jupyter.errors import RequestError

LOCAL, DASK = "local", "dask"
_SAFE = ("tls", "wss")  # schemes that encrypt, and know who is at the other end
_HERE = ("localhost", "::1")


def read_engine(text: str) -> str:
    """Return an executor as runs are asked for with it.

    Raises:
        ValueError: If there is no such executor; a sentence without a full stop.
    """
    name, equals, address = text.partition("=")
    if text == LOCAL or (name == DASK and bool(equals) == bool(address)):
        return text
    raise ValueError(f'"{text}" is no executor: there are {LOCAL}, {DASK} and {DASK}=ADDRESS')


def address_of(executor: str) -> str:
    """Return the address of an executor's scheduler; empty where all of it is on this machine."""
    return executor.partition("=")[2]


def must_be_safe(executor: str, *, insecure: bool) -> None:
    """Refuse a cluster whose connections anybody could read, and run programs by.

    Args:
        executor: See `read_engine`.
        insecure: The user knows, and wants it.

    Raises:
        RequestError: With the way out.
    """
    address = address_of(executor)
    if not address or insecure:
        return
    scheme, _, rest = address.rpartition("://")
    if scheme in _SAFE or _is_here(rest):
        return
    raise RequestError(
        f"{address} is not encrypted: whoever reaches it can read what tasks are given, and run "
        "programs there",
        note=f"use tls://{rest}, or give --insecure if the network is trusted",
    )


def _is_here(place: str) -> bool:
    host = place.rpartition(":")[0] or place
    host = host.strip("[]")
    return host in _HERE or (host.startswith("127.") and host.replace(".", "").isdigit())
