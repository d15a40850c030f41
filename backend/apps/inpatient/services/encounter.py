"""The encounter of a stay: opened with it, ended and taken back with it, and of the same patient, place and doctor."""

from apps.encounters.models import EncounterKind
from apps.encounters.services import encounters
from apps.inpatient.models import Admission
from apps.inpatient.states import AdmissionStatus


def open_stay(stay: Admission, *, number: str) -> None:
    """The stay, not yet saved, has an encounter that began with it; one that is over already has ended, too."""
    stay.encounter = encounters.open_encounter(
        number=number,
        kind=EncounterKind.INPATIENT,
        patient_id=stay.patient_id,
        hospital_id=stay.hospital_id,
        department_id=stay.department_id,
        practitioner_id=stay.practitioner_id,
        arrived_at=stay.admitted_at,
    )
    if stay.status == AdmissionStatus.DISCHARGED:
        follow_status(stay)


def follow_status(stay: Admission) -> None:
    """Discharged: the encounter is finished; admitted again: it goes on."""
    if stay.status == AdmissionStatus.DISCHARGED:
        encounters.finish(stay.encounter_id, at=stay.discharged_at)
    else:
        encounters.reopen(stay.encounter_id)


def follow_details(stay: Admission) -> None:
    """Patient, department, doctor and moment of the stay are those of its encounter."""
    encounters.change(
        [stay.encounter_id],
        patient_id=stay.patient_id,
        department_id=stay.department_id,
        practitioner_id=stay.practitioner_id,
        arrived_at=stay.admitted_at,
        started_at=stay.admitted_at,
    )
