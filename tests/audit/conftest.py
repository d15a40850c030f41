import pytest
from django.db import connection


@pytest.fixture
def empty_log(transactional_db: None) -> None:
    """The log and its seals as on the first day."""
    tamper("TRUNCATE audit_auditevent, audit_auditseal")
    tamper("ALTER SEQUENCE audit_auditseal_made RESTART")


def tamper(sql: str, *params: object) -> None:
    """Run a statement as somebody who can switch the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, list(params) or None)
        cursor.execute("SET session_replication_role = origin")
