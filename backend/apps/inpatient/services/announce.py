"""What is told of a stay to whoever listens, and who cares for the patient because of it."""

from apps.inpatient.events import OfAdmission, PatientAdmitted, PatientDischarged
from apps.inpatient.models import Admission
from apps.inpatient.states import AdmissionStatus
from apps.patients.services.care_team import note_booking, note_department
from kernel.outbox.events import publish


def announce(admission: Admission) -> None:
    """Tell of the stay's present status, in the caller's transaction."""
    kind: type[OfAdmission] = PatientDischarged
    if admission.status == AdmissionStatus.ADMITTED:
        kind = PatientAdmitted
    publish(kind(admission.hospital_id, admission.pk, admission.patient_id, admission.department_id))


def note_care(admission: Admission) -> None:
    """The department treats the patient and the attending doctor cares for him, from now on."""
    where = {
        "hospital_id": admission.hospital_id,
        "patient_id": admission.patient_id,
        "department_id": admission.department_id,
    }
    if admission.practitioner_id is None:
        note_department(**where)
    else:
        note_booking(**where, staff_id=admission.practitioner_id, by_booking=False)
