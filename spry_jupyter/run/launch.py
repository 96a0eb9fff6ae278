"""From what the user asked to what the runner is told: everything as it is at this moment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from spry_jupyter.errors import RequestError
from spry_jupyter.plan.reads import read_from
from spry_jupyter.record.folder import find_folder, homes_of, open_folder
from spry_jupyter.record.key import user_key
from spry_jupyter.run.engine import LOCAL
from spry_jupyter.run.request import RunRequest, workdir
from spry_jupyter.run.still import asked

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from dataclasses import dataclass

    from spry_jupyter.plan.closure import Closure
    from spry_jupyter.plan.graph import Graph
    from spry_jupyter.record.folder import Folder
    from spry_jupyter.run.request import Tie
    from spry_jupyter.run.still import Note
else:
    from spry_jupyter.frozen import dataclass

# What a kernel sets for itself, or inherits from a server's terminal, and no task should see.
# IPython on a terminal sets none of it.
_KERNEL_ONLY = frozenset(
    b"MPLBACKEND FORCE_COLOR CLICOLOR CLICOLOR_FORCE TERM PAGER GIT_PAGER".split()
)
_KERNEL_PREFIXES = (b"JPY_", b"PYDEVD_")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How to run.

    Attributes:
        jobs: Tasks at once; 0 is no limit, None the default.
        only: The targets without their deps.
        fail_fast: The first failure stops the rest.
        force: Run tasks even if they are up to date.
        resume: Do not run again what succeeded in the last run and has not changed.
        env: `KEY=VALUE` and `NAME` for every task.
        confirmed: Every question is answered with yes.
        reports: Files to write when it is over.
        executor: Where tasks run, see `run.engine`.
        insecure: The connections to it need not be encrypted.
    """

    jobs: int | None = None
    only: bool = False
    fail_fast: bool = False
    force: bool = False
    resume: bool = False
    env: tuple[str, ...] = ()
    confirmed: bool = False
    reports: tuple[str, ...] = ()
    executor: str = LOCAL
    insecure: bool = False

    @property
    def limit(self) -> int:
        """Tasks at once; 0 is no limit: a cluster has one of its own."""
        if self.jobs is None:
            return default_jobs() if self.executor == LOCAL else 0
        return self.jobs


def default_jobs() -> int:
    """Return how many tasks run at once unless told otherwise."""
    return max(8, (os.cpu_count() or 1) + 2)


def request(
    closure: Closure,
    options: RunOptions,
    folder: Folder,
    *,
    graph: Graph,
    cwd: Path,
    home: str = "",
    kernel: Mapping[str, object] | None = None,
    in_kernel: bool = False,
    draft: bool = False,
) -> RunRequest:
    """Put together what the runner is told.

    Args:
        closure: What to run.
        options: How.
        folder: Where its logs and its record go.
        graph: What the closure is taken from.
        cwd: Where a task without a folder of its own runs.
        home: What defines the tasks of no file: the name of a notebook, if it is known.
        kernel: The user's variables in IPython; None outside.
        in_kernel: This process is a kernel, and has an environment that only suits itself.
        draft: It will not be run, so nothing is made for it.
    """
    name, path = ("", folder.path) if draft else folder.new_run()
    overrides = tuple(
        (key, value) for key, found, value in (item.partition("=") for item in options.env) if found
    )
    forwards = tuple(item for item in options.env if "=" not in item)
    ties = _ties(closure, graph, folder, cwd, home, draft=draft)
    still, sought, books = _still(closure, ties, folder)
    return RunRequest(
        id=name,
        folder=str(path),
        closure=closure,
        jobs=options.limit,
        fail_fast=options.fail_fast,
        environment=environment(in_kernel=in_kernel),
        overrides=overrides,
        forwards=forwards,
        values=_kernel_values(closure, forwards, kernel or {}),
        python=sys.executable,
        cwd=str(cwd),
        confirmed=options.confirmed,
        resume=options.resume and not options.force,
        force=options.force,
        ties=ties,
        homes=homes_of(closure.tasks, cwd, home),
        still=still,
        sought=sought,
        books=books,
        libraries=_libraries(closure),
        key=user_key(make=not draft) if any(task.secrets for task in closure.tasks) else b"",
        store=str(folder.store),
        executor=options.executor,
    )


def _ties(
    closure: Closure, graph: Graph, folder: Folder, cwd: Path, home: str, *, draft: bool
) -> dict[int, Tie]:
    """Return for each task with outputs where its mark is kept, and what it reads of its deps."""
    ties: dict[int, Tie] = {}
    stores: dict[str, str] = {}
    for i, task in enumerate(closure.tasks):
        if not task.outputs or task.is_group:
            continue
        base = task.folder or str(cwd)
        if base not in stores:
            stores[base] = str(_store(base, folder, cwd, draft=draft))
        reads = [graph.tasks[k] for k in read_from(graph, graph.index[task.name])]
        file = (Path(task.span.file).name if task.span is not None else "") or home
        file = file.encode("utf-8", "backslashreplace").decode()  # whatever it is called
        ties[i] = (
            stores[base],
            file,
            tuple([(workdir(dep, str(cwd)), dep.outputs) for dep in reads if dep.outputs]),
            tuple(
                [(workdir(dep, str(cwd)), (dep.capture,)) for dep in reads if "/" in dep.capture]
            ),
        )
    return ties


def _still(
    closure: Closure, ties: Mapping[int, Tie], folder: Folder
) -> tuple[str, int, tuple[Note, ...]]:
    """Return where to leave an answer, if the tasks are such that one can be relied on."""
    if not asked or folder.warning or any(tie[0] != str(folder.store) for tie in ties.values()):
        return "", 0, ()
    for i, task in enumerate(closure.tasks):
        plain = not (task.dotenv or task.secrets) and task.confirm is None
        own_path = "PATH" in task.forward or any(name == "PATH" for name, _ in task.env)
        if own_path or not plain or not (i in ties or task.is_group):
            return "", 0, ()
    ((still, (sought, books)),) = asked.items()
    return still, sought, books


def warnings_elsewhere(closure: Closure, cwd: Path) -> list[str]:
    """Return what to know of the records beside other files of a book, of what is up to date."""
    bases = {task.folder or str(cwd) for task in closure.tasks if task.outputs}
    what = "what is known of its tasks goes"
    opened = [open_folder(Path(base), what) for base in sorted(bases - {str(cwd)})]
    return [folder.warning for folder in opened if folder.warning]


def _store(base: str, folder: Folder, cwd: Path, *, draft: bool) -> Path:
    """Return the store beside the files of a book that lie in this folder."""
    if Path(base) == cwd:
        return folder.store
    return (find_folder if draft else open_folder)(Path(base)).store


def must_be_confirmed(closure: Closure, options: RunOptions) -> None:
    """Refuse a run that asks a question when there is nobody to answer.

    Raises:
        RequestError: Naming the task.
    """
    if options.confirmed:
        return
    for task in closure.tasks:
        if task.confirm is not None:
            raise RequestError(
                f'Task "{task.name}" asks for confirmation and nobody is there to give it',
                note="give --yes to answer every question with yes",
            )


def environment(*, in_kernel: bool) -> dict[bytes, bytes]:
    """Return this process's environment, in a kernel without what is the kernel's own."""
    env = os.environb
    if not in_kernel:
        return dict(env)
    found = {
        key: env[key]
        for key in env
        if key not in _KERNEL_ONLY and not key.startswith(_KERNEL_PREFIXES)
    }
    # A kernel of a virtual environment is started without activating that.
    programs = os.fsencode(os.path.dirname(sys.executable))
    path = found.get(b"PATH", os.fsencode(os.defpath))
    if programs and programs not in path.split(b":"):
        found[b"PATH"] = programs + b":" + path
    return found


def _kernel_values(
    closure: Closure, forwards: Iterable[str], kernel: Mapping[str, object]
) -> dict[str, bytes | str]:
    names = {name for task in closure.tasks for name in (*task.forward, *task.secrets)}
    names.update(forwards)
    return {name: _as_variable(name, kernel[name]) for name in sorted(names) if name in kernel}


def _as_variable(name: str, value: object) -> bytes | str:
    """Return the bytes of an environment variable, or why this value has none."""
    try:
        if isinstance(value, bytes):
            data = value
        elif isinstance(value, str):
            data = value.encode("utf-8", "surrogateescape")
        else:
            import json  # noqa: PLC0415 - few values need it

            data = json.dumps(value, allow_nan=False).encode()
    except UnicodeEncodeError:
        return f"the kernel variable {name} holds half of a character, which no variable can"
    except (TypeError, ValueError, RecursionError):
        kind = str(value) if isinstance(value, float) else f"a {type(value).__name__}"
        return f"the kernel variable {name} is {kind}: only text and plain values are forwarded"
    if b"\0" in data:
        return f"the kernel variable {name} holds a NUL byte, which no variable can"
    return data


def _libraries(closure: Closure) -> str:
    """Return the folder that the runner imports the parser of `.env` files from, if it needs it."""
    if not any(task.dotenv for task in closure.tasks):
        return ""
    from importlib.util import find_spec  # noqa: PLC0415 - few runs need it

    spec = find_spec("dotenv")
    if spec is None or spec.origin is None:
        return ""
    return str(Path(spec.origin).parent.parent)
