"""Tasks as hostile as the parser lets them be, for the round trips."""

from __future__ import annotations

import keyword

from hypothesis import strategies as st

from spry_jupyter.model import Limits, Pool, Task
from spry_jupyter.read.body import normal_body
from spry_jupyter.read.durations import parse_duration
from spry_jupyter.read.names import is_name

_ODD = [
    *"'\"\\ \t\n\r`~{}#$=,-%!?|&;<>@:é漢🚀\u2028\x0b\x0c\x85\u00a0\ufeff\u202e",
    "--dep",
    "{a: 1}",
    "```",
    "~~~",
    "\\n",
    "$HOME",
    "-x",
    "x y",
]
TEXT = st.one_of(
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12),
    st.lists(st.sampled_from(_ODD), max_size=6).map("".join),
)
LINE = TEXT.map(lambda text: " ".join(text.splitlines()))
FILLED = TEXT.filter(bool)
NAMES = st.one_of(
    st.from_regex(r"[a-z0-9_][a-zA-Z0-9_:/-]{0,6}", fullmatch=True),
    st.sampled_from(["PARTIAL", "HEAD", "déjà", "पानी", "a.b", "yes", "0", "json"]),
).filter(is_name)
VARIABLES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,4}", fullmatch=True)
DURATIONS = st.sampled_from(["1s", "90s", "1m30s", "500ms", "2h", "0.25s", "1000ms"]).map(
    parse_duration
)
BODIES = st.one_of(
    TEXT,
    st.lists(
        st.sampled_from(
            ["", "x", "```", "````bash a", "  ```", "~~~", "~~~~", "---", "# c", "%spry_task b",
             "%%spry_task c", "<!--", "> ```", "\t", "  ", "'''", '"', "#!/bin/sh", "\\"]
        ),
        max_size=6,
    ).map("\n".join),
).map(normal_body)  # fmt: skip
LANGS = st.sampled_from(
    ["bash", "sh", "python", "node", "deno", "R", "pwsh", "awk", "sql", "json", "PARTIAL", "c++"]
)


def _some(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, max_size=3, unique=True).map(tuple)


def _axes(
    variables: st.SearchStrategy[str],
) -> st.SearchStrategy[tuple[tuple[str, tuple[str, ...]], ...]]:
    values = st.lists(
        st.sampled_from(["1", "3.11", "x y", "é'\"", "$HOME", "a=b", "-x"]),
        min_size=1,
        max_size=3,
        unique=True,
    ).map(tuple)
    return st.dictionaries(variables, values, max_size=2).map(lambda found: tuple(found.items()))


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """Draw a task in which every field may be set."""
    variables = draw(st.lists(VARIABLES, max_size=4, unique=True))
    set_here = draw(st.integers(0, len(variables)))
    secrets = draw(_some(VARIABLES))
    others = VARIABLES.filter(lambda name: name not in {*variables, *secrets})
    lang, body = draw(LANGS), draw(BODIES)
    is_shell = lang in {"bash", "sh"} and not body.startswith("#!")
    captured = VARIABLES.filter(lambda text: not keyword.iskeyword(text))
    return Task(
        name=draw(NAMES),
        deps=draw(_some(NAMES)),
        descr=draw(LINE),
        lang=lang,
        body=body,
        env=tuple((key, draw(TEXT)) for key in variables[:set_here]),
        forward=tuple(variables[set_here:]),
        secrets=secrets,
        dotenv=draw(_some(FILLED)),
        cwd=draw(TEXT),
        limits=Limits(
            timeout=draw(st.none() | DURATIONS),
            retry=draw(st.integers(0, 3)),
            retry_delay=draw(DURATIONS),
        ),
        always=draw(st.booleans()),
        finalizers=draw(_some(NAMES)),
        allow_failure=draw(st.booleans()),
        condition=draw(TEXT),
        inputs=draw(_some(FILLED)),
        outputs=draw(_some(FILLED)),
        capture=draw(st.one_of(st.just(""), captured, TEXT.map(lambda text: f"./{text}x"))),
        interpolate=is_shell and draw(st.booleans()),
        pool=draw(st.none() | st.builds(Pool, NAMES, st.none() | st.integers(1, 9))),
        confirm=draw(st.none() | TEXT),
        silent=draw(st.booleans()),
        tags=draw(_some(NAMES)),
        axes=draw(_axes(others)),
        injected_dep=draw(
            st.sampled_from(["", "test-.*", "a|b", r"\d+ \"x\"", "--dep", "(?x) a\n"])
        ),
    )


def books() -> st.SearchStrategy[list[Task]]:
    """Draw tasks of which no two have one name."""
    return st.lists(tasks(), max_size=4, unique_by=lambda task: task.name)
