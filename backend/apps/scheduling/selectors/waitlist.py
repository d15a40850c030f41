"""The waiting list as both audiences see it: the entry, its place on the waiting list, and what it is offered."""

from typing import Any
from uuid import UUID

from django.db.models import (
    CharField,
    Count,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from apps.identity.models import WeChatAccount
from apps.patients.selectors import bound_patients
from apps.scheduling.models import WaitlistEntry, WaitlistOffer
from apps.scheduling.states import EntryState, OfferState
from kernel import clock

COLUMNS = (
    "id", "hospital_id", "department_id", "practitioner_id", "patient_id", "first_date", "last_date", "period",
    "priority", "state", "appointment_id", "created_at", "version", "place",
)  # fmt: skip
NAMES = {
    "hospital_name": F("hospital__name"),
    "department_name": F("department__name"),
    "practitioner_name": F("practitioner__name"),
    "patient_name": F("patient__name"),
}


def entries_of(account: WeChatAccount) -> QuerySet[WaitlistEntry]:
    """Entries of the patients that are bound to the account now."""
    return WaitlistEntry.objects.filter(patient_id__in=bound_patients(account))


def rows_of(entries: QuerySet[WaitlistEntry]) -> QuerySet[Any, dict[str, Any]]:
    """Plain rows with `place`; pass a page of them through `shown`."""
    rows: QuerySet[Any, dict[str, Any]] = entries.annotate(place=_place()).values(*COLUMNS, **NAMES)
    return rows


def _place() -> CombinedExpression:
    """1 + those who wait for the same department at an overlapping time and come first."""
    doctor = ExpressionWrapper(OuterRef("practitioner"), output_field=UUIDField())
    period = ExpressionWrapper(OuterRef("period"), output_field=CharField())
    rivals = (
        WaitlistEntry.objects.filter(
            state=EntryState.WAITING,
            last_date__gte=clock.service_day(),
            department=OuterRef("department"),
            first_date__lte=OuterRef("last_date"),
        )
        .filter(last_date__gte=OuterRef("first_date"))
        .alias(my_doctor=doctor, my_period=period)
        .filter(Q(practitioner=None) | Q(my_doctor=None) | Q(practitioner=F("my_doctor")))
        .filter(Q(period="") | Q(my_period="") | Q(period=F("my_period")))
        .filter(
            Q(priority__gt=OuterRef("priority")) | Q(priority=OuterRef("priority"), id__lt=OuterRef("id"))
        )
    )
    counted = rivals.order_by().values("department").annotate(n=Count("id")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0) + 1


def shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `rows_of` with their latest offer, in one more query; a place only for who waits."""
    latest = (
        WaitlistOffer.objects.filter(entry__in=[row["id"] for row in rows])
        .order_by("entry_id", "-id")
        .distinct("entry_id")
    )
    offers: dict[UUID, dict[str, Any]] = {
        offer["entry_id"]: {name: value for name, value in offer.items() if name != "entry_id"}
        for offer in latest.values(
            "id", "entry_id", "session_id", "slot_id", "state", "expires_at", "created_at",
            starts_at=F("slot__starts_at"), ends_at=F("slot__ends_at"),
            practitioner_name=F("session__practitioner__name"), fee_fen=F("session__registration_fee_fen"),
        )
    }  # fmt: skip
    for offer in offers.values():
        if offer["state"] == OfferState.OPEN and offer["expires_at"] <= clock.now():
            offer["state"] = OfferState.LAPSED.value
    return [
        row
        | {
            "place": row["place"] if row["state"] == EntryState.WAITING else None,
            "offer": offers.get(row["id"]),
        }
        for row in rows
    ]


def one(entries: QuerySet[WaitlistEntry], entry_id: UUID) -> dict[str, Any]:
    """One entry as shown."""
    return shown(list(rows_of(entries.filter(pk=entry_id))))[0]
