"""Tasks that are one for each value: `--for` written out.

`test --for PY=3.11,3.12` is the family of `test[3.11]` and `test[3.12]`, two tasks like any other,
each with its value in the variable PY. Whoever names `test` names both. Two `--for` are the
product: `test[3.11,linux]`.
"""

from __future__ import annotations

import re
from itertools import product

from spry_jupyter.frozen import replace

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from spry_jupyter.model import Task

Families = dict[str, tuple[str, ...]]
"""The name of each family, and those of its tasks, in the order of the values."""

_TEXTS = ("descr", "cwd", "capture")
_LISTS = ("deps", "finalizers", "inputs", "outputs", "dotenv")
_PLACE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def written_out(tasks: Iterable[Task]) -> tuple[tuple[Task, ...], Families]:
    """Return tasks with every family as its members, and named as them by who needs it."""
    families: Families = {}
    found: list[Task] = []
    for task in tasks:
        members = _members(task) if task.axes else (task,)
        if task.axes:
            families[task.name] = tuple([member.name for member in members])
        found += members
    if families:
        found = [_naming_members(task, families) for task in found]
    return tuple(found), families


def _members(task: Task) -> tuple[Task, ...]:
    variables = [variable for variable, _ in task.axes]
    made = []
    for values in product(*[values for _, values in task.axes]):
        given = dict(zip(variables, values, strict=True))
        changes: dict[str, object] = {name: _put(getattr(task, name), given) for name in _TEXTS}
        for name in _LISTS:
            changes[name] = tuple([_put(text, given) for text in getattr(task, name)])
        changes["env"] = (*task.env, *given.items())
        name = f"{task.name}[{','.join(values)}]"
        made.append(replace(task, name=name, axes=(), **changes))
    return tuple(made)


def _put(text: str, given: Mapping[str, str]) -> str:
    """Put the values in the places of `${VAR}`; what is no variable of `--for` stays."""
    return _PLACE.sub(lambda place: given.get(place[1], place[0]), text)


def _naming_members(task: Task, families: Families) -> Task:
    """Replace the names of families among those that a task gives."""
    if families.keys().isdisjoint((*task.deps, *task.finalizers)):
        return task
    return replace(
        task, deps=_each(task.deps, families), finalizers=_each(task.finalizers, families)
    )


def _each(names: Iterable[str], families: Families) -> tuple[str, ...]:
    return tuple(dict.fromkeys([one for name in names for one in families.get(name, (name,))]))
