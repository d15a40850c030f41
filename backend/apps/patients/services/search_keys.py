"""The keys by which archives are found, derived anew for rows that were written before a key was what it is."""

from collections.abc import Iterator

from django.db import transaction

from apps.patients.id_kinds import document_key
from apps.patients.models import ImportRow, Patient, RelatedPerson
from apps.patients.naming import DERIVED_FROM_NAME, name_fields
from kernel.crypto import blind_index, decrypt

BATCH = 500


def refresh(*, after: str | None = None) -> Iterator[tuple[str, int]]:
    """Batch by batch in the order of the ids: (last id, archives changed). A stopped run goes on `after` one."""
    rows = Patient.objects.order_by("pk").only(
        "pk", "version", "name", *DERIVED_FROM_NAME, "id_kind", "national_id", "national_id_index"
    )
    while batch := list((rows.filter(pk__gt=after) if after else rows)[:BATCH]):
        after = str(batch[-1].pk)
        with transaction.atomic():
            yield after, sum(map(_refreshed, batch))


def refresh_contacts() -> int:
    """The documents of contacts and guardians; returns how many changed."""
    rows = RelatedPerson.objects.exclude(national_id_index=None).order_by("pk")
    changed = 0
    for person in rows.only("pk", "updated_at", "id_kind", "national_id", "national_id_index").iterator(
        BATCH
    ):
        index = _index(person.document)
        if _plain(person.national_id_index) != index:
            same = RelatedPerson.objects.filter(pk=person.pk, updated_at=person.updated_at)
            changed += same.update(national_id_index=index)
    return changed


def refresh_staged() -> int:
    """The documents of imports that are not applied yet; returns how many changed."""
    rows = ImportRow.objects.exclude(national_id_index=None).order_by("pk")
    changed = 0
    for row in rows.only("pk", "id_kind", "national_id", "national_id_index").iterator(BATCH):
        number = decrypt(bytes(row.national_id), ImportRow.sealed_columns["national_id"])
        index = _index(document_key(row.id_kind, number))
        if _plain(row.national_id_index) != index:
            changed += ImportRow.objects.filter(pk=row.pk).update(national_id_index=index)
    return changed


def _refreshed(patient: Patient) -> bool:
    keys: dict[str, object] = {
        name: value for name, value in name_fields(patient.name).items() if name != "name"
    }
    keys["national_id_index"] = _index(patient.document)
    known = {name: _plain(getattr(patient, name)) for name in keys}
    if known == keys:
        return False
    # Who changed the archive meanwhile has written its keys, too.
    return bool(Patient.objects.filter(pk=patient.pk, version=patient.version).update(**keys))


def _index(document: str) -> bytes | None:
    return blind_index(document, "national_id") if document else None


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
