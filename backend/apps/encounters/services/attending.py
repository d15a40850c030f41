"""Which relations of patients rest on an encounter: one that is open, or was a visit."""

from uuid import UUID

from django.db.models import QuerySet

from apps.encounters.models import Encounter
from apps.encounters.states import EncounterState


class Attending:
    """The upholder of this app (patients.ports.Upholder)."""

    def upholds_doctor(self, *, patient_id: UUID, staff_id: UUID) -> bool:
        """The doctor sees the patient at an encounter, or saw the patient at one."""
        return self._visits(patient_id).filter(practitioner_id=staff_id).exists()

    def upholds_department(self, *, patient_id: UUID, department_id: UUID) -> bool:
        """The patient is or was in this department."""
        return self._visits(patient_id).filter(department_id=department_id).exists()

    def _visits(self, patient_id: UUID) -> QuerySet[Encounter]:
        return Encounter.objects.filter(patient_id=patient_id).exclude(state=EncounterState.CANCELLED)
