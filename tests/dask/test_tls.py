"""Connections that are encrypted, with certificates made here."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from certificates import certificates
from dask_cluster import cluster

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Desk

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl")


def test_a_run_goes_through_encrypted_connections_and_needs_certificates(
    desk: Desk, tmp_path: Path
) -> None:
    env = certificates(tmp_path)
    desk.tasks("bash a\necho said")
    with cluster(tmp_path, {**os.environ, **env}, "w1", protocol="tls") as found:
        assert found.address.startswith("tls://")
        words = ("task", "a", "--show=all", f"--executor=dask={found.address}")
        assert desk.spry(*words, env=env).lines == ["✓ a completed", "said"]
        said = desk.spry(*words)
        assert said.status == 2
        assert "needs certificates" in said.err
