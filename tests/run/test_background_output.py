"""What a process in the background says after its task has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spry_jupyter.model import Limits
from spry_jupyter.read.durations import parse_duration

if TYPE_CHECKING:
    from conftest import Bench


def test_a_captured_value_stays_as_it_was_when_its_task_ended(bench: Bench) -> None:
    for name in ("go", "said"):
        bench.fifo(name)
    run = bench.book(
        bench.task("a", "echo 1; (read < go; echo 2; echo > said) &", capture="V"),
        bench.task("b", 'echo "[$V]"; echo > go; read < said', deps=("a",), forward=("V",)),
        bench.task("c", 'echo "[$V]"', deps=("b",), forward=("V",)),
    ).run("c")
    assert run["b"].output == run["c"].output == "[1]\n"


def test_two_attempts_that_speak_at_once_do_not_overwrite_each_other(bench: Bench) -> None:
    bench.fifo("go")
    kept = "until grep -q {} $(find . -name a.log); do sleep 0.01; done"
    first = "touch n; (read < go; echo from the first) & exit 1"
    second = f"echo a; {kept.format('a')}; echo > go; {kept.format('first')}; echo b"
    limits = Limits(retry=1, retry_delay=parse_duration("0s"))
    body = f"if ! [ -e n ]; then {first}; else {second}; fi"
    run = bench.book(bench.task("a", body, limits=limits)).run("a")
    assert run["a"].output == "a\nfrom the first\nb\n"
