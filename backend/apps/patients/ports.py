"""What this app needs from the hospital's information system; `integrations` may put a client of it in place."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BindingClaim:
    """What a person says of the owner of a card, normalised."""

    hospital_id: UUID
    name: str
    id_kind: str
    national_id: str
    phone: str
    card_number: str


class HisDirectory(Protocol):
    """Knows who is on file. May use the network: never called inside a transaction."""

    def find_card(self, claim: BindingClaim) -> UUID | None:
        """Id of our PatientCard if name, document and card number (and phone if on file) all match; else None.

        A directory outside first brings our archive in line with what it knows (services.archive, services.cards).
        """


_directory: HisDirectory | None = None


def use_directory(directory: HisDirectory | None) -> None:
    """Put a directory in place for this process; None restores the embedded one."""
    global _directory
    _directory = directory


def his_directory() -> HisDirectory:
    """The directory in force."""
    from apps.patients.adapters.own_archive import OwnArchive

    return _directory or OwnArchive()


class Upholder(Protocol):
    """Says which relations of a patient rest on something of its app: a booking that stands, a visit, a stay."""

    def upholds_doctor(self, *, patient_id: UUID, staff_id: UUID) -> bool:
        """Whether the person attends or attended the patient."""

    def upholds_department(self, *, patient_id: UUID, department_id: UUID) -> bool:
        """Whether the department treats or treated the patient."""


UPHOLDERS: list[Upholder] = []


def use_upholder(upholder: Upholder) -> None:
    """Let `upholder` be asked before a relation ends; called once by an app when it is ready."""
    UPHOLDERS.append(upholder)


class MergeRule(Protocol):
    """What an app has to say when two archives become one.

    Every column that refers to a patient follows by itself (services.merge_rows); a rule refuses what can't.
    """

    def clashes(self, *, survivor_id: UUID, merged_id: UUID) -> list[str]:
        """Names, for people, of what both archives hold and one patient can't have twice. Reads only."""


MERGE_RULES: list[MergeRule] = []


def use_merge_rule(rule: MergeRule) -> None:
    """Let `rule` be asked before every merge; called once by an app when it is ready."""
    MERGE_RULES.append(rule)
