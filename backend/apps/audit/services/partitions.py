"""Monthly partitions of append-only tables whose key is a UUIDv7."""

import datetime as dt
from collections.abc import Iterator

import structlog
from django.db import IntegrityError, connection, transaction

from kernel.ids import uuid7_floor

log = structlog.get_logger(__name__)

MONTHS_AHEAD = 3
#: Tables made `PARTITION BY RANGE (id)` with a default partition; `manage.py partitions` looks after them.
TABLES = ["audit_auditevent"]


def ensure_months(table: str, *, start: dt.date | None = None, ahead: int = MONTHS_AHEAD) -> list[str]:
    """Make the partitions of the month of `start` (default: now, UTC) and of `ahead` more; names of the new ones.

    A month whose lines already lie in the default partition stays there: the log says so, nothing is lost.
    """
    made = []
    for first, after in _months(start or _today(), ahead + 1):
        name = f"{table}_{first:%Y%m}"
        if _exists(name):
            continue
        try:
            with transaction.atomic():
                _make(table, name, first, after)
            made.append(name)
        except IntegrityError:
            log.error("partition_blocked_by_default", table=table, partition=name)
    return made


def _today() -> dt.date:
    """By the database's clock: keys carry real time, whatever the demo's clock says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE 'UTC')::date")
        today: dt.date = cursor.fetchone()[0]
    return today


def _months(start: dt.date, count: int) -> Iterator[tuple[dt.date, dt.date]]:
    first = start.replace(day=1)
    for _ in range(count):
        after = (first + dt.timedelta(days=32)).replace(day=1)
        yield first, after
        first = after


def _exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        return bool(cursor.fetchone()[0])


def _make(table: str, name: str, first: dt.date, after: dt.date) -> None:
    """Attached rather than made in place: writers of the parent are not locked out."""
    quote = connection.ops.quote_name
    bounds = [str(uuid7_floor(dt.datetime.combine(day, dt.time(), dt.UTC))) for day in (first, after)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {quote(name)} (LIKE {quote(table)} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        )
        cursor.execute(
            f"ALTER TABLE {quote(table)} ATTACH PARTITION {quote(name)} FOR VALUES FROM (%s) TO (%s)", bounds
        )
        cursor.execute(
            "SELECT 1 FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = 'no_truncate'", [table]
        )
        if cursor.fetchone():  # row triggers come with the attachment, statement triggers don't
            cursor.execute(
                f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {quote(name)} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
