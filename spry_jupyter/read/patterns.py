"""Regular expressions that could take for ever, told by their shape before they are used.

To draw a stranger's graph is to match their pattern against their names. The matcher of Python tries
every way to divide a text among repetitions, and where one stands in another, or two of their ways to
go on begin alike, there are more ways than anybody can wait for: `(a+)+b`, `(a|a)*b`.
"""

from __future__ import annotations

import warnings
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_REPETITIONS = 4  # one after the other; each multiplies the time by the length of the name
_FEW = 20  # times that something may be repeated before it counts as repeated without end

Item = tuple[Any, Any]


def is_slow(pattern: str) -> bool:
    """Whether a pattern, which compiles, may take more time than anybody has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        items = list(parser.parse(pattern))
    endless = [body for op, body in _all(items) if _repeats(op) and body[1] > _FEW]
    return len(endless) > MOST_REPETITIONS or any(_is_ambiguous(body[2]) for body in endless)


def _is_ambiguous(body: Sequence[Item]) -> bool:
    """Whether what is repeated can be divided in several ways."""
    inner = list(_all(body))
    branches = [alternatives for op, (_, alternatives) in _branches(inner)]
    if any(_begin_alike(alternatives) for alternatives in branches):
        return True
    repeated = [sub for op, (low, high, sub) in _repetitions(inner) if low != high]
    if not repeated:
        return False
    # A character that always stands there, and that no repetition takes, tells the rounds apart.
    fixed = [char for op, char in _flat(body) if op is ops.LITERAL]
    return not any(all(not _may_take(sub, char) for sub in repeated) for char in fixed)


def _flat(body: Sequence[Item]) -> Iterator[Item]:
    """Go through what stands one after the other, also in groups."""
    for op, what in body:
        if op is ops.SUBPATTERN:
            yield from _flat(what[3])
        else:
            yield op, what


def _begin_alike(alternatives: Sequence[Sequence[Item]]) -> bool:
    first = [list(alternative)[:1] for alternative in alternatives]
    known = [item[0][1] for item in first if item and item[0][0] is ops.LITERAL]
    return len(set(known)) < len(first)


def _may_take(body: Sequence[Item], char: int) -> bool:
    """Whether a repetition may take a character; when in doubt it may."""
    return any(
        op not in (ops.LITERAL, ops.IN, *_GROUPS)
        or (op is ops.LITERAL and what == char)
        or (op is ops.IN and _is_in(what, char))
        for op, what in _all(body)
    )


def _is_in(what: Sequence[Item], char: int) -> bool:
    for op, some in what:
        if op is ops.LITERAL:
            taken = char == some
        elif op is ops.RANGE:
            taken = some[0] <= char <= some[1]
        else:  # \w and the like take no mark; of what is negated nothing is known
            taken = some not in _NO_MARKS or chr(char).isalnum() or char == ord("_")
        if taken:
            return True
    return False


_NO_MARKS = (ops.CATEGORY_WORD, ops.CATEGORY_DIGIT)
_GROUPS = (ops.SUBPATTERN, ops.BRANCH, ops.MAX_REPEAT, ops.MIN_REPEAT)


def _repeats(op: Any) -> bool:
    return op in (ops.MAX_REPEAT, ops.MIN_REPEAT)


def _repetitions(items: Sequence[Item]) -> Iterator[Item]:
    return ((op, what) for op, what in items if _repeats(op))


def _branches(items: Sequence[Item]) -> Iterator[Item]:
    return ((op, what) for op, what in items if op is ops.BRANCH)


def _all(items: Sequence[Item]) -> Iterator[Item]:
    """Go through the parts of a pattern and all that is inside them."""
    for op, what in items:
        yield op, what
        for inner in _inside(op, what):
            yield from _all(inner)


def _inside(op: Any, what: Any) -> Iterator[Sequence[Item]]:
    if _repeats(op) or op is getattr(ops, "POSSESSIVE_REPEAT", None):
        yield what[2]
    elif op is ops.SUBPATTERN:
        yield what[3]
    elif op is ops.BRANCH:
        yield from what[1]
    elif op in (ops.ASSERT, ops.ASSERT_NOT):
        yield what[1]
    elif op is getattr(ops, "ATOMIC_GROUP", None):
        yield what
    elif op is ops.GROUPREF_EXISTS:
        yield from [part for part in what[1:] if part is not None]
