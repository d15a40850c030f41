"""挂号记录: appointments as the front ends show them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.identity.models import WeChatAccount
from apps.identity.pictures import url_of
from apps.patients.selectors import bound_patients
from apps.scheduling.models import Appointment
from kernel.errors import NotFound

OWN = (
    "id", "appointment_no", "kind", "state", "source", "number", "fee_fen", "payment_status", "visit_date",
    "starts_at", "ends_at", "check_in_until", "hold_expires_at", "checked_in_at", "cancelled_at", "cancel_code",
    "cancel_reason", "created_at", "hospital_id", "department_id", "practitioner_id", "patient_id", "session_id",
    "slot_id", "encounter_id",
)  # fmt: skip
RELATED = {
    "hospital_name": "hospital__name",
    "department_name": "department__name",
    "building": "department__location__building",
    "floor": "department__location__floor",
    "room": "department__location__room",
    "practitioner_name": "practitioner__name",
    "practitioner_title": "practitioner__title",
    "practitioner_portrait_url": "practitioner__portrait_id",
    "map_picture_url": "department__location__map_picture_id",
    "tier": "session__tier",
    "period": "session__period",
    "patient_name": "patient__name",
}


def rows_of(queryset: QuerySet[Appointment]) -> QuerySet[Any, dict[str, Any]]:
    """Plain rows in one query; pass each through `shown`."""
    related = (path for path in RELATED.values())
    rows: QuerySet[Any, dict[str, Any]] = queryset.values(*OWN, *related)
    return rows


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `rows_of` as the front ends get it."""
    place = (row[RELATED["building"]], row[RELATED["floor"]], row[RELATED["room"]])
    names = {name: row[path] for name, path in RELATED.items() if name not in ("building", "floor", "room")}
    names |= {name: url_of(names[name]) for name in ("practitioner_portrait_url", "map_picture_url")}
    return {name: row[name] for name in OWN} | names | {"location": " ".join(part for part in place if part)}


def one(queryset: QuerySet[Appointment], appointment_id: UUID) -> dict[str, Any]:
    """One appointment as shown; NotFound."""
    row = rows_of(queryset.filter(pk=appointment_id)).first()
    if row is None:
        raise NotFound
    return shown(row)


def appointments_of(account: WeChatAccount) -> QuerySet[Appointment]:
    """Appointments of the patients that are bound to the account now, whoever booked them."""
    return Appointment.objects.filter(patient_id__in=bound_patients(account))
