"""What the tasks of a run captured, as its user holds it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from spry_jupyter.run.mask import Mask
    from spry_jupyter.show.view import RunView


class Captured(Mapping[str, str]):
    """What the tasks of a run captured, by variable; read when it is asked for."""

    def __init__(
        self,
        view: RunView,
        names: Mapping[str, str],
        *,
        mask: Mask | None = None,
        secret: Collection[str] = (),
    ) -> None:
        """Look into a run.

        Args:
            view: The run.
            names: Variable to the task that captures it.
            mask: What hides the secrets of the run, if it has any.
            secret: Variables whose values are secret.
        """
        self._view = view
        self._names = names
        self._mask = mask
        self._secret = secret
        self._taken: dict[str, str] = {}

    def take_secrets(self) -> None:
        """Take what holds a secret into memory, so that no file keeps it when the run is over."""
        if self._mask is None:
            return
        for name, path in self._paths().items():
            if name in self._taken:
                continue
            with suppress(OSError):
                value = _read(path)
                if name in self._secret or self._mask.spans(value.encode("utf-8", _BYTES)):
                    self._taken[name] = value
                    Path(path).unlink()

    def shown(self) -> dict[str, str]:
        """Return what may be shown of the values, `***` for what is secret."""
        if self._mask is None:
            return dict(self)
        return {
            name: "***" if name in self._secret else self._mask.hide_text(value)
            for name, value in self.items()
        }

    def _paths(self) -> dict[str, str]:
        ends = {name: self._view.tasks.get(task) for name, task in self._names.items()}
        return {
            name: task.ended.captured
            for name, task in ends.items()
            if task is not None and task.ended is not None and task.ended.captured
        }

    def __getitem__(self, name: str) -> str:
        taken = self._taken.get(name)
        return taken if taken is not None else _read(self._paths()[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths())

    def __len__(self) -> int:
        return len(self._paths())

    def __repr__(self) -> str:
        return f"<Captured {', '.join(self) or 'nothing'}>"


_BYTES = "surrogateescape"


def _read(path: str) -> str:
    return Path(path).read_bytes().decode("utf-8", _BYTES)
