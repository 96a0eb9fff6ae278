"""The files that `--report` names: known before the run, written after it, whole or not at all."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spry_jupyter import whole
from spry_jupyter.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spry_jupyter.show.reports.facts import RunFacts

FORMS = (".trace.json", ".json", ".xml", ".html")
"""The endings there are; the first that fits counts."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report that is to be written.

    Attributes:
        path: Absolute.
        form: One of `FORMS`.
    """

    path: Path
    form: str

    def write(self, facts: RunFacts) -> None:
        """Write it in the place of what is there; folders are made.

        Raises:
            OSError: If it cannot be written; then what was there still is.
        """
        data = text_of(self.form, facts).encode("utf-8", "backslashreplace")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        whole.write(self.path, data)


def reports(paths: Iterable[str | os.PathLike[str]]) -> list[Report]:
    """Return what is to be written; call it before anything runs.

    Args:
        paths: As the user gave them, relative to the current directory.

    Raises:
        RequestError: If an ending is unknown, or a file could not be written where it is to be.
    """
    return [_report(os.fspath(path)) for path in paths]


def _report(name: str) -> Report:
    path = Path(os.path.abspath(os.path.expanduser(name)))  # noqa: PTH100, PTH111 - `..` as the user means it
    form = next((form for form in FORMS if path.name.lower().endswith(form)), None)
    if form is None:
        raise RequestError(
            f'Unknown kind of report "{name}"',
            note="its name ends in .json, .xml (JUnit), .trace.json (Perfetto) or .html",
        )
    if path.is_dir():
        raise RequestError(f'The report "{name}" is a folder')
    above = next(parent for parent in path.parents if parent.exists())
    if not above.is_dir():
        raise RequestError(f'The report "{name}" cannot be written: {above} is no folder')
    if not os.access(above, os.W_OK | os.X_OK):
        raise RequestError(
            f'The report "{name}" cannot be written: {above} is not yours to write in'
        )
    return Report(path, form)


def text_of(form: str, facts: RunFacts) -> str:
    """Return a report in one of `FORMS`."""
    match form:
        case ".json":
            from spry_jupyter.show.reports.values import as_json  # noqa: PLC0415 - one of four

            return as_json(facts)
        case ".xml":
            from spry_jupyter.show.reports.junit import as_junit  # noqa: PLC0415 - likewise

            return as_junit(facts)
        case ".trace.json":
            from spry_jupyter.show.reports.trace import as_trace  # noqa: PLC0415 - likewise

            return as_trace(facts)
        case _:
            from spry_jupyter.show.reports.page import as_page  # noqa: PLC0415 - likewise

            return as_page(facts)
