"""Prepared statements answer like plain ones, on every connection and without preparing where that is switched off."""

from typing import Any

import pytest
from django.db import connection, transaction

from apps.audit.context import describe, forget
from apps.identity.models import Group
from kernel.prepared import Prepared, prepared_reads

pytestmark = [pytest.mark.requirement("BOOK-05"), pytest.mark.django_db(transaction=True)]
SUM = Prepared(
    "test_sum", "SELECT %(a)s + %(b)s, %(b)s::int %% 2, %(a)s IS NULL", {"a": "integer", "b": "integer"}
)
WHO = Prepared("test_who", "SELECT current_setting('yihui.audit', true)", writes=True)


def _prepared() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE name = 'test_sum'")
        return {row[0] for row in cursor.fetchall()}


def _sum(a: int | None, b: int) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        SUM.execute(cursor, {"a": a, "b": b, "unused": "x"})
        row: tuple[object, ...] = cursor.fetchone()
    return row


def test_a_statement_is_prepared_once_for_each_connection() -> None:
    connection.close()
    assert [_sum(1, 2), _sum(None, 3)] == [(3, 0, False), (None, 1, True)]
    assert _prepared() == {"test_sum"}
    connection.close()
    assert _prepared() == set()
    assert _sum(2, 2) == (4, 0, False)


COUNT = Prepared(
    "test_count", "SELECT count(*) FROM test_filling WHERE id = %(id)s", {"id": "integer"}, by_key=True
)


def test_what_was_prepared_while_a_table_was_empty_does_not_read_all_of_it_later() -> None:
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE test_filling (id integer PRIMARY KEY); ANALYZE test_filling")
        COUNT.execute(cursor, {"id": 1})
        assert cursor.fetchone() == (0,)
        cursor.execute("INSERT INTO test_filling SELECT generate_series(1, 1000)")
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE test_count (7)")
        assert "Seq Scan" not in str(cursor.fetchone()[0])
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)
    connection.close()


def test_switched_off_for_poolers_the_plain_text_is_sent(settings: Any) -> None:
    settings.PREPARED_STATEMENTS = False
    connection.close()
    assert _sum(1, 2) == (3, 0, False)
    assert _prepared() == set()


@pytest.mark.parametrize("prepared", [True, False])
def test_a_writing_statement_carries_who_acts(settings: Any, *, prepared: bool) -> None:
    settings.PREPARED_STATEMENTS = prepared
    describe(actor="tester")
    try:
        with connection.cursor() as cursor:
            WHO.execute(cursor, {})
            assert '"actor":"tester"' in cursor.fetchone()[0]
    finally:
        forget()


def _reads() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE name LIKE 'read_%'")
        return {row[0] for row in cursor.fetchall()}


def test_the_plain_list_is_prepared_and_answers_the_same() -> None:
    connection.close()
    Group.objects.create(name="100% 医院")
    for name, found in (("100% 医院", 1), ("other", 0)):
        with prepared_reads():
            assert len(Group.objects.filter(name=name, name__contains="")) == found
    assert len(_reads()) == 1


def test_what_cannot_be_prepared_runs_as_it_is() -> None:
    connection.close()
    with transaction.atomic():  # an error must not end the transaction of the caller
        for _ in range(2):
            with prepared_reads(), connection.cursor() as cursor:
                cursor.execute("SELECT jsonb_build_object('a', %s)", ["b"])
                assert cursor.fetchone() == ('{"a": "b"}',)
    assert not _reads()
