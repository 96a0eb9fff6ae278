"""The examples of the specification, run. What they call (npm, curl, …) are stand-ins on PATH."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conftest import Desk, Said

TOOLS = ("npm", "curl", "deno", "wget", "unzip", "tsc", "sass", "webpack", "docker", "node")
TOOLS += ("docker-compose", "sqlite3", "deploy-to-dev.sh", "deploy-to-prod.sh", "sleep")
SCRIPTS = ("deploy.sh", "deploy-backend.sh", "deploy-frontend.sh")

SIMPLE_CHAIN = """\
```bash install-deps --descr "Install dependencies"
npm install
```

```bash build --dep install-deps --descr "Build application"
npm run build
```

```bash test --dep build --descr "Run tests"
npm test
```

```bash deploy --dep test --descr "Deploy to production"
./deploy.sh
```
"""

MULTIPLE = """\
```bash setup-database --descr "Initialize database"
sqlite3 app.db < schema.sql
```

```bash fetch-users --descr "Fetch user data"
curl https://api.example.com/users > users.json
```

```bash fetch-products --descr "Fetch product data"
curl https://api.example.com/products > products.json
```

```bash import-data --dep setup-database --dep fetch-users --dep fetch-products
deno run import.ts
```
"""

MIXED = """\
```bash install-deps
npm install
```

```bash compile-ts --dep install-deps
tsc
```

```bash compile-sass --dep install-deps
sass styles.scss styles.css
```

```bash run-tests --dep compile-ts
npm test
```

```bash build-bundle --dep compile-ts --dep compile-sass
webpack
```

```bash deploy --dep run-tests --dep build-bundle
./deploy.sh
```
"""

ENVIRONMENTS = """\
```bash build-dev --descr "Development build"
npm run build:dev
```

```bash build-prod --descr "Production build"
npm run build:prod
```

```bash deploy-dev --dep build-dev
deploy-to-dev.sh
```

```bash deploy-prod --dep build-prod
deploy-to-prod.sh
```
"""

DATABASE = """\
```bash db-backup --descr "Backup current database"
sqlite3 app.db ".backup backup-$(date +%Y%m%d).db"
```

```bash db-migrate --dep db-backup --descr "Run migrations"
sqlite3 app.db < migrations/001_add_users.sql
sqlite3 app.db < migrations/002_add_products.sql
```

```bash db-seed --dep db-migrate --descr "Seed test data"
sqlite3 app.db < seed.sql
```

```bash db-verify --dep db-seed --descr "Verify database"
sqlite3 app.db "SELECT COUNT(*) FROM users;"
```
"""

RETRIES = """\
```bash flaky-api-call --descr "Call flaky API with retries"
#!/bin/bash
for i in {1..3}; do
  curl https://api.example.com/data && break
  echo "Retry $i/3..."
  sleep 5
done
```
"""

CLEANUP = """\
```bash setup-test-env
docker-compose up -d
```

```bash run-tests --dep setup-test-env
npm test
```

```bash cleanup --dep run-tests
docker-compose down
```
"""

FAIL_FAST = """\
```bash validate-config --descr "Validate configuration"
# Fast check (runs first)
if [ ! -f "config.json" ]; then
  echo "config.json missing!"
  exit 1
fi
```

```bash expensive-build --dep validate-config
# Slow build (only runs if config valid)
npm run build
```
"""

DOCUMENTED = """\
<!-- Migration must run before seeding -->
```bash db-seed --dep db-migrate
```

```bash db-migrate
sqlite3 app.db
```
"""

FULL_STACK = """\
---
title: Full Stack Deployment
---

# E-Commerce Application Deployment

## Environment Setup

```bash check-tools --descr "Verify required tools"
#!/bin/bash
command -v docker >/dev/null || { echo "Docker required"; exit 1; }
command -v node >/dev/null || { echo "Node.js required"; exit 1; }
```

## Database Tasks

```bash db-start --dep check-tools --descr "Start database container"
docker-compose up -d postgres
sleep 5 # Wait for startup
```

```bash db-migrate --dep db-start --descr "Run database migrations"
npm run db:migrate
```

```bash db-seed --dep db-migrate --descr "Seed initial data"
npm run db:seed
```

## Backend Tasks

```bash backend-install --dep check-tools
cd backend && npm install
```

```bash backend-build --dep backend-install
cd backend && npm run build
```

```bash backend-test --dep backend-build --dep db-seed
cd backend && npm test
```

## Frontend Tasks

```bash frontend-install --dep check-tools
cd frontend && npm install
```

```bash frontend-build --dep frontend-install
cd frontend && npm run build
```

```bash frontend-test --dep frontend-build
cd frontend && npm test
```

## Integration Tests

```bash integration-test --dep backend-test --dep frontend-test --dep db-seed
npm run test:integration
```

## Deployment

```bash deploy-backend --dep integration-test
./deploy-backend.sh
```

```bash deploy-frontend --dep integration-test
./deploy-frontend.sh
```

```bash deploy-complete --dep deploy-backend --dep deploy-frontend
echo "🚀 Deployment complete!"
curl https://api.example.com/health
```

## Cleanup

```bash cleanup --dep deploy-complete
docker-compose down
```
"""


def completed(names: str) -> list[str]:
    return [f"✓ {name} completed" for name in names.split()]


class Project:
    """A folder with a Spryfile and all that its tasks call."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        for name in TOOLS:
            self.tool(f"bin/{name}")
        for name in SCRIPTS:
            self.tool(name)
        inputs = ("schema.sql", "seed.sql", "migrations/001_add_users.sql")
        for name in (*inputs, "migrations/002_add_products.sql", "backend/x", "frontend/x"):
            desk.write(name, "")

    def tool(self, name: str, body: str = "exit 0") -> None:
        self._desk.write(name, f"#!/bin/sh\n{body}\n").chmod(0o755)

    def run(self, text: str, *words: str) -> Said:
        self._desk.write("Spryfile.md", text)
        path = f"{self._desk.folder / 'bin'}:{os.environ['PATH']}"
        return self._desk.spry(*words, env={"PATH": path})


@pytest.fixture
def project(desk: Desk) -> Project:
    return Project(desk)


def in_order(said: Said, *pairs: str) -> None:
    """See that of each `before after` the first ended before the second."""
    for pair in pairs:
        first, second = (said.lines.index(line) for line in completed(pair))
        assert first < second, pair


def same(said: Said, names: Iterable[str]) -> None:
    """See that these tasks, and only these, ran and completed."""
    assert said.status == 0
    assert said.err == ""
    assert sorted(said.lines) == sorted(completed(" ".join(names)))


def test_a_simple_chain_runs_one_after_the_other(project: Project) -> None:
    said = project.run(SIMPLE_CHAIN, "task", "deploy")
    assert said.lines == completed("install-deps build test deploy")


def test_import_data_waits_for_all_three(project: Project) -> None:
    said = project.run(MULTIPLE, "task", "import-data")
    same(said, ["setup-database", "fetch-users", "fetch-products", "import-data"])
    assert said.lines[-1] == "✓ import-data completed"


def test_mixed_dependencies_run_in_an_order_that_they_allow(project: Project) -> None:
    said = project.run(MIXED, "task", "deploy")
    pairs = (
        "install-deps compile-ts",
        "install-deps compile-sass",
        "compile-ts run-tests",
        "compile-ts build-bundle",
        "compile-sass build-bundle",
        "run-tests deploy",
        "build-bundle deploy",
    )
    same(said, set(" ".join(pairs).split()))
    in_order(said, *pairs)


def test_a_target_runs_with_its_own_dependencies_alone(project: Project) -> None:
    for place in ("dev", "prod"):
        said = project.run(ENVIRONMENTS, "task", f"deploy-{place}")
        assert said.lines == completed(f"build-{place} deploy-{place}")


def test_database_tasks_run_in_their_order(project: Project) -> None:
    said = project.run(DATABASE, "runbook")
    assert said.lines == completed("db-backup db-migrate db-seed db-verify")


def test_a_failing_backup_stops_the_migration(project: Project) -> None:
    project.tool("bin/sqlite3", "exit 1")
    said = project.run(DATABASE, "task", "db-verify")
    assert said.status == 1
    assert said.lines == [
        "✗ db-backup failed with exit code 1",
        "⊘ db-migrate skipped (dependency failed)",
        "⊘ db-seed skipped (dependency failed)",
        "⊘ db-verify skipped (dependency failed)",
    ]


def test_retry_logic_inside_a_task_works(project: Project, desk: Desk) -> None:
    project.tool("bin/curl", "[ -e tried ] || { touch tried; exit 7; }")
    said = project.run(RETRIES, "task", "flaky-api-call", "--show=all")
    assert said.lines == ["✓ flaky-api-call completed", "Retry 1/3..."]
    assert (desk.folder / "tried").exists()


def test_cleanup_as_written_runs_only_after_success(project: Project) -> None:
    assert project.run(CLEANUP, "task", "cleanup").status == 0
    project.tool("bin/npm", "exit 1")
    said = project.run(CLEANUP, "task", "cleanup")
    assert said.status == 1
    assert said.lines[-1] == "⊘ cleanup skipped (dependency failed)"


def test_a_quick_validation_saves_the_expensive_build(project: Project, desk: Desk) -> None:
    said = project.run(FAIL_FAST, "task", "expensive-build")
    assert said.lines == [
        "✗ validate-config failed with exit code 1",
        "config.json missing!",
        "⊘ expensive-build skipped (dependency failed)",
    ]
    desk.write("config.json", "{}")
    said = project.run(FAIL_FAST, "task", "expensive-build")
    assert said.lines == completed("validate-config expensive-build")


def test_a_task_below_a_comment_without_a_body_is_a_group(project: Project) -> None:
    assert project.run(DOCUMENTED, "task", "db-seed").lines == completed("db-migrate db-seed")


def test_the_full_stack_runs_as_its_graph_says(project: Project) -> None:
    said = project.run(FULL_STACK, "runbook")
    edges = """
        check-tools backend-install, check-tools db-start, check-tools frontend-install,
        backend-install backend-build, backend-build backend-test, db-start db-migrate,
        db-migrate db-seed, db-seed backend-test, frontend-install frontend-build,
        frontend-build frontend-test, backend-test integration-test,
        frontend-test integration-test, db-seed integration-test,
        integration-test deploy-backend, integration-test deploy-frontend,
        deploy-backend deploy-complete, deploy-frontend deploy-complete, deploy-complete cleanup"""
    pairs = [pair.strip() for pair in edges.split(",")]
    same(said, set(" ".join(pairs).split()))
    in_order(said, *pairs)


def test_the_full_stack_stops_where_a_tool_is_missing(project: Project) -> None:
    text = FULL_STACK.replace("command -v docker ", "command -v no-such-docker ")
    said = project.run(text, "task", "deploy-complete")
    assert said.status == 1
    assert said.lines[:2] == ["✗ check-tools failed with exit code 1", "Docker required"]
    assert len(said.lines) == 2 + 13
    assert all(line.endswith(" skipped (dependency failed)") for line in said.lines[2:])
