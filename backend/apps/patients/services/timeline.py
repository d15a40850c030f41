"""The patient's timeline: a projection that higher apps write, one entry per thing and kind."""

import datetime as dt
from uuid import UUID

from apps.patients.models import TimelineEntry
from apps.patients.timeline import TimelineKind


def write_entry(
    *,
    hospital_id: UUID,
    patient_id: UUID,
    at: dt.datetime,
    kind: TimelineKind,
    title: str,
    ref_type: str,
    ref_id: UUID,
    state: str = "",
    department_id: UUID | None = None,
    staff_id: UUID | None = None,
) -> None:
    """Write or rewrite the entry of (ref_type, ref_id, kind); one statement, safe to repeat. A long title is cut."""
    entry = TimelineEntry(
        hospital_id=hospital_id, patient_id=patient_id, at=at, kind=kind.code, title=title[:160], state=state,
        ref_type=ref_type, ref_id=ref_id, department_id=department_id, staff_id=staff_id,
    )  # fmt: skip
    TimelineEntry.objects.bulk_create(
        [entry],
        update_conflicts=True,
        unique_fields=["ref_type", "ref_id", "kind"],
        update_fields=["hospital", "patient", "at", "title", "state", "department_id", "staff_id"],
    )
