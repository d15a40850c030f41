"""The same person filed twice by hand: found by the document, one filing at a time, gone on with for a reason."""

from uuid import UUID

from django.db import connection

from apps.audit.services import record
from apps.patients.documents import fold
from apps.patients.models import IdKind, Patient
from kernel.crypto import blind_index

#: The permission code to file somebody all the same.
DUPLICATE = "patients.patient.duplicate"


def find_twin(
    *, hospital_id: UUID, id_kind: str, number: str, other_than: UUID | None = None
) -> Patient | None:
    """The hospital's archive with that document, a merged one as the one that continues it; in a transaction.

    Until its end nobody else files or looks for the same document there.
    """
    number = fold(number)
    if not number or id_kind == IdKind.NONE:
        return None
    index = blind_index(number, "national_id")
    with connection.cursor() as cursor:
        key = int.from_bytes(blind_index(f"{hospital_id}{number}", "filing")[:8], "big", signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    rows = Patient.objects.filter(hospital_id=hospital_id, national_id_index=index, id_kind=id_kind)
    rows = rows.exclude(pk=other_than) if other_than else rows
    found = rows.select_related("merged_into").order_by("merged_into_id", "pk").first()
    heir = found.merged_into if found and found.merged_into else found
    return heir if heir is None or heir.pk != other_than else None


def note_twin(patient: Patient, twin: Patient, reason: str) -> None:
    """Write down that somebody filed the person all the same."""
    record(
        action="file_duplicate",
        object_type="patients.patient",
        object_id=patient.pk,
        hospital_id=patient.hospital_id,
        detail={"other": twin.pk, "reason": reason},
    )
