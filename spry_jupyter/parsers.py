"""The words that each line magic takes; `%%spry_task` takes those of `read.flags`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.arguments import (
    Parser,
    add_history_options,
    add_run_number,
    add_run_options,
)
from spry_jupyter.read.flags import FLAGS
from spry_jupyter.read.names import composed
from spry_jupyter.show.pictures import CLUSTERS, DISPLAYED, INLINE

if TYPE_CHECKING:
    from collections.abc import Callable


def _parser(name: str, descr: str) -> Parser:
    parser = Parser(prog=f"%{name}")
    parser.description = descr
    return parser


def _run_parser(name: str, descr: str) -> Parser:
    parser = _parser(name, descr)
    add_run_options(parser, force=["-f", "--force"])
    parser.add_argument(
        "--background",
        "--bg",
        action="store_true",
        help="return at once; run.wait() waits, and what nobody waits for ends with the kernel",
    )
    _add_refusals(parser)
    return parser


def _add_refusals(parser: Parser) -> None:
    """Let a line say no to what a setting says; where a line says nothing, the setting decides."""
    for name in ("verbose", "fail-fast"):
        what = f"without --{name}, which is a setting of this kernel"
        dest = name.replace("-", "_")
        parser.add_argument(f"--no-{name}", dest=dest, action="store_false", help=what)
        parser.set_defaults(**{dest: None})


def _build_run() -> Parser:
    parser = _run_parser("spry_run", "Run targets and all they need, in parallel.")
    parser.add_argument(
        "target", nargs="*", type=composed, metavar="TARGET", help="a task, or @TAG"
    )
    return parser


def _build_runbook() -> Parser:
    return _run_parser("spry_runbook", "Run every task, in parallel.")


def _build_dag() -> Parser:
    parser = _parser("spry_dag", "Draw the graph, also one with missing deps and cycles.")
    parser.add_argument(
        "target", nargs="*", type=composed, metavar="TARGET", help="draw only what these need"
    )
    parser.add_argument(
        "--format", choices=DISPLAYED, default=INLINE, help="default inline, a picture"
    )
    parser.add_argument(
        "--cluster", choices=CLUSTERS, help="draw tasks of one heading, or tag, together"
    )
    return parser


def _build_ls() -> Parser:
    parser = _parser("spry_ls", "List the tasks with what they need.")
    parser.add_argument("--json", action="store_true", help="as a JSON list")
    return parser


def _build_load() -> Parser:
    parser = _parser("spry_load", "Register the tasks of Spryfiles or notebooks; runs nothing.")
    parser.add_argument("path", nargs="+", metavar="PATH", help="a Spryfile or notebook")
    return parser


def _build_save() -> Parser:
    parser = _parser("spry_save", "Write the registered tasks as a Spryfile or notebook.")
    parser.add_argument("path", metavar="PATH", help="a .md or .ipynb file")
    parser.add_argument("--overwrite", action="store_true", help="replace PATH if it exists")
    return parser


def _build_log() -> Parser:
    parser = _parser("spry_log", "Print all that a task said when it last ran.")
    parser.add_argument("task", type=composed, metavar="TASK")
    add_run_number(parser)
    return parser


def _build_history() -> Parser:
    parser = _parser("spry_history", "List earlier runs, and how each task has been doing.")
    add_history_options(parser)
    return parser


def _build_stop() -> Parser:
    return _parser("spry_stop", "Stop the runs that go on in the background.")


def _build_rm() -> Parser:
    parser = _parser("spry_rm", "Forget tasks.")
    parser.add_argument("name", nargs="*", type=composed, metavar="NAME")
    parser.add_argument("--all", action="store_true", help="forget every task")
    return parser


PARSERS: dict[str, Callable[[], Parser]] = {
    "spry_run": _build_run,
    "spry_runbook": _build_runbook,
    "spry_dag": _build_dag,
    "spry_ls": _build_ls,
    "spry_load": _build_load,
    "spry_save": _build_save,
    "spry_log": _build_log,
    "spry_history": _build_history,
    "spry_stop": _build_stop,
    "spry_rm": _build_rm,
}


def task_help() -> str:
    """Return what `%%spry_task` takes."""
    lines = [
        "usage: %%spry_task NAME [flags] [{json5 attributes}]",
        "       the script",
        "",
        "flags:",
    ]
    for flag in FLAGS:
        words = ", ".join(flag.words) + (f" {flag.metavar}" if flag.metavar else "")
        lines.append(f"  {words:<38} {flag.help}")
    return "\n".join(lines)
