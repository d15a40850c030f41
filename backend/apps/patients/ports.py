"""What this app needs from the hospital's information system; `integrations` may register a client of it."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from apps.identity.his import Capability, his_of
from apps.identity.models import Hospital


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


#: For a hospital whose HIS cannot, our own archive is asked.
CARDS: Capability[HisDirectory] = Capability("patients.cards")


def directory_of(hospital: Hospital) -> HisDirectory:
    """Who knows the hospital's cards."""
    from apps.patients.adapters.own_archive import OwnArchive

    return his_of(hospital).find(CARDS) or OwnArchive()


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
