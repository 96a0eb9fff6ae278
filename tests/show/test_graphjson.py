"""Graphs for other programs."""

from __future__ import annotations

import json

from spry_jupyter.model import Task
from spry_jupyter.show.graphjson import graph_json


def test_tasks_edges_and_cycles_stand_in_the_order_of_definition() -> None:
    tasks = [
        Task(name="a", deps=("b",), descr='says "hi"\n', lang="python"),
        Task(name="b", deps=("a", "gone")),
    ]
    assert json.loads(graph_json(tasks, ["a", "b", "gone"], [(1, 0), (0, 1), (2, 1)])) == {
        "tasks": [
            {
                "name": "a",
                "descr": 'says "hi"\n',
                "lang": "python",
                "deps": ["b"],
                "missing": False,
            },
            {"name": "b", "descr": "", "lang": "bash", "deps": ["a", "gone"], "missing": False},
            {"name": "gone", "descr": "", "lang": "", "deps": [], "missing": True},
        ],
        "edges": [["b", "a"], ["a", "b"], ["gone", "b"]],
        "cycles": [["a", "b", "a"]],
    }


def test_an_empty_graph_has_the_same_keys() -> None:
    assert json.loads(graph_json([], [], [])) == {"tasks": [], "edges": [], "cycles": []}
