"""What a report is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.show.view import RunView


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """A run that is over.

    Attributes:
        view: How it went; the logs that it names are read.
        closure: What it was about.
        jobs: Tasks at once; 0 is no limit.
        values: What `Run.to_dict` says of it.
    """

    view: RunView
    closure: Closure
    jobs: int
    values: Mapping[str, Any]

    @property
    def targets(self) -> list[str]:
        """Names of the tasks that were asked for."""
        return [self.closure.tasks[i].name for i in sorted(self.closure.targets)]

    @property
    def began(self) -> datetime:
        """When it began, to the second; the name of a run says so."""
        try:
            return datetime.strptime(self.view.run[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            return datetime.fromtimestamp(0, UTC)
