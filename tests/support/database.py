"""What a test with real transactions leaves behind is emptied at once, logs and ledgers too; catalogues come back."""

from typing import Any

from django.db import connection
from django.test import TransactionTestCase

#: Ids that processes cache: they stay.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def empty_after_transactional_tests() -> None:
    """Replace Django's flush, which stops at tables of unused third-party models and at append-only triggers."""
    TransactionTestCase._fixture_teardown = _empty  # type: ignore[method-assign]


def _empty(case: Any) -> None:
    empty()


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
