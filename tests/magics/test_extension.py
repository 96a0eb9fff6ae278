"""Loading and unloading the extension."""

from __future__ import annotations

import json
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
