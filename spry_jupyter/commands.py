"""The commands of `jupyter spry`: what each takes, the one call that it makes, what it shows."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from spry_jupyter.arguments import add_history_options, add_run_number, add_run_options, run_options
from spry_jupyter.errors import RequestError
from spry_jupyter.read.names import composed

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from spry_jupyter.runbook import Runbook

FINE, AT_FAULT = 0, 2
DEFAULT = "Spryfile.md"


def _build_task(parser: ArgumentParser) -> None:
    parser.description = "Run targets and all they need, in parallel."
    parser.epilog = (
        "examples:\n  jupyter spry task deploy\n  jupyter spry task @nightly -j 4 --fail-fast\n"
        "  jupyter spry task deploy --dry-run -f ops/Spryfile.md"
    )
    parser.add_argument(
        "target", nargs="+", type=composed, metavar="TARGET", help="a task, or @TAG"
    )
    add_run_options(parser, force=["--force"])


def _build_runbook(parser: ArgumentParser) -> None:
    parser.description = "Run every task, in parallel."
    parser.epilog = "examples:\n  jupyter spry runbook\n  jupyter spry runbook -f nightly.ipynb"
    add_run_options(parser, force=["--force"])


def _task(given: Namespace) -> int:
    return _run(given, given.target)


def _runbook(given: Namespace) -> int:
    return _run(given, None)


def _run(given: Namespace, targets: list[str] | None) -> int:
    from spry_jupyter.foreground import run  # noqa: PLC0415 - other commands start faster without
    from spry_jupyter.show.plain import Style  # noqa: PLC0415 - likewise

    if given.dry_run or given.show_dag:
        sys.stdout.write(_preview(given, targets) + "\n")
        return FINE
    style = Style(
        verbose=given.verbose,
        whose=given.show or "",
        log_command=_log_command(given),
        whole=True,
    )
    return run(lambda: _book(given), targets, run_options(given), style)


def _preview(given: Namespace, targets: list[str] | None) -> str:
    from spry_jupyter.preview import preview  # noqa: PLC0415 - likewise

    return preview(
        _book(given),
        targets,
        run_options(given),
        drawn=given.show_dag,
        verbose=given.verbose,
        width=_width(),
    )


def _build_ls(parser: ArgumentParser) -> None:
    parser.description = "List the tasks with what they need."
    parser.epilog = "examples:\n  jupyter spry ls\n  jupyter spry ls --json"
    parser.add_argument("--json", action="store_true", help="as a JSON list")


def _ls(given: Namespace) -> int:
    from spry_jupyter.show.listing import as_json, as_table  # noqa: PLC0415 - likewise

    tasks = _book(given).tasks
    sys.stdout.write((as_json(tasks) if given.json else as_table(tasks)) + "\n")
    return FINE


def _build_check(parser: ArgumentParser) -> None:
    parser.description = "Look for faults without running anything."
    parser.epilog = "examples:\n  jupyter spry check\n  jupyter spry check --strict -f ops.ipynb"
    parser.add_argument(
        "--strict", action="store_true", help="also report what looks like a task and is none"
    )


def _check(given: Namespace) -> int:
    from spry_jupyter.plan.closure import resolve  # noqa: PLC0415 - likewise
    from spry_jupyter.plan.graph import Graph  # noqa: PLC0415 - likewise
    from spry_jupyter.read.book import read_book  # noqa: PLC0415 - likewise
    from spry_jupyter.show.listing import counted  # noqa: PLC0415 - likewise

    book = read_book(_files(given))
    suspects = book.suspects if given.strict else ()
    for suspect in suspects:
        sys.stderr.write(f"{suspect}\n")
    closure = resolve(Graph.of(book.tasks))
    if suspects:
        return AT_FAULT
    deps = sum(len(needs) for needs in closure.needs)
    sys.stdout.write(f"{counted(len(closure.tasks), 'task')}, {counted(deps, 'dep')}: no faults\n")
    return FINE


def _build_dag(parser: ArgumentParser) -> None:
    from spry_jupyter.show.pictures import CLUSTERS, FORMATS  # noqa: PLC0415 - likewise

    parser.description = "Draw the graph, also one with missing deps and cycles."
    parser.epilog = "examples:\n  jupyter spry dag deploy\n  jupyter spry dag --out graph.svg"
    parser.add_argument(
        "target", nargs="*", type=composed, metavar="TARGET", help="draw only what these need"
    )
    parser.add_argument(
        "--format", choices=FORMATS, help="default what the ending of --out says, else ascii"
    )
    parser.add_argument("--out", metavar="FILE", help="write it there")
    parser.add_argument(
        "--cluster", choices=CLUSTERS, help="draw tasks of one heading, or tag, together"
    )


def _dag(given: Namespace) -> int:
    from spry_jupyter.show.pictures import format_of, picture  # noqa: PLC0415 - likewise

    form = given.format or format_of(given.out)
    if form == "png" and not given.out and sys.stdout.isatty():
        raise RequestError("A PNG is nothing for a terminal to show", note="give --out FILE")
    width = None if given.out else _width()
    graph = _book(given).graph
    drawn = picture(graph, given.target, form, width=width, cluster=given.cluster)
    data = drawn if isinstance(drawn, bytes) else f"{drawn}\n".encode("utf-8", "backslashreplace")
    if given.out:
        Path(given.out).write_bytes(data)
    elif isinstance(drawn, bytes):
        sys.stdout.buffer.write(data)
    else:
        sys.stdout.write((drawn or "no tasks") + "\n")
    return FINE


def _build_export(parser: ArgumentParser) -> None:
    parser.description = "Write a Spryfile as a notebook, or a notebook as a Spryfile, with prose."
    parser.epilog = (
        "examples:\n  jupyter spry export ops.ipynb\n  jupyter spry export Spryfile.md -f ops.ipynb"
    )
    parser.add_argument("out", metavar="OUT", help="a new .ipynb or .md file")
    parser.add_argument("--overwrite", action="store_true", help="replace OUT if it exists")


def _export(given: Namespace) -> int:
    from spry_jupyter.read.export import export  # noqa: PLC0415 - likewise

    export(_files(given), given.out, overwrite=given.overwrite)
    return FINE


def _build_log(parser: ArgumentParser) -> None:
    parser.description = "Print all that a task said when it last ran, and nothing else."
    parser.epilog = "examples:\n  jupyter spry log build\n  jupyter spry log build --run 2"
    parser.add_argument("task", type=composed, metavar="TASK")
    add_run_number(parser)


def _log(given: Namespace) -> int:
    from spry_jupyter.record.folder import books  # noqa: PLC0415 - likewise
    from spry_jupyter.record.past import log_of  # noqa: PLC0415 - likewise
    from spry_jupyter.run.rest import complete  # noqa: PLC0415 - likewise
    from spry_jupyter.show.plain import copy_bytes, tell  # noqa: PLC0415 - likewise

    log = log_of(given.task, books(_files(given)), _names(given), run=given.run)
    if why := complete(str(log or "")):
        tell(sys.stderr, f"Warning: The log is not whole: {why}")
    copy_bytes(log, sys.stdout.buffer)
    return FINE


def _build_history(parser: ArgumentParser) -> None:
    parser.description = "List earlier runs, and how each task, or one of them, has been doing."
    parser.epilog = "examples:\n  jupyter spry history\n  jupyter spry history build --last 50"
    add_history_options(parser)


def _history(given: Namespace) -> int:
    from spry_jupyter.history import tell_history  # noqa: PLC0415 - likewise
    from spry_jupyter.record.folder import books  # noqa: PLC0415 - likewise

    text = tell_history(
        books(_files(given)), _names(given), given.task, most=given.last, as_json=given.json
    )
    sys.stdout.write(text + "\n")
    return FINE


def _build_clean(parser: ArgumentParser) -> None:
    parser.description = (
        "Forget earlier runs: their record, their logs, and what is up to date. Deletes no output."
    )
    parser.epilog = "examples:\n  jupyter spry clean\n  jupyter spry clean -f ops/Spryfile.md"


def _clean(given: Namespace) -> int:
    from spry_jupyter.record.clean import clean  # noqa: PLC0415 - likewise
    from spry_jupyter.show.listing import counted  # noqa: PLC0415 - likewise

    _book(given)  # or a slip of the finger would clean another folder
    for place, count in clean(_folders(given)):
        sys.stdout.write(f"forgot {counted(count, 'run')} in {place}\n")
    return FINE


def _build_completion(parser: ArgumentParser) -> None:
    parser.description = "Print what makes a shell complete this command."
    parser.epilog = (
        'examples:\n  eval "$(jupyter spry completion bash)"    in ~/.bashrc\n'
        "  jupyter spry completion fish > ~/.config/fish/completions/jupyter-spry.fish"
    )
    shells = ["bash", "zsh", "fish"]
    parser.add_argument("shell", choices=shells, metavar="SHELL", help=", ".join(shells))


def _completion(given: Namespace) -> int:
    from spry_jupyter.completion import script  # noqa: PLC0415 - likewise

    sys.stdout.write(script(given.shell))
    return FINE


Command = tuple[Callable[[ArgumentParser], None], Callable[[Namespace], int]]
COMMANDS: dict[str, Command] = {
    "task": (_build_task, _task),
    "runbook": (_build_runbook, _runbook),
    "ls": (_build_ls, _ls),
    "check": (_build_check, _check),
    "dag": (_build_dag, _dag),
    "export": (_build_export, _export),
    "log": (_build_log, _log),
    "history": (_build_history, _history),
    "clean": (_build_clean, _clean),
    "completion": (_build_completion, _completion),
}


# -- what they share -------------------------------------------------------------------------------


def _files(given: Namespace) -> list[str]:
    return given.file or [DEFAULT]


def _book(given: Namespace) -> Runbook:
    from spry_jupyter.runbook import Runbook  # noqa: PLC0415 - likewise

    return Runbook.load(*_files(given))


def _folders(given: Namespace) -> list[Path]:
    return [Path(file).absolute().parent for file in _files(given)]


def _names(given: Namespace) -> list[str]:
    return [task.name for task in _book(given).graph.tasks]


def _log_command(given: Namespace) -> str:
    if not given.file:
        return "jupyter spry log"
    import shlex  # noqa: PLC0415 - likewise

    files = "".join(f" -f {shlex.quote(file)}" for file in given.file)
    return f"jupyter spry log{files}"


def _width() -> int | None:
    """Return the terminal's width, None where there is no terminal or its size is not known."""
    return (os.get_terminal_size().columns or None) if sys.stdout.isatty() else None
