"""Encounters as others read them."""

from uuid import UUID

from django.db.models import QuerySet

from apps.encounters.models import Encounter
from apps.encounters.states import OPEN


def current_encounter(*, patient_id: UUID, hospital_id: UUID, department_id: UUID | None) -> Encounter | None:
    """The patient's open encounter of the hospital: the latest in that department, else the only one there is."""
    rows = Encounter.objects.filter(patient_id=patient_id, hospital_id=hospital_id, state__in=OPEN)
    found = list(rows.order_by("-id")[:20])
    here = [row for row in found if row.department_id == department_id]
    if here:
        return here[0]
    return found[0] if len(found) == 1 else None


def encounter_rows() -> QuerySet[Encounter]:
    """Encounters with what a list shows of them."""
    return Encounter.objects.select_related("hospital", "department", "practitioner", "patient")
