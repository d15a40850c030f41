"""Appointments as rows of text, read in batches by key: memory stays small however many there are."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.identity.models.staff import VisitTier
from apps.scheduling.models import Appointment, AppointmentKind, AppointmentSource, PaymentStatus
from apps.scheduling.states import AppointmentState
from kernel import clock
from kernel.money import fen_to_yuan
from kernel.words import column_title, value_text

BATCH = 1000
#: Column → the property that it is in the documents, whose words are its title.
COLUMNS = {
    "appointment_no": "appointment_no", "visit_date": "visit_date", "starts_at": "starts_at", "ends_at": "ends_at",
    "hospital__name": "hospital_name", "department__name": "department_name",
    "practitioner__name": "practitioner_name", "session__tier": "tier", "number": "number",
    "patient__name": "patient_name", "patient__mrn": "mrn", "kind": "kind", "source": "source", "state": "state",
    "fee_fen": "fee_fen", "payment_status": "payment_status", "checked_in_at": "checked_in_at",
    "cancelled_at": "cancelled_at", "cancel_reason": "cancel_reason", "override_reason": "override_reason",
    "created_at": "created_at",
}  # fmt: skip
ENUMS = {
    "session__tier": VisitTier, "kind": AppointmentKind, "source": AppointmentSource, "state": AppointmentState,
    "payment_status": PaymentStatus,
}  # fmt: skip


def appointment_rows(appointments: QuerySet[Appointment]) -> Iterator[list[str]]:
    """Header and appointments, the newest first."""
    yield [column_title("Appointment", name) for name in COLUMNS.values()]
    last: UUID | None = None
    rows = appointments.order_by("-id")
    while batch := list((rows if last is None else rows.filter(pk__lt=last)).values("id", *COLUMNS)[:BATCH]):
        for row in batch:
            yield [_text(name, row[name]) for name in COLUMNS]
        last = batch[-1]["id"]


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name == "fee_fen":
        return fen_to_yuan(value)
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}"
    return value_text(ENUMS[name], value) if name in ENUMS else str(value)
