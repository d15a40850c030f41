"""What is closed, and with which totals."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Max

from apps.payments.models.close import DailyClose, MonthlyClose
from apps.payments.states import CloseState
from apps.worklist.canonical import digest_of


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


def digest(row: DailyClose | MonthlyClose, previous: str) -> str:
    """sha256 of what a close holds and of the close before it."""
    period = row.business_date.isoformat() if isinstance(row, DailyClose) else row.month
    content = {
        "hospital_id": row.hospital_id, "period": period, "number": row.number, "closed_by_id": row.closed_by_id,
        "totals": row.totals, "previous": previous,
    }  # fmt: skip
    return digest_of(row._meta.label_lower, row.pk, content)


def previous_digest(row: DailyClose | MonthlyClose) -> str:
    """Of the close that was made before this one; "" for the first."""
    rows = type(row)._default_manager.filter(hospital_id=row.hospital_id, pk__lt=row.pk).order_by("-pk")
    return rows.values_list("sha256", flat=True).first() or ""


def is_intact(row: DailyClose | MonthlyClose) -> bool:
    """Whether it holds what it was closed with."""
    return row.sha256 == digest(row, previous_digest(row))
