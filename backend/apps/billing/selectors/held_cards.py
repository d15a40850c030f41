"""Cards that hold money: what is left of prepayments, card by card and together."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from apps.billing.models import BalanceAnnouncement
from apps.patients.models import PatientCard
from apps.payments.types import AccountKind
from apps.prepaid.selectors import held_fen, holds_something


def held_cards() -> QuerySet[PatientCard]:
    """Cards that hold something, each with `balance_fen`."""
    held = PatientCard.objects.filter(holds_something(AccountKind.CARD_BALANCE))
    return held.annotate(balance_fen=held_fen(AccountKind.CARD_BALANCE))


def total_of(cards: QuerySet[PatientCard]) -> dict[str, int]:
    """How many cards of `held_cards`, of how many patients, and what they hold together."""
    found = cards.order_by().aggregate(
        card_count=Count("pk"), patient_count=Count("patient", distinct=True), sum=Sum("balance_fen")
    )
    return {
        "card_count": found["card_count"], "patient_count": found["patient_count"], "balance_fen": found["sum"] or 0,
    }  # fmt: skip


def next_patients(announcement: BalanceAnnouncement, count: int) -> list[dict[str, Any]]:
    """The next patients to be told, in key order: `patient_id`, `name`, `balance_fen` of all their cards."""
    cards = held_cards().filter(hospital_id=announcement.hospital_id)
    if announcement.after_patient_id is not None:
        cards = cards.filter(patient_id__gt=announcement.after_patient_id)
    keys = list(cards.order_by("patient_id").values_list("patient_id", flat=True).distinct()[:count])
    found: dict[UUID, dict[str, Any]] = {}
    rows: Any = held_cards().filter(hospital_id=announcement.hospital_id, patient_id__in=keys)
    for patient_id, name, balance_fen in rows.values_list("patient_id", "patient__name", "balance_fen"):
        held = found.setdefault(patient_id, {"patient_id": patient_id, "name": name, "balance_fen": 0})
        held["balance_fen"] += balance_fen
    return [found[key] for key in keys if key in found]


def names_of_cards(ids: Collection[UUID]) -> dict[UUID, str]:
    """By which people know them: whose they are."""
    rows = PatientCard.objects.filter(pk__in=ids).values_list("pk", "patient__name", "patient__mrn")
    return {pk: f"{name} {mrn}" for pk, name, mrn in rows}
