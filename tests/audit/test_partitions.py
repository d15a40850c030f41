"""The log is kept in monthly partitions; what has no month yet is still kept."""

import datetime as dt

import pytest
from django.db import connection

from apps.audit.services import record
from apps.audit.services.partitions import ensure_months
from kernel.ids import uuid7_floor

pytestmark = [pytest.mark.requirement("ACC-06"), pytest.mark.django_db]


def partition_of(object_id: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM audit_auditevent WHERE object_id = %s", [object_id]
        )
        return str(cursor.fetchone()[0])


def insert(object_id: str, moment: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditevent (id, action, object_type, object_id) VALUES (%s, 'read', 'x', %s)",
            [str(uuid7_floor(moment)), object_id],
        )


def test_a_line_lands_in_the_partition_of_its_month() -> None:
    record(action="read", object_type="test.month", object_id="month-now")
    assert partition_of("month-now") == f"audit_auditevent_{dt.datetime.now(dt.UTC):%Y%m}"


def test_coming_months_are_made_once_and_hold_their_own_lines() -> None:
    start = dt.date(2031, 11, 20)
    names = ["audit_auditevent_203111", "audit_auditevent_203112", "audit_auditevent_203201"]
    assert ensure_months("audit_auditevent", start=start, ahead=2) == names
    assert ensure_months("audit_auditevent", start=start, ahead=2) == []
    insert("last", dt.datetime(2031, 12, 31, 23, 59, 59, tzinfo=dt.UTC))
    insert("first", dt.datetime(2032, 1, 1, tzinfo=dt.UTC))
    assert (partition_of("last"), partition_of("first")) == (names[1], names[2])


def test_a_month_without_a_partition_is_kept_by_the_default_and_stays_there() -> None:
    insert("far", dt.datetime(2041, 5, 5, tzinfo=dt.UTC))
    assert partition_of("far") == "audit_auditevent_default"
    assert ensure_months("audit_auditevent", start=dt.date(2041, 5, 1), ahead=1) == [
        "audit_auditevent_204106"
    ]
    assert partition_of("far") == "audit_auditevent_default"
