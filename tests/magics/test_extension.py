"""Loading and unloading the extension, and what that costs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from kernel_desk import NAPPING, Desk

if TYPE_CHECKING:
    from pathlib import Path

    from headless import LiveKernel

LEFT = """
import json
ip = get_ipython()
print(json.dumps([
    sorted(name for kind in ip.magics_manager.magics.values() for name in kind if "spry" in name),
    [repr(found) for found in ip.events.callbacks["post_run_cell"] if "Spry" in repr(found)],
    [found.matcher_identifier for found in ip.Completer.custom_matchers],
    [found for found in ip.configurables if "Spry" in repr(found)],
    hasattr(ip, "spry_magics"),
]))
"""
# Both figures are the best of several: what the code takes, not what else the machine does.
COSTS = """
import json, time, contextlib, io
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
def clock(act):
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
load = clock(lambda: shell.run_line_magic("load_ext", "spry_jupyter"))
register = lambda: shell.run_cell_magic("spry_task", 'a --dep b --descr "x" { retry: 3 }', "true\\n")
with contextlib.redirect_stdout(io.StringIO()):
    registering = min(clock(register) for _ in range(20))
print(json.dumps([load, registering]))
"""


def costs() -> list[float]:
    done = subprocess.run([sys.executable, "-c", COSTS], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_loading_takes_a_tenth_of_a_second_and_registering_5_ms() -> None:
    found = [costs() for _ in range(3)]
    assert min(load for load, _ in found) < 0.1
    assert min(registering for _, registering in found) < 0.005


def test_unloading_leaves_nothing_behind_and_loading_again_works(
    kernel: LiveKernel, tmp_path: Path
) -> None:
    user = Desk(kernel, tmp_path)
    go = user.fifo("go")
    user.task("a", NAPPING)
    user.says("run = %spry_run a --bg")
    go.read_text()
    assert len(user.naps()) == 1
    assert user.cell("%unload_ext spry_jupyter").error == ""
    assert user.naps() == []
    assert json.loads(user.says(LEFT)) == [[], [], [], [], False]
    assert "not found" in user.says("%spry_ls")
    assert user.says("%load_ext spry_jupyter") == ""
    assert user.says("%spry_ls") == "no tasks"
    assert user.says("%reload_ext spry_jupyter") == ""
    assert user.says("%spry_ls") == "no tasks"
