"""What waits for a worker; ids only."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.outbox.events import Event


@dataclass(frozen=True, slots=True)
class ImportUploaded(Event):
    """A file waits to be checked."""

    topic: ClassVar[str] = "imports.uploaded"
    hospital_id: UUID
    import_id: UUID


@dataclass(frozen=True, slots=True)
class ImportJudged(Event):
    """Every row of an import has an outcome: its sheet of results can be written."""

    topic: ClassVar[str] = "imports.judged"
    hospital_id: UUID
    import_id: UUID


@dataclass(frozen=True, slots=True)
class ImportWanted(Event):
    """A checked import is to be applied."""

    topic: ClassVar[str] = "imports.wanted"
    hospital_id: UUID
    import_id: UUID
