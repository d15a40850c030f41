"""What follows from an encounter's events: the patient's timeline."""

from apps.encounters import events
from apps.encounters.selectors import encounter_rows
from apps.encounters.timeline import VISIT
from apps.patients.services.timeline import write_entry
from kernel.outbox.events import subscribe


def _record(event: events.OfEncounter) -> None:
    encounter = encounter_rows().get(pk=event.encounter_id)
    doctor = encounter.practitioner
    write_entry(
        hospital_id=encounter.hospital_id,
        patient_id=encounter.patient_id,
        at=encounter.arrived_at,
        kind=VISIT,
        state=encounter.state,
        title=f"{encounter.department.name} {doctor.name if doctor else ''}".strip(),
        ref_type="encounters.encounter",
        ref_id=encounter.pk,
        department_id=encounter.department_id,
        staff_id=encounter.practitioner_id,
    )


@subscribe(events.EncounterOpened, name="encounters.record_arrival")
def record_arrival(event: events.EncounterOpened) -> None:
    _record(event)


@subscribe(events.EncounterEnded, name="encounters.record_end")
def record_end(event: events.EncounterEnded) -> None:
    _record(event)
