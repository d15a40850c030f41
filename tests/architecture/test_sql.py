"""Raw SQL: of an app's own tables, of what their owners export, and long statements where they can be read."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction

from apps.identity import fragments as identity
from apps.patients import fragments as patients
from kernel import sql
from kernel.prepared import EVERY, Prepared
from tests.architecture.test_writers import SOURCES, owner_of
from tests.architecture.typed_code import BACKEND, models_of_the_product, module_of

FILES = sorted(path for path in BACKEND.rglob("*.sql") if "migrations" not in path.parts)
MAX_LINES = 25
STATEMENT = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b")
STEP = re.compile(r"\bAS (?:MATERIALIZED )?\($", re.MULTILINE)


def texts_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every piece of text in a file."""
    if path.suffix == ".sql":
        yield 1, path.read_text()
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.FormattedValue) and "_meta.db_table" in (text := ast.unparse(node.value)):
            model = getattr(module_of(path), text.split(".")[0], None)
            yield node.lineno, getattr(getattr(model, "_meta", None), "db_table", "")


def test_raw_sql_names_only_tables_of_its_own_app() -> None:
    """Whoever needs another's builds in a fragment that the owner exports (`fragments.py`)."""
    owners = {table: model._meta.app_label for table, model in models_of_the_product().items()}
    foreign = [
        f"{path.relative_to(BACKEND)}:{line} {word}"
        for path in (*SOURCES, *FILES)
        for line, text in texts_of(path)
        for word in sorted(set(re.findall(r"\b[a-z_]+\b", text)))
        if owners.get(word, owner_of(path)) != owner_of(path)
    ]
    assert not foreign


def test_a_long_statement_stands_in_a_file_of_its_own() -> None:
    long = [
        f"{path.relative_to(BACKEND)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.Constant, ast.JoinedStr))
        and (node.end_lineno or 0) - node.lineno >= MAX_LINES
        and STATEMENT.search(ast.unparse(node))
    ]
    assert not long


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_step_of_a_long_statement_says_why(path: Path) -> None:
    text = path.read_text()
    assert text.count("-- why: ") >= max(1, len(STEP.findall(text)))


def test_statements_are_completed_when_their_module_is_imported() -> None:
    """So that nothing that a request brings can become a part of one."""
    late = [
        f"{path.relative_to(BACKEND)}:{node.lineno}"
        for path in SOURCES
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and getattr(module_of(path), node.func.id, None) is sql.statement
    ]
    assert not late


@functools.cache
def prepared() -> dict[str, Prepared]:
    """Text → the statement that is prepared of it, once every module is imported."""
    for path in SOURCES:
        module_of(path)
    return dict(EVERY)


@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_postgresql_plans_every_long_statement(path: Path) -> None:
    known = prepared()
    assert sql.STATEMENTS.get(path), "a file that nobody reads"
    for number, text in enumerate(sql.STATEMENTS[path]):
        types = known[text].types if text in known else {}
        statement = Prepared(f"explained_{number}", text, types, by_key=True)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.cursor.execute(statement._prepare)  # with its EXPLAIN
            cursor.execute(f"DEALLOCATE {statement.name}")


@pytest.mark.django_db
def test_what_owners_export_costs_a_statement_nothing() -> None:
    """A subquery of a fragment is merged into the join: it is no step of its own."""
    every = [*vars(identity).values(), *vars(patients).values()]
    exported = [text for text in every if isinstance(text, str) and text.startswith("(SELECT")]
    assert exported
    for fragment in exported:
        with connection.cursor() as cursor:
            cursor.execute(
                f"EXPLAIN SELECT x.id FROM identity_hospital o LEFT JOIN {fragment} x ON x.id = o.group_id"
            )
            assert "Subquery" not in str(cursor.fetchall())
