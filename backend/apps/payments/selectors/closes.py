"""What is closed, and with which totals."""

import datetime as dt
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, Max, OuterRef

from apps.payments.models.close import DailyClose, MonthlyClose
from apps.payments.states import CloseState
from apps.worklist.canonical import digest_of

C = TypeVar("C", DailyClose, MonthlyClose)


def closed_through(hospital_id: UUID) -> dt.date | None:
    """The newest closed day."""
    rows = DailyClose.objects.filter(hospital_id=hospital_id, state=CloseState.CLOSED)
    newest: dt.date | None = rows.aggregate(newest=Max("business_date"))["newest"]
    return newest


def is_reopened(hospital_id: UUID, day: dt.date) -> bool:
    """Whether the day was closed and does not stand."""
    rows = DailyClose.objects.filter(hospital_id=hospital_id, business_date=day)
    states = set(rows.values_list("state", flat=True))
    return bool(states) and CloseState.CLOSED not in states


def frozen_totals(hospital_id: UUID, day: dt.date) -> dict[str, Any] | None:
    """The totals of a closed day as they were frozen (see `services.day_totals`); None while it is open."""
    rows = DailyClose.objects.filter(hospital_id=hospital_id, business_date=day, state=CloseState.CLOSED)
    return rows.values_list("totals", flat=True).first()


def closed_before(hospital_id: UUID, day: dt.date) -> DailyClose | None:
    """The close of the newest closed day before that one."""
    rows = DailyClose.objects.filter(hospital_id=hospital_id, business_date__lt=day, state=CloseState.CLOSED)
    return rows.order_by("-business_date").first()


def last_made(row: C) -> C | None:
    """The hospital's close that none was made after yet; clocks have no say in it."""
    rows = type(row)._default_manager.filter(hospital_id=row.hospital_id)
    found: C | None = rows.exclude(Exists(rows.filter(previous_id=OuterRef("pk")))).first()
    return found


def digest(row: DailyClose | MonthlyClose) -> str:
    """sha256 of what a close holds and of the close before it."""
    before = row.previous
    period = row.business_date.isoformat() if isinstance(row, DailyClose) else row.month
    content = {
        "hospital_id": row.hospital_id, "period": period, "number": row.number, "closed_by_id": row.closed_by_id,
        "totals": row.totals, "previous": before.sha256 if before else "",
    }  # fmt: skip
    return digest_of(row._meta.label_lower, row.pk, content)


def is_intact(row: DailyClose | MonthlyClose) -> bool:
    """Whether it holds what it was closed with."""
    return row.sha256 == digest(row)
