"""The examples of the specification parse to the tasks that they show."""

from __future__ import annotations

import pytest

from spry_jupyter.model import Task
from spry_jupyter.read.spryfile import read_spryfile


def graph(text: str) -> dict[str, tuple[str, ...]]:
    found = read_spryfile(text)
    assert not found.faults
    assert not found.suspects
    return {task.name: task.deps for task in found.tasks}


def fences(*heads: str) -> str:
    return "\n".join(f"```bash {head}\ntrue\n```\n" for head in heads)


def test_the_simple_chain_has_its_descriptions_and_bodies() -> None:
    text = """\
```bash install-deps --descr "Install dependencies"
npm install
```

```bash build --dep install-deps --descr "Build application"
npm run build
```
"""
    first, second = read_spryfile(text).tasks
    assert first == Task(
        name="install-deps", descr="Install dependencies", body="npm install", span=first.span
    )
    assert second == Task(
        name="build",
        deps=("install-deps",),
        descr="Build application",
        body="npm run build",
        span=second.span,
    )


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        (
            [
                'setup-database --descr "Initialize database"',
                "import-data --dep setup-database --dep fetch-users --dep fetch-products",
            ],
            {
                "setup-database": (),
                "import-data": ("setup-database", "fetch-users", "fetch-products"),
            },
        ),
        (["task-a --dep task-b", "task-b --dep task-a"],
         {"task-a": ("task-b",), "task-b": ("task-a",)}),
        (["deploy --dep build"], {"deploy": ("build",)}),
        (["build-app", "deploy --dep biuld-app"], {"build-app": (), "deploy": ("biuld-app",)}),
    ],
)  # fmt: skip
def test_deps_are_read_as_written(heads: list[str], expected: dict[str, tuple[str, ...]]) -> None:
    assert graph(fences(*heads)) == expected


def test_a_shebang_with_quotes_and_braces_is_a_body_like_any_other() -> None:
    body = """\
#!/bin/bash
for i in {1..3}; do
  curl https://api.example.com/data && break
  echo "Retry $i/3..."
done"""
    (task,) = read_spryfile(f"```bash flaky --descr 'With retries'\n{body}\n```\n").tasks
    assert task.body == body


def test_a_comment_before_a_fence_leaves_it_a_task() -> None:
    text = "<!-- Migration must run before seeding -->\n```bash db-seed --dep db-migrate\n```\n"
    assert graph(text) == {"db-seed": ("db-migrate",)}


def test_a_fence_without_a_name_is_an_example() -> None:
    assert graph("```bash\n#!/bin/bash\ntrap 'docker-compose down' EXIT\n```\n") == {}


def test_tasks_shown_inside_a_longer_fence_are_examples() -> None:
    assert graph(f"````md\n{fences('a', 'b --dep a')}````\n") == {}


def test_the_full_stack_example_has_its_fifteen_tasks() -> None:
    text = "---\ntitle: Full Stack Deployment\n---\n\n# Deployment\n\n## Tasks\n\n" + fences(
        'check-tools --descr "Verify required tools"',
        'db-start --dep check-tools --descr "Start database container"',
        "db-migrate --dep db-start",
        "db-seed --dep db-migrate",
        "backend-install --dep check-tools",
        "backend-build --dep backend-install",
        "backend-test --dep backend-build --dep db-seed",
        "frontend-install --dep check-tools",
        "frontend-build --dep frontend-install",
        "frontend-test --dep frontend-build",
        "integration-test --dep backend-test --dep frontend-test --dep db-seed",
        "deploy-backend --dep integration-test",
        "deploy-frontend --dep integration-test",
        "deploy-complete --dep deploy-backend --dep deploy-frontend",
        "cleanup --dep deploy-complete",
    )
    found = graph(text)
    assert len(found) == 15
    assert found["integration-test"] == ("backend-test", "frontend-test", "db-seed")
    assert read_spryfile(text).tasks[0].span is not None
    assert [task.span.line for task in read_spryfile(text).tasks[:2] if task.span] == [9, 13]
