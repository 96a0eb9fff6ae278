"""`jupyter spry` and `python -m spry_jupyter`: parse, one call, show."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from spry_jupyter.arguments import Parser, parse
from spry_jupyter.commands import AT_FAULT, COMMANDS, DEFAULT, FINE
from spry_jupyter.errors import RequestError, SpryError, did_you_mean, nearest

TYPE_CHECKING = False  # typing costs each command 2 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
_USAGE = """\
usage: jupyter spry COMMAND [-f FILE]… [options]

Runs the tasks of Spryfiles (Markdown) and notebooks. FILE is Spryfile.md unless given.

  task TARGET…      run targets and all they need
  runbook           run every task
  ls                list the tasks
  check             look for faults without running anything
  dag [TARGET…]     draw the graph
  export OUT        write a Spryfile as a notebook, or a notebook as a Spryfile
  clean             forget earlier runs and what is up to date; deletes no output
  log TASK          print all that a task said when it last ran
  history [TASK]    list earlier runs, and how each task has been doing
  completion SHELL  print what makes bash, zsh or fish complete this command

  COMMAND -h        says more, with examples
  --version         prints the version

Exit status: 0 fine, 1 a task failed, 2 the request or the files are at fault and nothing ran,
130 interrupted, 143 terminated."""


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says.

    Args:
        argv: The words after the program's name; None takes them from the process.

    Returns:
        The exit status.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    _open_streams()
    try:
        status = _command(words)
        sys.stdout.flush()
    except SpryError as error:
        status = _complain(error)
    except BrokenPipeError:  # whoever read us has seen enough
        status = FINE
    except OSError as error:
        status = _complain(RequestError.of(error))
    except KeyboardInterrupt:
        status = INTERRUPTED
    except SystemExit as stop:  # a signal came before there was anything to stop
        status = int(stop.code or 0)
    _give_up_what_cannot_be_written()
    return status


def _open_streams() -> None:
    """See that there are three streams, whatever we were started with, and that all can be said.

    `__main__` has seen to their descriptors.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _give_up_what_cannot_be_written() -> None:
    """Let the interpreter end in peace when nobody takes what we still have to say."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            from spry_jupyter.show.plain import give_up  # noqa: PLC0415 - only a fault needs it

            give_up(stream)


def _complain(error: SpryError) -> int:
    from spry_jupyter.show.plain import tell  # noqa: PLC0415 - only a fault needs it

    with suppress(OSError):
        sys.stdout.flush()
    tell(sys.stderr, str(error))
    return AT_FAULT


def _command(words: list[str]) -> int:
    if not words:
        sys.stderr.write(_USAGE + "\n")
        return AT_FAULT
    if words[0] in ("-h", "--help", "help"):
        sys.stdout.write(_USAGE + "\n")
        return FINE
    if words[0] == "--version":
        from importlib.metadata import version  # noqa: PLC0415 - few calls need it

        sys.stdout.write(f"spry_jupyter {version('spry_jupyter')}\n")
        return FINE
    if words[0] == "complete":  # asked by the scripts of `completion`, not by people
        from spry_jupyter.completion import answer  # noqa: PLC0415 - likewise

        sys.stdout.write(answer(words[1:], COMMANDS, _parser, DEFAULT))
        return FINE
    if words[0].startswith("-"):
        raise RequestError(
            f'The command comes first, then "{words[0]}"', note="see jupyter spry -h"
        )
    if words[0] not in COMMANDS:
        hint = did_you_mean(nearest(words[0], COMMANDS))
        raise RequestError(f'Unknown command "{words[0]}"{hint}', note="see jupyter spry -h")
    try:
        given = parse(_parser(words[0]), words[1:])
    except SystemExit:  # -h was asked for and has been answered
        return FINE
    _, act = COMMANDS[words[0]]
    return act(given)


def _parser(command: str) -> Parser:
    parser = Parser(prog=f"jupyter spry {command}")
    build, _ = COMMANDS[command]
    build(parser)
    parser.add_argument(
        "-f",
        "--file",
        action="append",
        metavar="FILE",
        help=f"a Spryfile or notebook; repeatable; default {DEFAULT}",
    )
    return parser
