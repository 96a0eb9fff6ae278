"""The folder `.spry`, where the runs of a book leave their logs and their record.

.spry/.gitignore            nothing in here is anybody's source
.spry/record.db             what ran when, and how it ended
.spry/runs/RUN/TASK.log     what each task said
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from spry_jupyter.errors import RequestError
from spry_jupyter.record.digests import blake2b

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from spry_jupyter.frozen import dataclass

_NAME = ".spry"
_RECORD = "record.db"
_RUNS = "runs"
_KEEP_RUNS = 50
_KEEP_SECONDS = 3600.0  # a younger run may still be going on


@dataclass(frozen=True, slots=True)
class Folder:
    """Where runs are kept.

    Attributes:
        path: Absolute; it exists, is ours and can be written.
        warning: What the user should know about it, or empty.
    """

    path: Path
    warning: str = ""

    @property
    def store(self) -> Path:
        """The database of past runs."""
        return self.path / _RECORD

    def new_run(self) -> tuple[str, Path]:
        """Make a folder for a run; return the run's name, later ones sort later, and the folder."""
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        runs = self.path / _RUNS
        runs.mkdir(mode=0o700, exist_ok=True)
        _prune(runs)
        name = f"{stamp}-{time.time_ns() // 1000 % 1_000_000:06d}-{os.urandom(3).hex()}"
        path = runs / name
        path.mkdir(mode=0o700)
        return name, path


def open_folder(base: Path) -> Folder:
    """Return the folder beside a book, made if need be; a temporary one where that cannot be.

    Args:
        base: Absolute folder of the book.

    Raises:
        RequestError: If what is there is a link or another user's.
    """
    path = base / _NAME
    try:
        _make(path)
    except OSError as error:
        reason = error.strerror or str(error)
        path = _temporary(base)
        _make(path.parent)
        _make(path)
        return Folder(path, f"{base / _NAME} cannot be written ({reason}): logs go to {path}")
    return Folder(path)


def places(base: Path) -> tuple[Path, Path]:
    """Return where runs of a book may have been kept: beside it, and where that could not be."""
    return base / _NAME, _temporary(base)


def find_folder(base: Path) -> Folder:
    """Return where runs of a book are kept, or would be; nothing is made."""
    beside, elsewhere = places(base)
    return Folder(elsewhere if elsewhere.is_dir() and not beside.is_dir() else beside)


def _temporary(base: Path) -> Path:
    import tempfile  # noqa: PLC0415 - it imports compressors, and few runs need it

    digest = blake2b(os.fsencode(base), digest_size=8).hexdigest()
    return Path(tempfile.gettempdir()) / f"spry-{os.getuid()}" / digest


def _make(path: Path) -> None:
    """Make a folder of ours and see that it can be written.

    Raises:
        OSError: If it cannot be.
        RequestError: If it is a link or another user's.
    """
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if path.is_symlink() or found.st_uid != os.getuid():
        whose = "a symbolic link" if path.is_symlink() else "another user's"
        raise RequestError(f"{path} is {whose}: runs are not kept there")
    for inner in (path / _RUNS, path / _RECORD):  # or what is kept would land somewhere else
        if inner.is_symlink():
            raise RequestError(f"{inner} is a symbolic link: runs are not kept there")
    ignore = path / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="ascii")
    if not os.access(path, os.W_OK):
        raise PermissionError(13, "Permission denied")


def _prune(runs: Path) -> None:
    """Delete the oldest runs past the number that is kept."""
    names = sorted(os.listdir(runs))  # noqa: PTH208 - names are all that is needed
    if len(names) <= _KEEP_RUNS:
        return
    import shutil  # noqa: PLC0415 - it imports compressors, and few runs need it

    for name in names[:-_KEEP_RUNS]:
        path = runs / name
        if time.time() - path.stat().st_mtime > _KEEP_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
