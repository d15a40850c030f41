"""Who an archive is about, and whether it is open: changed by special right, for a reason that is kept."""

from collections.abc import Mapping
from typing import Any

from apps.audit.services import record
from apps.identity.phones import normalise_phone
from apps.patients.documents import fold
from apps.patients.errors import ReasonRequired
from apps.patients.models import Patient

#: The permission codes, asked for beside `patients.patient.change`.
IDENTIFY, CLOSE = "patients.patient.identify", "patients.patient.close"
IDENTITY = ("name", "id_kind", "national_id", "phone", "birth_date")


def identity_changes(patient: Patient, changes: Mapping[str, Any], *, always: bool = False) -> list[str]:
    """Which of these values say that the archive is somebody else's. A provisional one is nobody's yet, or `always`."""
    if patient.is_provisional and not always:
        return []
    return [
        name for name in IDENTITY if name in changes and _read(name, changes[name]) != getattr(patient, name)
    ]


def closes_or_reopens(patient: Patient, changes: Mapping[str, Any]) -> bool:
    """Whether these values close the archive, or open it again."""
    return bool(changes.get("is_active", patient.is_active) != patient.is_active)


def note(patient: Patient, changes: Mapping[str, Any], reason: str) -> None:
    """Write down what is about to change, and why; ReasonRequired. Inside the transaction of the change."""
    fields, turns = identity_changes(patient, changes), closes_or_reopens(patient, changes)
    if (fields or turns) and not reason.strip():
        raise ReasonRequired(field="reason")
    if fields:
        _write("identify", patient, fields=fields, reason=reason.strip())
    if turns:
        _write("close" if patient.is_active else "reopen", patient, reason=reason.strip())


def _write(action: str, patient: Patient, **detail: Any) -> None:
    record(
        action=action,
        object_type="patients.patient",
        object_id=patient.pk,
        hospital_id=patient.hospital_id,
        detail=detail,
    )


def _read(name: str, value: Any) -> Any:
    """The value as it would be stored."""
    match name:
        case "name":
            return " ".join(value.split())
        case "national_id":
            return fold(value)
        case "phone":
            return normalise_phone(value)
    return value
