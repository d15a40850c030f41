"""The keys by which archives are found, derived anew for archives that were filed before a key was."""

from collections.abc import Iterator

from django.db import transaction

from apps.patients.models import Patient
from apps.patients.naming import DERIVED_FROM_NAME, name_fields
from kernel.crypto import blind_index

BATCH = 500


def refresh(*, after: str | None = None) -> Iterator[tuple[str, int]]:
    """Batch by batch in the order of the ids: (last id, archives changed). A stopped run goes on `after` one."""
    rows = Patient.objects.order_by("pk").only(
        "pk", "name", *DERIVED_FROM_NAME, "national_id", "national_id_index"
    )
    while batch := list((rows.filter(pk__gt=after) if after else rows)[:BATCH]):
        after = str(batch[-1].pk)
        with transaction.atomic():
            yield after, sum(map(_refreshed, batch))


def _refreshed(patient: Patient) -> bool:
    keys: dict[str, object] = {
        name: value for name, value in name_fields(patient.name).items() if name != "name"
    }
    if patient.national_id:
        keys["national_id_index"] = blind_index(patient.national_id, "national_id")
    known = {name: _plain(getattr(patient, name)) for name in keys}
    if known == keys:
        return False
    Patient.objects.filter(pk=patient.pk, name=patient.name).update(**keys)
    return True


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
