"""The flags of a task's line, as data.

The parser, the help of the magics, tab completion and the reference all read this one table.
"""

from __future__ import annotations

from enum import StrEnum

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from spry_jupyter.frozen import dataclass


class Kind(StrEnum):
    """What a flag takes. The value says it, for a message: `… takes <value>`."""

    NAMES = "a name or a list of names"
    TEXT = "a text"
    TEXTS = "a text or a list of texts"
    LANG = "the name of a language or program"
    VARIABLES = "the name of a variable or a list of names"
    ENV = "an object of variables, a list of KEY=VALUE or NAME, or one of them"
    DURATION = "a number of seconds or a text such as 1m30s"
    COUNT = "a whole number, 0 or more"
    SWITCH = "true or false"
    CAPTURE = "the name of a variable or a path with a /"
    POOL = "NAME or NAME=N"
    QUESTION = "a text, or true or false"
    REGEX = "a regular expression"
    AMOUNTS = "NAME=N, a list of these, or an object of names and amounts"
    AXES = "VAR=a,b,c, a list of these, or an object of variables and their values"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One flag.

    Attributes:
        name: The long name without its dashes; also the key in the attributes.
        kind: What it takes.
        help: One sentence without a full stop.
        metavar: What stands for its value in help; empty for a switch.
        aliases: Further long names.
        short: Its one letter, or empty.
        repeatable: Whether it may be given more than once.
    """

    name: str
    kind: Kind
    help: str
    metavar: str = ""
    aliases: tuple[str, ...] = ()
    short: str = ""
    repeatable: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """All that a user may type for it: `--descr`, `--desc`, `-d`."""
        long = tuple(f"--{name}" for name in (self.name, *self.aliases))
        return (*long, f"-{self.short}") if self.short else long

    @property
    def takes_value(self) -> bool:
        """Whether a value has to follow it."""
        return self.kind not in {Kind.SWITCH, Kind.QUESTION}


FLAGS: tuple[Flag, ...] = (
    Flag(
        name="dep",
        kind=Kind.NAMES,
        help="a task that this one needs; a,b is two",
        metavar="NAME",
        short="D",
        repeatable=True,
    ),
    Flag(
        name="descr",
        kind=Kind.TEXT,
        help="a description in one line",
        metavar="TEXT",
        aliases=("desc",),
        short="d",
    ),
    Flag(
        name="lang",
        kind=Kind.LANG,
        help="bash, sh, zsh, fish, python, node, deno, ruby, perl, R, pwsh or a program on PATH",
        metavar="LANG",
        short="l",
    ),
    Flag(
        name="env",
        kind=Kind.ENV,
        help="set a variable, or forward one by its NAME from a captured value, the kernel or "
        "the environment",
        metavar="KEY=VALUE|NAME",
        repeatable=True,
    ),
    Flag(
        name="secret",
        kind=Kind.VARIABLES,
        help="forward a variable as --env does, and show *** wherever its value would be shown",
        metavar="NAME",
        repeatable=True,
    ),
    Flag(
        name="dotenv",
        kind=Kind.TEXTS,
        help="variables from a .env file",
        metavar="FILE",
        repeatable=True,
    ),
    Flag(
        name="cwd",
        kind=Kind.TEXT,
        help="the working directory, relative to the Spryfile's folder",
        metavar="DIR",
    ),
    Flag(
        name="timeout",
        kind=Kind.DURATION,
        help="end each attempt, with its whole process tree, after this time: 90, 90s, 1m30s",
        metavar="DURATION",
    ),
    Flag(
        name="retry",
        kind=Kind.COUNT,
        help="up to N further attempts after a failure",
        metavar="N",
    ),
    Flag(
        name="retry-delay",
        kind=Kind.DURATION,
        help="the pause before the first retry, 1s unless given; it doubles each time",
        metavar="DURATION",
    ),
    Flag(
        name="always",
        kind=Kind.SWITCH,
        help="start when the deps have ended, whatever their outcome",
    ),
    Flag(
        name="finally",
        kind=Kind.NAMES,
        help="a task that runs after this one whenever this one started",
        metavar="NAME",
        repeatable=True,
    ),
    Flag(
        name="allow-failure",
        kind=Kind.SWITCH,
        help="a failure is shown but fails neither the run nor the dependents",
    ),
    Flag(
        name="if",
        kind=Kind.TEXT,
        help="a shell condition; the task is skipped, and counts as done, when it fails",
        metavar="COMMAND",
    ),
    Flag(
        name="input",
        kind=Kind.TEXTS,
        help="files that the task reads, for what is up to date",
        metavar="GLOB",
        repeatable=True,
    ),
    Flag(
        name="output",
        kind=Kind.TEXTS,
        help="files that the task writes, for what is up to date",
        metavar="GLOB",
        repeatable=True,
    ),
    Flag(
        name="capture",
        kind=Kind.CAPTURE,
        help="keep stdout as a variable, or byte for byte in a file",
        metavar="NAME|./FILE",
        short="C",
    ),
    Flag(
        name="interpolate",
        kind=Kind.SWITCH,
        help="${captured.NAME}, ${env.NAME} and ${task.name} stand for values in a shell body",
        short="I",
    ),
    Flag(
        name="pool",
        kind=Kind.POOL,
        help="at most N tasks of this pool at once, 1 unless given",
        metavar="NAME[=N]",
    ),
    Flag(
        name="resource",
        kind=Kind.AMOUNTS,
        help="on a cluster: what a worker has to have to spare; 1 unless given",
        metavar="NAME[=N]",
        repeatable=True,
    ),
    Flag(
        name="confirm",
        kind=Kind.QUESTION,
        help="ask before the task runs",
        metavar="[TEXT]",
    ),
    Flag(
        name="silent",
        kind=Kind.SWITCH,
        help="show the output only when the task fails",
    ),
    Flag(
        name="tag",
        kind=Kind.NAMES,
        help="a tag; the target @TAG means every task with it",
        metavar="TAG",
        aliases=("graph",),
        short="G",
        repeatable=True,
    ),
    Flag(
        name="injected-dep",
        kind=Kind.REGEX,
        help="make this task a dep of every task whose whole name matches",
        metavar="REGEX",
    ),
    Flag(
        name="for",
        kind=Kind.AXES,
        help="one task for each value, NAME[a], NAME[b], …, with the value as the variable VAR; "
        "of several the product",
        metavar="VAR=a,b,c",
        repeatable=True,
    ),
    Flag(
        name="run",
        kind=Kind.SWITCH,
        help="in a notebook: register the task and run it at once",
    ),
)

BY_WORD: dict[str, Flag] = {word: flag for flag in FLAGS for word in flag.words}
BY_KEY: dict[str, Flag] = {key: flag for flag in FLAGS for key in (flag.name, *flag.aliases)}
