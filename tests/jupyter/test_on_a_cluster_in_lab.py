"""A run on a cluster as JupyterLab shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_view import LOAD, live_view
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import OpenInLab

TASKS = """
```bash fetch
echo fetched
```
```bash train --dep fetch
echo 'epoch 1'; until [ -e go ]; do sleep 0.05; done
```
```bash report --dep train
false
```
"""


def test_the_live_view_and_the_record_say_where_a_task_runs(open_in_lab: OpenInLab) -> None:
    notebook = open_in_lab(f"{LOAD}\n%spry_load Spryfile.md", "%spry_runbook --executor dask")
    notebook.path.with_name("Spryfile.md").write_text(TASKS, encoding="utf-8")
    notebook.run(0)
    notebook.start(1)
    view = live_view(notebook, 1)
    view.expect_count("running", 1)
    view.node("train").click()
    expect(view.log).to_contain_text("epoch 1")
    expect(view.root.locator(".spry-detail .spry-state")).to_contain_text("on worker-")
    notebook.screenshot("live")
    notebook.path.with_name("go").touch()
    notebook.wait(1)
    expect(notebook.outputs(1)).to_contain_text("1 failed")
    notebook.screenshot("over")
    notebook.save()
    notebook.reload()
    expect(notebook.outputs(1)).to_contain_text("on worker-")
    notebook.screenshot("record")
