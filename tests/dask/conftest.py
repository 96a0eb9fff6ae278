"""A cluster to run tasks on, and the command line that does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from command_line import Desk
from dask_cluster import Cluster, cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster that nobody hurts; its workers know a variable that fronts do not."""
    env = {**os.environ, "ONLY_THERE": "yes"}
    with cluster(tmp_path_factory.mktemp("cluster"), env) as found:
        found.add("w1", resources={"gpu": 1})
        found.add("w2", resources={"slot": 1})
        yield found


@pytest.fixture
def fragile(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster of the test's own."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    with cluster(folder, os.environ, "w1", "w2") as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()
