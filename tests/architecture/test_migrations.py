"""Migrations are for ever: what they do never depends on code that may change later."""

import ast
import os
import subprocess
import sys
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
    command = [sys.executable, "manage.py", *arguments, "--skip-checks", "--verbosity", "0"]
    environment = os.environ | {"DATABASE_URL": url}
    done = subprocess.run(command, cwd=ROOT / "backend", env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.thorough
def test_every_migration_can_be_undone_and_leaves_nothing_behind() -> None:
    server, name = os.environ["DATABASE_URL"], f"undone_{os.getpid()}"
    own = "|".join(folder.parent.name for folder in FOLDERS)
    left = f"SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relname ~ '^({own})_'"
    functions = (
        "SELECT count(*) FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE '%pgtrigger_%'"
    )
    template.sql(server, f'CREATE DATABASE "{name}" TEMPLATE "{template.ensure(server)}"')
    url = template.at(server, name)
    try:
        assert int(template.sql(url, left)) > 50
        for label in ("kernel", "audit", "identity"):  # what stands on them goes with them
            _manage(url, "migrate", label, "zero")
        assert template.sql(url, left) == "0"
        assert template.sql(url, functions) == "0"
    finally:
        template.sql(server, f'DROP DATABASE "{name}" WITH (FORCE)')
