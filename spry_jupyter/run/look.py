"""Looking at a task's files and definition: is it what it was when it last succeeded?"""

from __future__ import annotations

import os
from contextlib import suppress

from spry_jupyter.record import fingerprint
from spry_jupyter.record.budget import Budget, TooMuch
from spry_jupyter.record.digests import blake2b
from spry_jupyter.record.files import Surveyor, Unreadable, changed, contents, is_reliable
from spry_jupyter.record.marks import DONE, SPOILED, TOUCHED
from spry_jupyter.run.command import CannotStart
from spry_jupyter.run.interpreter import interpreter
from spry_jupyter.run.request import workdir

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from spry_jupyter.model import Task
    from spry_jupyter.record.files import Entry, Wanted
    from spry_jupyter.record.fingerprint import Field
    from spry_jupyter.record.marks import Mark
    from spry_jupyter.run.request import RunRequest
    from spry_jupyter.run.values import Values


ALWAYS = "it has no --output"
_ELSE = "what it reads is not what it was when it last succeeded"
_NAMES, _BYTES = 2000, 1 << 20


class Look:
    """What a look at a task has found.

    Attributes:
        why: Why it has to run, in sentences without a full stop, the first at least; none if it is
            up to date.
        fault: Why it cannot run or has not done what it says, or empty.
        definition: Its fields.
        key: Their digest.
        program: The file of its interpreter, or empty.
        inputs: All that it reads.
        outputs: All that it writes.
        stale_signatures: The record says the same of the files, but they would be read again.
        captured: The value that it captured, from the record.
        made: What it made of the same when it last ran, though that may have been chance.
    """

    __slots__ = (
        "captured",
        "definition",
        "fault",
        "inputs",
        "key",
        "made",
        "outputs",
        "program",
        "stale_signatures",
        "why",
    )

    def __init__(self, *, fault: str = "") -> None:
        self.why: list[str] = [fault] if fault else []
        self.fault = fault
        self.definition: list[Field] = []
        self.key = b""
        self.program = ""
        self.inputs: list[Entry] = []
        self.outputs: list[Entry] = []
        self.stale_signatures = False
        self.captured: bytes | None = None
        self.made: list[tuple[str, str, str]] | None = None

    def about(self) -> dict[str, str]:
        """Return what to keep of the definition."""
        return fingerprint.summary(self.definition)


class Lookout:
    """Looks at the tasks of one run."""

    def __init__(self, request: RunRequest, values: Values) -> None:
        """Begin knowing nothing of any file.

        Args:
            request: The run.
            values: The variables of its tasks.
        """
        self.boot = _boot()
        self._request = request
        self._values = values
        self._surveyors: dict[str, Surveyor] = {}
        self._interpreters: dict[tuple[str, str, bytes], tuple[bytes, str]] = {}

    def look(
        self,
        task: int,
        mark: Mark | None,
        budget: Budget,
        ran: str,
        *,
        force: bool = False,
        about: Mapping[str, str] | None = None,
    ) -> Look:
        """Look whether a task is up to date.

        Args:
            task: One with outputs.
            mark: What is known of it.
            budget: Pays for it.
            ran: A dep that did something in this run, or empty.
            force: It is to run in any case.
            about: What was kept of its definition, to say all that has changed.

        Raises:
            TooMuch: If the budget does not suffice.
        """
        look = Look()
        try:
            self.define(task, look)
            self._compare(task, mark, look, ran, force=force, about=about)
            self._survey(task, mark, look, budget, every=about is not None)
        except (CannotStart, Unreadable, OSError) as error:
            look.fault = str(error)
            look.why.append(look.fault)
        return look

    def after(self, task: int, before: Look, budget: Budget) -> Look:
        """Look at what a task has written, and again at what it has read.

        Raises:
            TooMuch: If the budget does not suffice.
        """
        look = Look()
        surveyor = self._surveyor(task)
        try:
            outputs, missing = surveyor.survey(self._outputs(task), budget)
            look.outputs = outputs
            look.inputs, _ = self._inputs(task, before, budget, {entry[0] for entry in outputs})
        except (Unreadable, OSError) as error:
            look.fault = f"its output {error}"
            return look
        if missing:
            look.fault = f"its output {missing[0]} is missing"
        return look

    def read(self, task: int, read: bytes | None, budget: Budget) -> Look:
        """Look at what a task reads that has inputs and no outputs.

        Its key becomes a digest of that: of the contents if they are few, else of how the files
        look. It is another one each time if neither can be relied on.

        Args:
            task: Which.
            read: This digest when it last succeeded, if it is not to run where it is the same.
            budget: Pays for it.

        Raises:
            TooMuch: If the budget does not suffice.
        """
        look = Look()
        what = self._request.closure.tasks[task]
        wanted = ((workdir(what, self._request.cwd), what.inputs),)
        folder = what.folder or self._request.cwd
        try:
            # A fresh surveyor, so that what is much does not depend on what has been read already.
            look.inputs, missing = Surveyor(folder).survey(wanted, little())
        except TooMuch:
            if not budget.is_endless:
                raise
            look.inputs, missing = Surveyor(folder).survey(wanted, budget, read=False)
        except (Unreadable, OSError) as error:
            look.fault, missing = str(error), []
        look.key = digest_of(look.inputs)
        if missing:
            look.fault = _nothing(missing[0])
        if look.fault or look.key != read:
            look.why.append(look.fault or _ELSE if read is not None else ALWAYS)
        return look

    # -- its definition ----------------------------------------------------------------------

    def define(self, task: int, look: Look) -> None:
        """Say what a task is now.

        Raises:
            CannotStart: If a variable of it has no value.
        """
        what = self._request.closure.tasks[task]
        variables = self._values.declared(task) if self._values.declares(task) else {}
        words, look.program = self._interpreter(what, variables)
        look.definition = fingerprint.fields(what, words, variables)
        look.key = fingerprint.key(look.definition)

    def _interpreter(self, what: Task, variables: Mapping[str, bytes]) -> tuple[bytes, str]:
        environment = self._request.environment
        if "PATH" in variables:
            environment = {b"PATH": variables["PATH"]}
        first = what.body.partition("\n")[0] if what.body.startswith("#!") else ""
        which = (what.lang, first, environment.get(b"PATH", b""))
        if which not in self._interpreters:
            found = interpreter(what, environment, self._request.python)
            self._interpreters[which] = found
        return self._interpreters[which]

    def _compare(
        self,
        task: int,
        mark: Mark | None,
        look: Look,
        ran: str,
        *,
        force: bool,
        about: Mapping[str, str] | None,
    ) -> None:
        """Say why a task has to run whatever its files are."""
        what = self._request.closure.tasks[task]
        if force:
            look.why.append("it is forced")
        if mark is None:
            look.why.append("there is no record of a success")
            return
        if mark.state == SPOILED:
            look.why.append("its inputs changed while it last ran")
        elif mark.state == TOUCHED:
            look.why.append("its inputs were written while it last ran")
        elif mark.state != DONE:
            look.why.append("it did not succeed when it last ran")
        if mark.key != look.key:
            changes = fingerprint.differences(about or {}, look.definition) if about else []
            look.why += changes or ["its definition changed"]
        if ran and not what.inputs and not self._request.ties[task][2]:
            look.why.append(f"{ran} ran, and it names no inputs")
        if what.capture and "/" not in what.capture and not mark.has_captured:
            look.why.append("what it captured is not in the record")

    # -- its files ---------------------------------------------------------------------------

    def _survey(
        self, task: int, mark: Mark | None, look: Look, budget: Budget, *, every: bool
    ) -> None:
        """Look at its files; at the content of its outputs only if that decides."""
        surveyor = self._surveyor(task)
        old_inputs, old_outputs = _kept(mark)
        if mark is not None and mark.boot == self.boot:
            surveyor.learn(old_inputs)
            surveyor.learn(old_outputs)
        # Where it has never succeeded there is nothing to compare with, however much is to be said.
        decides = not look.why or (every and mark is not None and mark.state == DONE)
        outputs, lost = surveyor.survey(self._outputs(task), budget, read=decides)
        look.outputs = outputs
        look.inputs, missing = self._inputs(task, look, budget, {entry[0] for entry in outputs})
        if mark is not None and mark.state == TOUCHED and mark.key == look.key:
            same = contents(look.inputs) == contents(old_inputs)
            look.made = contents(old_outputs) if same else None
        if missing:
            look.fault = _nothing(missing[0])
            look.why.append(look.fault)
        elif mark is not None and decides and mark.state == DONE:
            self._differ(look, old_inputs, old_outputs, lost)
            look.stale_signatures = mark.boot != self.boot or (
                look.inputs != old_inputs or look.outputs != old_outputs
            )

    @staticmethod
    def _differ(
        look: Look,
        old_inputs: list[Entry],
        old_outputs: list[Entry],
        lost: list[str],
    ) -> None:
        if look.inputs != old_inputs and contents(look.inputs) != contents(old_inputs):
            program = _program(look, old_inputs)
            for name, how in changed(old_inputs, look.inputs):
                kind = "interpreter" if name in program else "input"
                look.why.append(f"its {kind} {name} {how}")
        if lost:
            look.why += [f"its output {pattern} is missing" for pattern in lost]
        elif look.outputs != old_outputs and contents(look.outputs) != contents(old_outputs):
            for name, how in changed(old_outputs, look.outputs):
                look.why.append(f"its output {name} {how}")

    def _inputs(
        self, task: int, look: Look, budget: Budget, skip: Collection[str]
    ) -> tuple[list[Entry], list[str]]:
        """Look at all that a task reads: its own inputs, its deps' outputs, its interpreter."""
        what = self._request.closure.tasks[task]
        surveyor = self._surveyor(task)
        entries: list[Entry] = []
        missing: list[str] = []
        if what.inputs:
            wanted = ((workdir(what, self._request.cwd), what.inputs),)
            entries, missing = surveyor.survey(wanted, budget, skip)
        _, _, written, captured = self._request.ties[task]
        others = (*written, *captured)
        if look.program:
            others = (*others, ("/", (look.program,)))
        if others:
            known = {*skip, *(entry[0] for entry in entries)}
            entries += surveyor.survey(others, budget, known)[0]
        return entries, missing

    def _outputs(self, task: int) -> list[Wanted]:
        what = self._request.closure.tasks[task]
        cwd = workdir(what, self._request.cwd)
        if "/" in what.capture:
            return [(cwd, (*what.outputs, what.capture))]
        return [(cwd, what.outputs)]

    def _surveyor(self, task: int) -> Surveyor:
        folder = self._request.closure.tasks[task].folder or self._request.cwd
        if folder not in self._surveyors:
            self._surveyors[folder] = Surveyor(folder)
        return self._surveyors[folder]


def _kept(mark: Mark | None) -> tuple[list[Entry], list[Entry]]:
    """Return what a mark says of files; nothing if that cannot be understood."""
    if mark is not None:
        with suppress(ValueError, TypeError):
            return mark.inputs, mark.outputs
    return [], []


def little(notes: list[tuple[str, bool, os.stat_result | None]] | None = None) -> Budget:
    """Return what a look may cost that everybody else waits for; see `Budget`."""
    return Budget(names=_NAMES, size=_BYTES, notes=notes)


def digest_of(entries: Sequence[Entry]) -> bytes:
    """Return what changes with files; another one each time if what is known is not enough."""
    files = [entry for entry in entries if entry[1] in "fx"]
    are_read = all(entry[2] for entry in files)
    known = are_read or all(is_reliable(entry[3]) for entry in files)
    plain = repr(contents(entries) if are_read else entries).encode("utf-8", "surrogatepass")
    return blake2b(plain, digest_size=16, key=b"" if known else os.urandom(16)).digest()


def _program(look: Look, old_inputs: Sequence[Entry]) -> tuple[str, ...]:
    """Return what the interpreter is called among the inputs, and what it was: the last of them."""
    if not look.program:
        return ()
    return tuple([inputs[-1][0].rstrip("/") for inputs in (look.inputs, old_inputs) if inputs])


def _nothing(pattern: str) -> str:
    return f"its input {pattern} matches no file"


def _boot() -> str:
    """Return what names the time since the machine was started, where the system tells."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""
