"""What tests with real transactions find and leave: nobody, with logs and ledgers empty, too; catalogues are there."""

from io import StringIO
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

#: Ids that processes cache: they stay.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
#: Whether the database of this process still holds the world that it was copied with.
_populated = True


def empty_around_transactional_tests() -> None:
    """Replace Django's flush, which stops at tables of unused third-party models and at append-only triggers."""
    TransactionTestCase._fixture_setup = classmethod(_find_nobody)  # type: ignore[method-assign, assignment]
    TransactionTestCase._fixture_teardown = _leave_nobody  # type: ignore[method-assign]


def holds_world() -> bool:
    """Until the first test with real transactions, which come last."""
    return _populated


def _find_nobody(case: Any) -> None:
    if _populated:
        _leave_nobody(case)


def _leave_nobody(case: Any) -> None:
    global _populated
    empty()
    _populated = False


def empty() -> None:
    """As after `migrate` and `sync_access`: nobody is there. Within a transaction it is rolled back with it."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_DELETE, {"kept": [*KEPT, *(f"{name}_id_seq" for name in KEPT)]})
        for name, rows in _catalogues.items():
            cursor.copy_expert(f'COPY "{name}" FROM STDIN', StringIO(rows))
        cursor.execute("SET session_replication_role = origin")
        if not _catalogues:
            _declare(cursor)


#: Rows are few: deleting them, unseen by triggers, takes a tenth of the time of truncating every table.
_DELETE = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
      AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> ALL (%(kept)s) LOOP
    EXECUTE 'DELETE FROM ' || one.name;
  END LOOP;
  FOR one IN SELECT format('%%I', sequencename) AS name FROM pg_sequences
      WHERE schemaname = 'public' AND last_value IS NOT NULL AND sequencename <> ALL (%(kept)s) LOOP
    EXECUTE 'ALTER SEQUENCE ' || one.name || ' RESTART';  -- comes back with a rollback, unlike setval
  END LOOP;
END $$
"""

#: Table → its rows as `sync_access` left them the first time: declaring them anew asks for every row one by one.
_catalogues: dict[str, str] = {}


def _declare(cursor: Any) -> None:
    from apps.access.services.sync import sync_access

    sync_access()
    for name in connection.introspection.table_names(cursor):
        rows = StringIO()
        cursor.copy_expert(f'COPY (SELECT * FROM "{name}") TO STDOUT', rows)
        if rows.getvalue() and name not in KEPT:
            _catalogues[name] = rows.getvalue()
