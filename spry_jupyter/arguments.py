"""The options of a run, as the command line and the magics both take them."""

from __future__ import annotations

import argparse
import os

from spry_jupyter.errors import RequestError, did_you_mean, nearest
from spry_jupyter.read.names import composed, is_value, is_variable
from spry_jupyter.run.engine import LOCAL, must_be_safe, read_engine
from spry_jupyter.run.launch import RunOptions, default_jobs

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

SHOWN = ("failed", "targets", "all")


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal. To learn that width argparse would import all compressors."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    """Return the width of the terminal, by `COLUMNS` or as it is; 80 where there is none."""
    said = os.environ.get("COLUMNS", "")
    if said.isdigit() and int(said):
        return int(said)
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


class Parser(argparse.ArgumentParser):
    """Reports what is wrong as an error of ours, with the nearest real option."""

    def __init__(self, *, prog: str) -> None:
        super().__init__(prog=prog, allow_abbrev=False, formatter_class=_Help)

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print.

        Raises:
            RequestError: Always.
        """
        raise RequestError(message[:1].upper() + message[1:], note=f"see {self.prog} -h")

    def refuse(self, word: str) -> NoReturn:
        """Say that a word is none of ours, and which may have been meant.

        Raises:
            RequestError: Always.
        """
        options = [option for action in self._actions for option in action.option_strings]
        known = {option.lstrip("-"): option for option in options if option.startswith("--")}
        near = nearest(word.partition("=")[0].lstrip("-"), known, cutoff=0.6)
        kind = "option" if word.startswith("-") else "argument"
        hint = did_you_mean(known[near] if near else None)
        self.error(f'unknown {kind} "{word}"{hint}')


def add_run_options(parser: argparse.ArgumentParser, *, force: Sequence[str]) -> None:
    """Add the options that say how to run and what to show.

    Args:
        parser: Where to.
        force: The words for `--force`: a magic has a short one, on the command line `-f` is a file.
    """
    add = parser.add_argument_group("run options").add_argument
    add(
        "-j",
        "--jobs",
        type=_jobs,
        metavar="N",
        help=f"at most N tasks at once; default {default_jobs()}; 0 is no limit",
    )
    add("-n", "--dry-run", action="store_true", help="show what would run, in order, and why")
    add("--why", action=_Why, nargs=0, help="short for --dry-run --verbose")
    add("--show-dag", action="store_true", help="draw what would run; run nothing")
    add(
        "-v",
        "--verbose",
        action="store_true",
        help="also the order, the deps, every task's output, and times",
    )
    add("--show", choices=SHOWN, help="whose output is shown; default failed")
    add("--only", action="store_true", help="the targets without their deps")
    add("--fail-fast", action="store_true", help="the first failure stops everything")
    add(*force, action="store_true", help="run tasks even if they are up to date")
    add("--resume", action="store_true", help="do not run again what succeeded and has not changed")
    add(
        "--env",
        action="append",
        default=[],
        type=_env,
        metavar="KEY=VALUE|NAME",
        help="set or forward a variable for all tasks; repeatable",
    )
    add(
        "--executor",
        type=_executor,
        metavar="WHERE",
        help="where tasks run: local (the default), dask (a cluster of Dask on this machine) or "
        "dask=ADDRESS (of a scheduler)",
    )
    add(
        "--insecure",
        action="store_true",
        help="let the connections to that scheduler be unencrypted",
    )
    add(
        "--report",
        action="append",
        default=[],
        metavar="FILE",
        help="write what came of it: .json, .xml (JUnit), .trace.json or .html; repeatable",
    )
    add("-y", "--yes", action="store_true", help="answer every confirmation with yes")


def add_history_options(parser: argparse.ArgumentParser) -> None:
    """Add what a look at earlier runs takes."""
    parser.add_argument(
        "task", nargs="?", type=composed, metavar="TASK", help="only this one, run by run"
    )
    parser.add_argument(
        "--last", type=_count, default=20, metavar="N", help="how many runs; default 20"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def add_run_number(parser: argparse.ArgumentParser) -> None:
    """Add what chooses one of a task's earlier runs."""
    parser.add_argument(
        "--run", type=_count, metavar="N", help="of the run with this number in its history"
    )


class _Why(argparse.Action):
    """Asks for what two other options ask for."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - the signature is argparse's
        namespace: argparse.Namespace,
        values: object,  # noqa: ARG002 - likewise
        option_string: str | None = None,  # noqa: ARG002 - likewise
    ) -> None:
        namespace.dry_run = namespace.verbose = True


def run_options(given: argparse.Namespace) -> RunOptions:
    """Return how to run from what was parsed.

    Raises:
        RequestError: If nobody should run anything there.
    """
    must_be_safe(given.executor or LOCAL, insecure=given.insecure)
    return RunOptions(
        jobs=given.jobs,
        only=given.only,
        fail_fast=given.fail_fast,
        force=given.force,
        resume=given.resume,
        env=tuple(given.env),
        confirmed=given.yes,
        reports=tuple(given.report),
        executor=given.executor or LOCAL,
        insecure=given.insecure,
    )


def parse(parser: Parser, words: Sequence[str]) -> argparse.Namespace:
    """Parse words; options may stand anywhere among the others.

    Raises:
        RequestError: If they cannot be understood.
    """
    # What argparse makes of its own usage in between takes the % of a magic's name for a format.
    parser.usage = parser.format_usage().removeprefix("usage: ").rstrip().replace("%", "%%")
    given, unknown = parser.parse_known_intermixed_args(list(words))
    if unknown:
        parser.refuse(unknown[0])
    return given


def _jobs(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of tasks, 0 or more")
    return int(text)


def _executor(text: str) -> str:
    try:
        return read_engine(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of runs, 1 or more")
    return int(text)


def _env(text: str) -> str:
    name = text.partition("=")[0]
    if not is_variable(name):
        raise argparse.ArgumentTypeError(f"{name!r} is not the name of a variable")
    if not is_value(text):
        raise argparse.ArgumentTypeError(f"the variable {name} cannot hold this value")
    return text
