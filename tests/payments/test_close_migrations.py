"""Closes come to a hospital that goes on taking money: no migration holds two busy tables, or gives up half way."""

import io
import re

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

pytestmark = [pytest.mark.requirement("CLN-10"), pytest.mark.django_db]
BUSY = {"payments_ledgertransaction", "payments_paymentattempt", "payments_refund", "payments_paymentorder"}
NAMES = sorted(
    name
    for app, name in MigrationLoader(None).disk_migrations
    if app == "payments" and name >= "0008"
)  # fmt: skip
LOCKED = re.compile(r'(?:ALTER TABLE|CREATE TRIGGER [^;]*? ON|INDEX (?:CONCURRENTLY )?"?\w+"? ON)\s+"?(\w+)')


def sql_of(name: str) -> str:
    """What the migration tells PostgreSQL."""
    out = io.StringIO()
    call_command("sqlmigrate", "payments", name, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_each_busy_table_is_locked_alone(name: str) -> None:
    sql = sql_of(name)
    busy = BUSY & set(LOCKED.findall(sql))
    assert len(busy) <= 1
    assert not busy or not re.search(r"CREATE TABLE|REFERENCES", sql)


def test_all_of_them_are_looked_at() -> None:
    assert {table for name in NAMES for table in BUSY & set(LOCKED.findall(sql_of(name)))} == BUSY


@pytest.mark.parametrize("name", NAMES)
def test_what_takes_long_on_a_big_table_has_its_time_and_is_done_alone(name: str) -> None:
    sql = sql_of(name)
    slow = re.search(r"VALIDATE CONSTRAINT|CREATE INDEX CONCURRENTLY", sql)
    if slow is None:
        return
    before = sql[: slow.start()]
    assert "statement_timeout = 0" in before
    assert ("VALIDATE" in sql) != ("CONCURRENTLY" in sql)
    assert "VALIDATE" in sql or "DROP INDEX CONCURRENTLY IF EXISTS" in before
