"""Migrations are for ever: what they do never depends on code that may change later."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import template

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "backend/kernel/migrations", *sorted((ROOT / "backend/apps").glob("*/migrations"))]
MIGRATIONS = sorted(path for folder in FOLDERS for path in folder.glob("[0-9]*.py"))
#: Field types and their defaults, which a column's description cannot do without.
FIELDS = {"kernel.clock", "kernel.ids", "kernel.money", "kernel.crypto.fields", "kernel.models"}
OURS = ("apps", "kernel", "workflows", "config", "sample", "sandbox")


def _imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name for name in names if name.split(".")[0] in OURS}


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_migration_imports_no_live_code(path: Path) -> None:
    assert not _imported(ast.parse(path.read_text())) - FIELDS


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_app_begins_with_one_migration(folder: Path) -> None:
    assert [path.name for path in folder.glob("0001_*.py")] == ["0001_initial.py"]


def test_every_frozen_statement_belongs_to_a_migration_and_can_be_undone() -> None:
    for folder in FOLDERS:
        code = "".join(path.read_text() for path in folder.glob("[0-9]*.py"))
        for path in folder.glob("*.sql"):
            assert path.name in code, path
            assert path.stem.endswith("_undo") or path.with_stem(f"{path.stem}_undo").exists(), path


def _manage(url: str, *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    environment = os.environ | {"DATABASE_URL": url}
    done = subprocess.run(command, cwd=ROOT / "backend", env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _migrate(url: str, *arguments: str) -> None:
    _manage(url, "migrate", *arguments, "--skip-checks", "--verbosity", "0")


@pytest.fixture
def migrated() -> Iterator[str]:
    """The address of a database of its own, as `migrate` leaves it."""
    server, name = os.environ["DATABASE_URL"], f"undone_{os.getpid()}"
    template.sql(server, f'CREATE DATABASE "{name}" TEMPLATE "{template.ensure(server)}"')
    try:
        yield template.at(server, name)
    finally:
        template.sql(server, f'DROP DATABASE "{name}" WITH (FORCE)')


#: Columns, constraints, indexes, triggers and functions, as text.
STRUCTURE = """
SELECT string_agg(line, chr(10) ORDER BY line COLLATE "C") FROM (
    SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default)
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND probin IS NULL
) AS found (line)
"""
#: Back to `targets`, keys of migrations of our apps, as the graph gives them.
BACK = """
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
graph = executor.loader.graph
ours = lambda key: [each for each in graph.forwards_plan(key) if each[0] in {apps}]
{targets}
executor.migrate(targets)
"""
#: The first of all apps but those that begin on another app's later ones, which go.
TO_FIRST = """
first = [key for key in graph.nodes if key[0] in {apps} and key[1] == "0001_initial"]
targets = [key for key in first if all(name == "0001_initial" for _, name in ours(key))]
"""
#: Those before the newest, and with each newest whatever begins on it.
BEFORE_NEWEST = """
newest = [key for key in graph.leaf_nodes() if key[0] in {apps} and key[1] != "0001_initial"]
before = [max(parent.key for parent in graph.node_map[key].parents if parent.key[0] == key[0]) for key in newest]
targets = [key for key in before if not set(ours(key)) & set(newest)]
"""


def _undone_and_done_again(migrated: str, targets: str) -> None:
    apps = [folder.parent.name for folder in FOLDERS]
    whole = template.sql(migrated, STRUCTURE)
    assert whole.count("\n") > 1_000
    _manage(
        migrated, "shell", "--no-imports", "-c", BACK.format(apps=apps, targets=targets.format(apps=apps))
    )
    assert template.sql(migrated, STRUCTURE) != whole
    _migrate(migrated)
    assert template.sql(migrated, STRUCTURE).splitlines() == whole.splitlines()


@pytest.mark.thorough
def test_the_newest_migration_of_each_app_can_be_undone_and_done_again(migrated: str) -> None:
    _undone_and_done_again(migrated, BEFORE_NEWEST)


@pytest.mark.full  # minutes, for what was released long ago
def test_what_came_after_the_first_migrations_can_be_undone_and_done_again(migrated: str) -> None:
    _undone_and_done_again(migrated, TO_FIRST)


@pytest.mark.full  # the first migrations, one by one: minutes, for what nobody undoes but by dropping the database
def test_every_migration_can_be_undone_and_leaves_nothing_behind(migrated: str) -> None:
    own = "|".join(folder.parent.name for folder in FOLDERS)
    left = f"SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relname ~ '^({own})_'"
    functions = (
        "SELECT count(*) FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE '%pgtrigger_%'"
    )
    assert int(template.sql(migrated, left)) > 50
    for label in ("kernel", "audit", "identity"):  # what stands on them goes with them
        _migrate(migrated, label, "zero")
    assert template.sql(migrated, left) == "0"
    assert template.sql(migrated, functions) == "0"
