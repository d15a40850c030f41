"""What happens to archives; ids only."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.outbox.events import Event


@dataclass(frozen=True, slots=True)
class PatientsMerged(Event):
    """One archive continues another; rows that were being written meanwhile follow when this is handled."""

    topic: ClassVar[str] = "patients.merged"
    hospital_id: UUID
    merge_id: UUID
    survivor_id: UUID
    merged_id: UUID


@dataclass(frozen=True, slots=True)
class PatientsParted(Event):
    """A merge was undone."""

    topic: ClassVar[str] = "patients.parted"
    hospital_id: UUID
    merge_id: UUID
    survivor_id: UUID
    merged_id: UUID


@dataclass(frozen=True, slots=True)
class DuplicateScanWanted(Event):
    """Somebody asks to look through a hospital's archive for duplicates."""

    topic: ClassVar[str] = "patients.duplicate_scan_wanted"
    hospital_id: UUID
