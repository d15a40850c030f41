"""The patient list as rows of text, read in batches by key: memory stays small however many there are."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.identity.selectors import dictionaries
from apps.patients.columns import DICTIONARIES, GENDERS, ID_KINDS, TITLES
from apps.patients.models import Patient, PatientCard
from kernel.crypto import masking

BATCH = 1000
MASKS = {
    "national_id": masking.document, "phone": masking.phone, "address": masking.address,
    "insurance_no": masking.document, "card_number": masking.document,
}  # fmt: skip
_FIELDS = ("id", "hospital_id", *(name for name in TITLES if name != "card_number"))
_WORDS = {
    "gender": {str(value): word for word, value in reversed(GENDERS.items()) if word},
    "id_kind": {str(value): word for word, value in reversed(ID_KINDS.items())},
}


def export_rows(patients: QuerySet[Patient], *, unmasked: bool) -> Iterator[list[str]]:
    """Header and patients, newest first, in the columns of the import's template."""
    yield list(TITLES.values())
    labels: dict[UUID, dict[str, dict[str, str]]] = {}
    last: UUID | None = None
    rows = patients.order_by("-id")
    while batch := list((rows if last is None else rows.filter(pk__lt=last)).values(*_FIELDS)[:BATCH]):
        cards = _cards([row["id"] for row in batch])
        for row in batch:
            hospital_id = row["hospital_id"]
            if hospital_id not in labels:
                labels[hospital_id] = _labels(hospital_id)
            row["card_number"] = cards.get(row["id"], "")
            yield [_text(name, row[name], labels[hospital_id], unmasked) for name in TITLES]
        last = batch[-1]["id"]


def _cards(patients: list[UUID]) -> dict[UUID, str]:
    """The newest active card of each."""
    rows = PatientCard.objects.filter(patient_id__in=patients, is_active=True).order_by("id")
    return dict(rows.values_list("patient_id", "card_number"))


def _labels(hospital_id: UUID) -> dict[str, dict[str, str]]:
    entries = dictionaries(set(DICTIONARIES.values()), hospital_id)
    return {
        name: {entry.value: entry.label for entry in entries.get(code, [])}
        for name, code in DICTIONARIES.items()
    }


def _text(name: str, value: Any, labels: dict[str, dict[str, str]], unmasked: bool) -> str:
    if name == "tags":
        return ";".join(value)
    text = "" if value is None else str(value)
    if name in MASKS and not unmasked:
        return MASKS[name](text)
    return {**_WORDS, **labels}.get(name, {}).get(text, text)
