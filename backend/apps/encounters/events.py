"""What others may react to. Ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.outbox.events import Event


@dataclass(frozen=True, slots=True)
class OfEncounter(Event):
    """`kind` as in EncounterKind."""

    hospital_id: UUID
    encounter_id: UUID
    patient_id: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class EncounterOpened(OfEncounter):
    """The patient has arrived, or was admitted; also when a mistaken end was taken back."""

    topic: ClassVar[str] = "encounters.opened"


@dataclass(frozen=True, slots=True)
class EncounterEnded(OfEncounter):
    """It is over: `state` is finished or cancelled."""

    topic: ClassVar[str] = "encounters.ended"
    state: str = "finished"
