"""What tests with real transactions find and leave: nobody, with logs and ledgers empty, too; catalogues are there."""

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
    from apps.access.services.sync import sync_access

    with connection.cursor() as cursor:
        names = [
            connection.ops.quote_name(n)
            for n in connection.introspection.table_names(cursor)
            if n not in KEPT
        ]
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY")
        cursor.execute("ALTER SEQUENCE audit_auditseal_made RESTART")
        cursor.execute("SET session_replication_role = origin")
    sync_access()
