"""The folder `.spry`, where the runs of a book leave their logs and their record.

.spry/.gitignore            nothing in here is anybody's source
.spry/record.db             what ran when, and how it ended
.spry/runs/RUN/TASK.log     what each task said
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from spry_jupyter.errors import RequestError
from spry_jupyter.record.digests import blake2b
from spry_jupyter.record.retention import later_than_all, prune

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from dataclasses import dataclass

    from spry_jupyter.model import Task

    Books = Mapping[
        Path, Collection[str]
    ]  # absolute folders, and what records there call the files
else:
    from spry_jupyter.frozen import dataclass

_NAME = ".spry"
RECORD = "record.db"
RUNS = "runs"


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
        return self.path / RECORD

    def new_run(self) -> tuple[str, Path]:
        """Make a folder for a run; return the run's name, later ones sort later, and the folder."""
        runs = self.path / RUNS
        runs.mkdir(mode=0o700, exist_ok=True)
        prune(str(runs))
        name = f"{later_than_all(str(runs), time.time_ns())}-{os.urandom(3).hex()}"
        path = runs / name
        path.mkdir(mode=0o700)
        return name, path


def open_folder(base: Path, what: str = "logs go") -> Folder:
    """Return the folder beside a book, made if need be; a temporary one where that cannot be.

    Args:
        base: Absolute folder of the book.
        what: What goes there, for a warning.

    Raises:
        RequestError: If what is there is a link, or the temporary one is another user's.
    """
    path = base / _NAME
    try:
        _make(path, beside=True)
    except OSError as error:
        reason = error.strerror or str(error)
        path = _temporary(base)
        _make(path.parent)
        _make(path)
        return Folder(path, f"{base / _NAME} cannot be written ({reason}): {what} to {path}")
    return Folder(path)


def places(base: Path) -> tuple[Path, Path]:
    """Return where runs of a book may have been kept: beside it, and where that could not be."""
    return base / _NAME, _temporary(base)


def fault(path: Path, *, others: bool = False) -> str:
    """Return why nothing is kept in a folder, or looked for there; empty if there is no reason.

    Args:
        path: The folder, which need not be there.
        others: It may be another user's.
    """
    if path.is_symlink():
        return f"{path} is a symbolic link"
    with suppress(OSError), os.scandir(path) as entries:  # it is not there, or cannot be read
        for entry in entries:
            if entry.is_symlink():  # or we would be led somewhere else
                return f"{entry.path} is a symbolic link"
    if not others and path.exists() and not _is_ours(path):
        return f"{path} is another user's"
    return ""


def readable(base: Path) -> list[Path]:
    """Return where runs of a book may have been kept, so far as anybody may be trusted there."""
    beside, elsewhere = places(base)
    found = [] if fault(beside, others=True) else [beside]
    return found if fault(elsewhere.parent) or fault(elsewhere) else [*found, elsewhere]


def home_of(file: str, base: Path) -> str:
    """Return what a record in the folder beside a book calls a file of tasks; empty for none.

    Args:
        file: Absolute or from the current directory.
        base: Absolute folder of the book.
    """
    if not file:
        return ""
    name = os.path.relpath(os.path.join(os.getcwd(), file), base)
    return name.encode("utf-8", "backslashreplace").decode()  # whatever it is called


def homes_of(tasks: Sequence[Task], base: Path, home: str) -> tuple[str, ...]:
    """Return for each task what a record calls the file that defines it, see `home_of`.

    Args:
        tasks: Of a book.
        base: Absolute folder of the book.
        home: What it calls that of tasks of no file; empty if it is not known.
    """
    files = [task.span.file if task.span is not None else "" for task in tasks]
    named = {file: home_of(file, base) or home for file in {*files}}
    return tuple([named[file] for file in files])


def books(files: Iterable[str]) -> Books:
    """Return where runs of files of tasks may be kept, and what they are called there."""
    paths = [Path(file).absolute() for file in files]
    bases = dict.fromkeys(path.parent for path in paths)
    return {base: [home_of(str(path), base) for path in paths] for base in bases}


def find_folder(base: Path) -> Folder:
    """Return where runs of a book are kept, or would be; nothing is made."""
    beside, elsewhere = places(base)
    kept_beside = beside.is_dir() and _is_ours(beside)
    return Folder(elsewhere if elsewhere.is_dir() and not kept_beside else beside)


def _is_ours(path: Path) -> bool:
    return path.lstat().st_uid == os.getuid()


def _temporary(base: Path) -> Path:
    import tempfile  # noqa: PLC0415 - it imports compressors, and few runs need it

    digest = blake2b(os.fsencode(base), digest_size=8).hexdigest()
    return Path(tempfile.gettempdir()) / f"spry-{os.getuid()}" / digest


def _make(path: Path, *, beside: bool = False) -> None:
    """Make a folder of ours and see that it can be written.

    Args:
        path: The folder.
        beside: It is that beside a book, which somebody else may have brought along.

    Raises:
        OSError: If it cannot be, or is another user's and `beside`.
        RequestError: If it is a link or another user's.
    """
    path.mkdir(mode=0o700, exist_ok=True)
    if why := fault(path, others=beside):
        raise RequestError(f"{why}: runs are not kept there")
    if not _is_ours(path):
        raise PermissionError(1, "it is another user's")
    ignore = path / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="ascii")
    if not os.access(path, os.W_OK):
        raise PermissionError(13, "Permission denied")
