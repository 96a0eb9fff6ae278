"""What files hold, by digests, with no byte read twice that cannot have changed.

A file is known by its device, inode, size, mode, and the times of its last change and of the last
change of its inode. The last is the system's own: nobody can set it back, so a file that was
changed and given its old time again is seen. Where these are as they were when the file was read,
so is its content, but for one case: a change within the same tick of the clock. So what was read
so soon after its last change is read again the next time.
"""

from __future__ import annotations

import os
import stat
import time

from spry_jupyter.record.digests import blake2b
from spry_jupyter.record.globs import expand, is_plain

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from spry_jupyter.record.budget import Budget

    # Name, kind (`f`ile, e`x`ecutable, `d`irectory, `l`ink, `-` nothing, `s`pecial), digest of the
    # content, signature (with a `~`, or empty: it has to be read again).
    Entry = tuple[str, str, str, str]
    Wanted = tuple[str, tuple[str, ...]]  # absolute folder, patterns

_CHUNK = 1 << 20
_TICK = 50_000_000  # nanoseconds; the clock of Linux's file systems ticks every 1 to 10 ms
_COARSE = 3_000_000_000  # for file systems that keep whole seconds, or every other one
_SECOND = 1_000_000_000
_TRIES = 3
_OWN = ".spry"  # our own folder is nobody's input


class Unreadable(Exception):
    """A file is there and cannot be read; a sentence without a full stop."""


class Surveyor:
    """Looks at files for one run, and knows what was read before."""

    def __init__(self, folder: str) -> None:
        """Begin knowing nothing.

        Args:
            folder: Absolute; what is below it is named relative to it, so that it can be moved.
        """
        self._prefix = folder.rstrip("/") + "/"
        self._known: dict[str, tuple[str, str]] = {}

    def learn(self, entries: Iterable[Entry]) -> None:
        """Take over what was read in an earlier run since the machine was started."""
        known = self._known
        for name, _, digest, signature in entries:
            if is_reliable(signature):
                known[name] = (signature, digest)

    def survey(
        self,
        wanted: Iterable[Wanted],
        budget: Budget,
        skip: Collection[str] = (),
        *,
        read: bool = True,
    ) -> tuple[list[Entry], list[str]]:
        """Look at all that patterns stand for.

        Args:
            wanted: Folders and what is wanted there; a folder stands for all that is in it.
            budget: Pays for it.
            skip: Names to leave out.
            read: Also the contents; without, what is there and its signatures.

        Returns:
            An entry for each file, folder and link, in the order of the patterns, none twice; and
            the patterns that stand for nothing.

        Raises:
            TooMuch: If the budget does not suffice.
            Unreadable: Naming what cannot be read.
        """
        walk = _Walk(self, budget, set(skip), read=read)
        missing: list[str] = []
        for base, patterns in wanted:
            for pattern in patterns:
                try:
                    found = walk.add_all(_paths(base, pattern, budget))
                except OSError as error:  # a folder that a glob looks into, or a link
                    name = self.name(str(error.filename or pattern))
                    raise Unreadable(f"{name} cannot be read: {error.strerror}") from error
                if not found:
                    missing.append(pattern)
        return walk.entries, missing

    def name(self, path: str) -> str:
        """Return what a path is called in an entry."""
        prefix = self._prefix
        return path.removeprefix(prefix)

    def read(self, path: str, name: str, info: os.stat_result, budget: Budget) -> tuple[str, str]:
        """Return the digest and the signature of a file, from what is known if that suffices.

        Raises:
            TooMuch: If the budget does not suffice.
            Unreadable: If it cannot be read.
        """
        signature = _signature(info)
        known = self._known.get(name)
        if known is not None and known[0] == signature:
            return known[1], signature
        budget.spend(names=1, size=info.st_size)
        try:
            digest, signature = _read(path, budget)
        except OSError as error:
            raise Unreadable(f"{name} cannot be read: {error.strerror}") from error
        if is_reliable(signature):
            self._known[name] = (signature, digest)
        return digest, signature


class _Walk:
    """One survey, while it lasts.

    Attributes:
        entries: What has been found.
    """

    __slots__ = ("_budget", "_read", "_seen", "_surveyor", "entries")

    def __init__(self, surveyor: Surveyor, budget: Budget, seen: set[str], *, read: bool) -> None:
        self.entries: list[Entry] = []
        self._surveyor = surveyor
        self._budget = budget
        self._seen = seen
        self._read = read

    def add_all(self, paths: Iterable[str]) -> bool:
        """Add what is at paths; False if nothing is at any of them."""
        found = False
        for path in paths:
            found = self.add(path) or found
        return found

    def add(self, path: str, above: tuple[tuple[int, int], ...] = ()) -> bool:
        """Add what is at a path, with all below it; False if nothing is there.

        Args:
            path: Absolute.
            above: The folders that it is found in.
        """
        name = self._surveyor.name(path)
        try:
            info = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            self._budget.note(path, None)
            return False
        except OSError as error:
            raise Unreadable(f"{name} cannot be read: {error.strerror}") from error
        if self._budget.notes is not None:
            self._budget.note(path, info)
        if name in self._seen:
            return True
        self._seen.add(name)
        if stat.S_ISREG(info.st_mode):
            self._add_file(path, name, info)
        elif not stat.S_ISLNK(info.st_mode):
            self._add_other(path, name, info, above)
        else:
            self._add_link(path, name, above)
        return True

    def _add_link(self, path: str, name: str, above: tuple[tuple[int, int], ...]) -> None:
        """Add a link, and under its name with a `/` what it leads to."""
        self.entries.append((name, "l", os.readlink(path), ""))
        name = f"{name}/"
        try:
            info = os.stat(path)
        except OSError:
            self._budget.note(path, None, follow=True)
            self.entries.append((name, "-", "", ""))  # it leads nowhere
            return
        self._budget.note(path, info, follow=True)
        if stat.S_ISREG(info.st_mode):
            self._add_file(path, name, info)
        else:
            self._add_other(path, name, info, above)

    def _add_file(self, path: str, name: str, info: os.stat_result) -> None:
        kind = "x" if info.st_mode & stat.S_IXUSR else "f"
        if self._read:
            known = self._surveyor.read(path, name, info, self._budget)
        else:
            known = ("", _marked(info, time.time_ns()))
        self.entries.append((name, kind, *known))

    def _add_other(
        self, path: str, name: str, info: os.stat_result, above: tuple[tuple[int, int], ...]
    ) -> None:
        own = (info.st_dev, info.st_ino)
        if not stat.S_ISDIR(info.st_mode):
            self.entries.append((name, "s", str(stat.S_IFMT(info.st_mode)), ""))
        elif own not in above:  # else a link leads up: all of this is being looked at already
            self.entries.append((name, "d", "", ""))
            try:
                names = sorted(os.listdir(path))
            except OSError as error:
                raise Unreadable(f"{name} cannot be read: {error.strerror}") from error
            self._budget.spend(names=len(names))
            for below in names:
                if below != _OWN:
                    self.add(f"{path.rstrip('/')}/{below}", (*above, own))


def contents(entries: Iterable[Entry]) -> list[tuple[str, str, str]]:
    """Return what of entries says what is there, without what says whether to look again."""
    return sorted([entry[:3] for entry in entries])


def changed(old: Iterable[Entry], new: Iterable[Entry]) -> list[tuple[str, str]]:
    """Return the names that differ, and how: `changed`, `is new` or `is gone`."""
    before = {name: (kind, digest) for name, kind, digest, _ in old}
    after = {name: (kind, digest) for name, kind, digest, _ in new}
    found = [
        (name, "changed" if name in before else "is new")
        for name, value in after.items()
        if before.get(name) != value
    ]
    found += [(name, "is gone") for name in before if name not in after]
    # Of a link both its own entry and that of what it leads to may differ: it is one file, and what
    # was there before, or still is, has changed.
    told: dict[str, str] = {}
    for name, how in found:
        short = name.rstrip("/")
        told[short] = how if told.get(short, how) == how else "changed"
    return sorted(told.items())


def touched(old: Iterable[Entry], new: Iterable[Entry]) -> str:
    """Return a file that holds what it held, but has been written meanwhile; empty for none."""
    before = {name: signature.lstrip("~") for name, _, _, signature in old}
    for name, _, _, signature in new:
        known = before.get(name)
        if known and signature and signature.lstrip("~") != known:
            return name.rstrip("/")
    return ""


def _paths(base: str, pattern: str, budget: Budget) -> Iterable[str]:
    if not is_plain(pattern):
        return expand(base, pattern, budget)
    if "./" in pattern or "//" in pattern or pattern[-1:] in ("/", "."):
        parts = [part for part in pattern.split("/") if part not in ("", ".")]
        pattern = "/".join(["", *parts] if pattern[0] == "/" else parts)
    if pattern[:1] == "/":
        return (pattern,)
    return (f"{base}/{pattern}" if pattern else base,)


def _signature(info: os.stat_result) -> str:
    return (
        f"{info.st_dev} {info.st_ino} {info.st_size} {info.st_mode} "
        f"{info.st_mtime_ns} {info.st_ctime_ns}"
    )


def _read(path: str, budget: Budget) -> tuple[str, str]:
    """Return a file's digest, and its signature, see `_marked`; none if it does not stand still."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        for _ in range(_TRIES):
            began = time.time_ns()
            info = os.fstat(fd)
            digest = blake2b(digest_size=20)
            while data := os.read(fd, _CHUNK):
                digest.update(data)
                budget.spend()
            if _signature(os.fstat(fd)) == _signature(info):
                return digest.hexdigest(), _marked(info, began)
            os.lseek(fd, 0, os.SEEK_SET)
        return digest.hexdigest(), ""
    finally:
        os.close(fd)


def _marked(info: os.stat_result, now: int) -> str:
    """Return a file's signature, with a `~` if it may change before that does."""
    signature = _signature(info)
    return signature if is_settled(info.st_ctime_ns, now) else f"~{signature}"


def is_reliable(signature: str) -> bool:
    """Whether a file holds what it held as long as its signature is this."""
    return signature[:1] not in ("", "~")


def is_settled(changed: int, now: int) -> bool:
    """Whether a change after `now` would show in the time of the last one; both in nanoseconds."""
    return now - changed > (_TICK if changed % _SECOND else _COARSE)
