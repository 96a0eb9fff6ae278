"""A real JupyterLab server of its own, with nothing of the user's and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

BUILT = Path(__file__).resolve().parents[2] / "spry_jupyter" / "labextension"

START_LIMIT = 60.0
END_LIMIT = 15.0

SETTINGS = {
    # No popup asks about news, and the server asks no registry for a newer version.
    "apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    # Cells that are scrolled out of sight stay in the page, so that a test can read them.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "docmanager-extension/plugin": {"autosave": False},
}

OPTIONS = (
    "--IdentityProvider.token=",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port=0",
    "--ServerApp.allow_root=True",
    "--ServerApp.open_browser=False",
    "--LabApp.extension_manager=readonly",
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.news_url=",
    "--LanguageServerManager.autodetect=False",
    "--JupyterNotebookApp.expose_app_in_browser=True",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabServer:
    """A running server.

    Attributes:
        url: Its address, ending with a slash.
        root: The folder that it serves; kernels start in the folder of their notebook.
        log: What it printed.
        pid: Its process.
        seconds: From its start until it answered.
    """

    url: str
    root: Path
    log: Path
    pid: int
    seconds: float


def _environment(folder: Path) -> dict[str, str]:
    """The process environment with all of Jupyter's and IPython's folders below `folder`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON", "JPY_"))
    }
    return kept | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        # Before the copy that was made when the project was installed.
        "JUPYTER_PATH": str(folder / "linked"),
        # Kernels find `python` and the product's commands where the tests run.
        "PATH": os.pathsep.join((os.path.dirname(sys.executable), os.environ["PATH"])),  # noqa: PTH120
    }


def _write_settings(folder: Path) -> None:
    for name, values in SETTINGS.items():
        path = folder / "config/lab/user-settings/@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")


def _link_extension(folder: Path) -> None:
    """Have JupyterLab take the extension as it is in the checkout."""
    link = folder / "labextensions" / "spry-jupyter"
    link.parent.mkdir(parents=True)
    link.symlink_to(BUILT, target_is_directory=True)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}api/status", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _await_url(process: subprocess.Popen[bytes], runtime: Path, log: Path) -> str:
    """The address, once the server answers there."""
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        # The file appears when the server listens.
        for file in runtime.glob("jpserver-*.json"):
            text = file.read_text(encoding="utf-8")
            if text.endswith("}") and _answers(url := json.loads(text)["url"]):
                return str(url)
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """See the server and all of its kernels dead."""
    family: list[psutil.Process] = []
    if process.poll() is None:
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=END_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for straggler in family:
        if straggler.is_running():
            straggler.kill()
    psutil.wait_procs(family, timeout=END_LIMIT)


@contextmanager
def lab_server(folder: Path) -> Iterator[LabServer]:
    """Serve `folder/notebooks` until the block ends."""
    root, log = folder / "notebooks", folder / "server.log"
    root.mkdir(parents=True)
    (folder / "runtime").mkdir(mode=0o700)
    _write_settings(folder)
    _link_extension(folder / "linked")
    began = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *OPTIONS, f"--ServerApp.root_dir={root}"],
            cwd=root,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = _await_url(process, folder / "runtime", log)
        yield LabServer(
            url=url, root=root, log=log, pid=process.pid, seconds=time.monotonic() - began
        )
    finally:
        _end(process)
