"""Texts as nobody writes them: pieces of what means something, put together and broken anyhow."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]


def tries(share: float) -> settings:
    """How often to try: a share of what the profile says, which is 100 unless chosen otherwise."""
    most = max(1, round(settings.default.max_examples * share))
    return settings(max_examples=most, deadline=None, suppress_health_check=[HealthCheck.too_slow])


ANYTHING = st.text(st.characters(codec="utf-8"), max_size=30)
FLAGS = st.sampled_from(
    [
        "--dep",
        "-D",
        "--descr",
        "--desc",
        "-d",
        "--lang",
        "-l",
        "--env",
        "--secret",
        "--dotenv",
        "--cwd",
        "--timeout",
        "--retry",
        "--retry-delay",
        "--always",
        "--finally",
        "--allow-failure",
        "--if",
        "--input",
        "--output",
        "--capture",
        "-C",
        "--interpolate",
        "-I",
        "--pool",
        "--confirm",
        "--silent",
        "--tag",
        "--graph",
        "-G",
        "--injected-dep",
        "--run",
        "--nothing",
        "-x",
        "--dep=",
        "--dep=a,b",
        "-Da",
    ]
)
VALUES = st.sampled_from(
    [
        "a",
        "b,c",
        ",,",
        "a=1",
        "A=1",
        "A",
        "90s",
        "1m30s",
        "-1",
        "./x",
        "x/",
        "~",
        "..",
        "a..b",
        "'x",
        "y'",
        '"$X"',
        "\\",
        "'",
        '"',
        "{a:1}",
        "{}",
        "{dep:['b']}",
        "{timeout:1}",
        "{",
        "}",
        "{'a':{b:[1,{}]}}",
        "{//\n}",
        "{/*",
        "#",
        "|",
        "`",
        "```",
        "1e9",
        "0x10",
        "+1",
        "-.5",
        "Infinity",
        "NaN",
        "@t",
        "été",
        "पानी",
        "🚀",
    ]
)
WORDS = st.one_of(FLAGS, VALUES, ANYTHING)
LINES = st.lists(WORDS, max_size=8).map(" ".join)

_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    ANYTHING,
    st.sampled_from(["a", "1s", "A=1"]),
)
OBJECTS = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(ANYTHING, st.sampled_from(["dep", "timeout", "env", "retry", "always", "secret", "capture", "pool", "confirm"])),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)  # fmt: skip

_BLOCKS = st.sampled_from(
    [
        "```bash a\nx\n```", "```bash a --dep b {timeout: 3}\nx\n```", "~~~python b\n```\n~~~", "````sh c\n```\n````",
        "```bash a --nothing\n```", "```json x\n{}\n```", "```bash", "```", "~~~", "---", "---\na: [&x *x]\n---",
        "> ", "- ", "1. ", "    ", "\t", "<!--", "-->", "<div>", "</div>", "<script>", "# x", "text", "\ufeff", "\r",
        "\\", "`a`", "[a]: b", "```bash PARTIAL x", "```bash a=1", "```{a}", "```bash a {", "\x0b", "\x1c", "\u2028",
        "%%spry_task a", "***", "===", "|a|\n|-|", "&amp;", "\x00",
    ]
)  # fmt: skip
MARKDOWN = st.lists(
    st.tuples(
        st.sampled_from(["", "", "", "> ", "- ", "  ", "   ", "\t", "1. "]),
        st.one_of(_BLOCKS, ANYTHING),
    ),
    max_size=14,
).flatmap(
    lambda parts: st.sampled_from(["\n", "\n\n", "\r\n", " "]).map(
        lambda end: end.join(a + b for a, b in parts)
    )
)

CELLS = st.lists(
    st.one_of(
        st.sampled_from(
            ["%%spry_task a\nx", "%spry_task b -D a", " %%spry_task c\n x", "x\n%%spry_task d\n", "%%bash\nx", '"""\n%spry_task e\n"""',
             "%spry_task f \\\n -D a", "%%spry_task", "%spry_task", "\n\n%%spry_task g --run\ny", "# %spry_task h", "%%spry_task a --nope\n"]
        ),
        ANYTHING,
    ),
    max_size=6,
)  # fmt: skip


@st.composite
def broken(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """Draw a text, with a few pieces of it taken out, doubled, or replaced."""
    text = draw(texts)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.integers(0, 9)))
        text = (
            text[:at]
            + draw(st.one_of(st.just(""), st.just(text[at:end] * 2), ANYTHING))
            + text[end:]
        )
    return text


def real(*patterns: str) -> list[str]:
    """The texts of files that come with the project."""
    files = [file for pattern in patterns for file in sorted(ROOT.glob(pattern))]
    assert files
    return [file.read_text(encoding="utf-8") for file in files]
