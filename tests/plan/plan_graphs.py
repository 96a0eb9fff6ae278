"""Random graphs of tasks, and a short way to write one."""

from __future__ import annotations

from hypothesis import strategies as st

from spry_jupyter.model import Task
from spry_jupyter.plan.graph import Graph


def task(name: str, *deps: str, body: str = "work", **fields: object) -> Task:
    return Task(name=name, deps=deps, body=body, **fields)  # type: ignore[arg-type]


def graph(*tasks: Task) -> Graph:
    return Graph.of(tasks)


@st.composite
def dags(draw: st.DrawFn, most: int = 9) -> list[Task]:
    """Draw tasks whose deps are defined before them, with all that changes who may run."""
    count = draw(st.integers(1, most))
    tasks = []
    for i in range(count):
        earlier = [f"t{k}" for k in range(i)]
        deps = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=3)) if i else []
        later = [f"t{k}" for k in range(i + 1, count)]
        cleans = draw(st.lists(st.sampled_from(later), unique=True, max_size=1)) if later else []
        tasks.append(
            task(
                f"t{i}",
                *deps,
                body=draw(st.sampled_from(["work", "work", "work", ""])),
                always=draw(st.booleans()),
                allow_failure=draw(st.booleans()),
                finalizers=tuple(cleans) if draw(st.booleans()) else (),
            )
        )
    return draw(st.permutations(tasks))
