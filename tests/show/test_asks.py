"""A front end may ask a few things, and nothing else that it sends does anything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.show.asks import Ask, read_ask

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("content", "ask"),
    [
        ({"kind": "hello"}, Ask("hello")),
        ({"kind": "watch", "task": 2}, Ask("watch", 2)),
        ({"kind": "earlier", "task": 0, "end": 70_000}, Ask("earlier", 0, 70_000)),
        ({"kind": "cancel", "task": None}, Ask("cancel")),
        ({"kind": "cancel", "task": 1}, Ask("cancel", 1)),
        ({"kind": "rerun", "task": 1}, Ask("rerun", 1)),
    ],
)
def test_what_may_be_asked(content: dict[str, Any], ask: Ask) -> None:
    assert read_ask(content, tasks=3) == ask


@pytest.mark.parametrize(
    "content",
    [
        None,
        "cancel",
        ["cancel"],
        {},
        {"kind": "delete"},
        {"kind": ["cancel"]},
        {"kind": "watch"},
        {"kind": "rerun", "task": None},
        {"kind": "watch", "task": 3},
        {"kind": "watch", "task": -1},
        {"kind": "watch", "task": True},
        {"kind": "watch", "task": 1.0},
        {"kind": "watch", "task": "../../etc/passwd"},
        {"kind": "cancel", "task": "deploy"},
        {"kind": "earlier", "task": 0, "end": -1},
        {"kind": "earlier", "task": 0, "end": 1 << 100},
        {"kind": "earlier", "task": 0, "end": "9"},
    ],
)
def test_what_asks_nothing(content: object) -> None:
    assert read_ask(content, tasks=3) is None


@given(
    values | st.fixed_dictionaries({"kind": st.sampled_from(["watch", "cancel"]), "task": values})
)
def test_whatever_comes_is_a_task_of_the_run_or_nothing(content: object) -> None:
    ask = read_ask(content, tasks=3)
    assert ask is None or ask.task is None or ask.task in range(3)
