"""就诊 from arrival to end. Callers are services of higher apps, inside the transaction of what happened there."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from apps.encounters.events import EncounterEnded, EncounterOpened
from apps.encounters.models import Encounter, EncounterKind
from apps.encounters.states import ENCOUNTERS, OPEN, EncounterState
from kernel import clock
from kernel.ids import NumberSeries
from kernel.outbox.events import publish

_NUMBERS = NumberSeries("encounter", "JZ")


def next_number(hospital_id: UUID) -> str:
    """An encounter number of today. Take it before the transaction that uses it."""
    return _NUMBERS.next(hospital_id, clock.today())


def open_encounter(
    *,
    number: str,
    kind: EncounterKind,
    patient_id: UUID,
    hospital_id: UUID,
    department_id: UUID,
    practitioner_id: UUID | None = None,
    arrived_at: dt.datetime | None = None,
) -> Encounter:
    """The patient is there. An inpatient's begins at once, an outpatient's when somebody sees the patient."""
    at = arrived_at or clock.now()
    inpatient = kind == EncounterKind.INPATIENT
    encounter = Encounter.objects.create(
        hospital_id=hospital_id, department_id=department_id, practitioner_id=practitioner_id, patient_id=patient_id,
        encounter_no=number, kind=kind, arrived_at=at, started_at=at if inpatient else None,
        state=EncounterState.IN_PROGRESS if inpatient else EncounterState.ARRIVED,
    )  # fmt: skip
    publish(_of(EncounterOpened, encounter))
    return encounter


def begin(encounter_id: UUID, *, practitioner_id: UUID | None = None) -> None:
    """Somebody sees the patient. What has begun, or was ended meanwhile, stays as it is."""
    now = clock.now()
    arrived = Encounter.objects.filter(pk=encounter_id, state=EncounterState.ARRIVED)
    changes: dict[str, Any] = {"state": EncounterState.IN_PROGRESS, "started_at": now, "updated_at": now}
    if practitioner_id is not None:
        changes["practitioner_id"] = practitioner_id
    arrived.update(**changes)


def finish(encounter_id: UUID, *, at: dt.datetime | None = None) -> None:
    """The visit or stay is over. StateConflict if it is already."""
    _end(Encounter.objects.get(pk=encounter_id), EncounterState.FINISHED, at or clock.now())


def cancel(encounter_ids: Iterable[UUID]) -> None:
    """These came by mistake, or left unseen; what is over stays as it is."""
    rows = Encounter.objects.filter(pk__in=list(encounter_ids), state__in=OPEN)
    for encounter in rows.order_by("pk").select_for_update(no_key=True):
        _end(encounter, EncounterState.CANCELLED, clock.now())


def reopen(encounter_id: UUID) -> None:
    """A mistaken end is taken back. StateConflict unless it was finished."""
    encounter = Encounter.objects.get(pk=encounter_id)
    ENCOUNTERS.move(encounter, EncounterState.IN_PROGRESS, ended_at=None)
    publish(_of(EncounterOpened, encounter))


def change(encounter_ids: Iterable[UUID], **changes: Any) -> None:
    """Another department, doctor, patient (a stay of HIS) or time of arrival; open or not."""
    rows = Encounter.objects.filter(pk__in=list(encounter_ids))
    rows.update(**changes, updated_at=clock.now())


def _end(encounter: Encounter, state: EncounterState, at: dt.datetime) -> None:
    ENCOUNTERS.move(encounter, state, ended_at=at)
    publish(_of(EncounterEnded, encounter, state=state.value))


def _of(event: Any, encounter: Encounter, **details: Any) -> Any:
    return event(
        hospital_id=encounter.hospital_id, encounter_id=encounter.pk, patient_id=encounter.patient_id,
        kind=str(encounter.kind), **details,
    )  # fmt: skip
