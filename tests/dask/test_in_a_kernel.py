"""Runs of a kernel on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
from command_line import until
from kernels import kernel, watch

if TYPE_CHECKING:
    from dask_cluster import Cluster
    from headless import LiveKernel
    from watch import Watch

__all__ = ["kernel", "watch"]


def supervisors(cluster: Cluster) -> list[psutil.Process]:
    """The processes of ours below the workers."""
    return [
        process
        for worker in cluster.workers.values()
        for process in psutil.Process(worker.pid).children()
        if "supervisor" in " ".join(process.cmdline())
    ]


def test_the_setting_of_a_kernel_says_where_its_runs_are_and_the_interrupt_ends_them(
    kernel: LiveKernel, watch: Watch, shared: Cluster
) -> None:
    said = kernel.run('%config SpryMagics.executor = "nowhere"')
    assert '"nowhere" is no executor' in said.text + "".join(
        line for out in said.outputs for line in out.get("traceback", [])
    )
    kernel.run(f'%config SpryMagics.executor = "dask={shared.address}"')
    kernel.run("value = 'of the kernel'")
    kernel.run(watch.cell("a", "echo $value", "--env value --capture said --resource gpu"))
    kernel.run("run = %spry_run a")
    assert kernel.run("print(said, run['a'].where, run['a'].output)").text.split("\n")[0] == (
        "of the kernel w1 of the kernel"
    )
    kernel.run(watch.cell("b", "setsid sleep NAP & echo > READY; sleep NAP"))
    running = kernel.start("%spry_run b")
    watch.hear()
    kernel.interrupt()
    assert "cancelled" in kernel.wait(running).text
    assert watch.naps() == []


def test_a_kernel_that_is_killed_leaves_nothing_on_the_workers(
    kernel: LiveKernel, watch: Watch, fragile: Cluster
) -> None:
    kernel.run(watch.cell("a", "setsid sleep NAP & echo > READY; sleep NAP"))
    kernel_pid = kernel.run("import os; print(os.getpid())").text
    kernel.start(f"%spry_run a --executor dask={fragile.address}")
    watch.hear()
    assert supervisors(fragile)
    psutil.Process(int(kernel_pid)).kill()
    until(lambda: not watch.naps())
    until(lambda: not supervisors(fragile))
