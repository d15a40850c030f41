"""Which relations of patients rest on a stay in hospital."""

from uuid import UUID

from apps.inpatient.models import Admission


class Stays:
    """The upholder of this app (patients.ports.Upholder)."""

    def upholds_doctor(self, *, patient_id: UUID, staff_id: UUID) -> bool:
        """The attending doctor of a stay, running or over."""
        return Admission.objects.filter(patient_id=patient_id, practitioner_id=staff_id).exists()

    def upholds_department(self, *, patient_id: UUID, department_id: UUID) -> bool:
        """The department of a stay, running or over."""
        return Admission.objects.filter(patient_id=patient_id, department_id=department_id).exists()
