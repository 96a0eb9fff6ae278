"""The end of what a runner has on a cluster."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from hosted_executor import ON_DASK, hosted

if TYPE_CHECKING:
    from pathlib import Path

    from dask_cluster import Cluster

COUNTED = """
from spry_jupyter.run.poller import Poller
wait = Poller.wait
def counted(self, timeout):
    with open({path!r}, "a") as file:
        file.write("x")
    return wait(self, timeout)
Poller.wait = counted
"""
WITH_A_FRONT_THAT_IS_GONE = """
import os
end, other = os.pipe()
os.close(other)
executor.watch(end, lambda: None)
"""


def test_waiting_for_a_worker_s_last_word_is_not_trying_all_the_time(
    fragile: Cluster, tmp_path: Path
) -> None:
    looks = tmp_path / "looks"
    make = ON_DASK.format(address=fragile.address) + WITH_A_FRONT_THAT_IS_GONE
    with hosted(COUNTED.format(path=str(looks)), make=make) as executor:
        executor.poll(0.0)
        for worker in fragile.workers.values():
            worker.send_signal(signal.SIGSTOP)  # it says nothing
        executor.close(0.0)
    assert 0 < len(looks.read_text()) < 100
