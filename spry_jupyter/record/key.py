"""The user's key: what makes a digest of a secret worthless to anybody else.

It lies in the user's home and not in `.spry`: that folder may be copied, cached or sent to somebody.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

_BYTES = 32


def user_key(*, make: bool = True) -> bytes:
    """Return the key; empty where there is none or it cannot be kept.

    Args:
        make: Make it if there is none.
    """
    try:
        path = _folder() / "key"
        if make and not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                _make(path)
        return _read(path)
    except (OSError, RuntimeError):  # the latter: nobody knows where home is
        return b""


def _folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME", "")
    return (Path(state) if state[:1] == "/" else Path.home() / ".local/state") / "spry_jupyter"


def _make(path: Path) -> None:
    """Put a new key in its place in one step; whoever comes second takes what is there."""
    beside = path.with_name(f"key.{os.urandom(6).hex()}")
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(fd, os.urandom(_BYTES))
        os.link(beside, path)
    finally:
        os.close(fd)
        beside.unlink()


def _read(path: Path) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(fd)
        private = stat.S_ISREG(found.st_mode) and not found.st_mode & 0o077
        if not private or found.st_uid != os.getuid():
            return b""
        key = os.read(fd, _BYTES)
    finally:
        os.close(fd)
    return key if len(key) == _BYTES else b""
