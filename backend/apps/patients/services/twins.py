"""The same person filed twice by hand: found by document or name, one filing at a time, gone on with knowingly."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from apps.audit.services import record
from apps.patients.id_kinds import document_key
from apps.patients.models import IdKind, Patient
from kernel.crypto import blind_index

#: The permission code to file somebody all the same.
DUPLICATE = "patients.patient.duplicate"
#: So many namesakes are shown.
MAX_NAMESAKES = 20


def find_twin(
    *, hospital_id: UUID, id_kind: str, number: str, other_than: UUID | None = None
) -> Patient | None:
    """The hospital's archive with that document, a merged one as the one that continues it; in a transaction.

    Until its end nobody else files or looks for the same document there.
    """
    document = document_key(id_kind, number)
    if not document or id_kind == IdKind.NONE:
        return None
    _one_at_a_time(hospital_id, document)
    index = blind_index(document, "national_id")
    rows = Patient.objects.filter(hospital_id=hospital_id, national_id_index=index)
    rows = rows.exclude(pk=other_than) if other_than else rows
    found = rows.select_related("merged_into").order_by("merged_into_id", "pk").first()
    heir = found.merged_into if found and found.merged_into else found
    return heir if heir is None or heir.pk != other_than else None


def find_namesakes(draft: Patient, reach: QuerySet[Patient]) -> list[Patient]:
    """Archives in `reach` that may be the draft's person: of one name, and of one phone or birth date; newest first.

    Documents of one kind that differ part two people. In a transaction: until its end nobody else files or looks for
    that name in the hospital.
    """
    alike = Q(birth_date=draft.birth_date) if draft.birth_date else Q()
    if draft.phone:
        alike |= Q(phone_index=blind_index(draft.phone, "phone"))
    if not alike or not draft.name_key:
        return []
    _one_at_a_time(draft.hospital_id, draft.name_key)
    here = reach.filter(hospital_id=draft.hospital_id, merged_into=None, name_key=draft.name_key)
    if draft.document:
        here = here.filter(Q(national_id_index=None) | ~Q(id_kind=draft.id_kind))
        here = here.exclude(national_id_index=blind_index(draft.document, "national_id"))
    return list(here.filter(alike).order_by("-pk")[:MAX_NAMESAKES])


def note_twin(patient: Patient, twin: Patient, reason: str) -> None:
    """Write down that somebody filed the person all the same."""
    _note("file_duplicate", patient, {"other": twin.pk, "reason": reason})


def note_namesakes(patient: Patient, others: Iterable[Patient]) -> None:
    """Write down that somebody took these for other people."""
    _note("file_namesake", patient, {"others": [other.pk for other in others]})


def _note(action: str, patient: Patient, detail: dict[str, object]) -> None:
    record(
        action=action, object_type="patients.patient", object_id=patient.pk, hospital_id=patient.hospital_id,
        detail=detail,
    )  # fmt: skip


def _one_at_a_time(hospital_id: UUID, what: str) -> None:
    key = int.from_bytes(blind_index(f"{hospital_id}{what}", "filing")[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
