"""What others may react to. Ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.outbox.events import Event


@dataclass(frozen=True, slots=True)
class OfAdmission(Event):
    """One stay."""

    hospital_id: UUID
    admission_id: UUID
    patient_id: UUID
    department_id: UUID


@dataclass(frozen=True, slots=True)
class PatientAdmitted(OfAdmission):
    """The patient lies in, or does so again because the discharge was a mistake."""

    topic: ClassVar[str] = "inpatient.patient_admitted"


@dataclass(frozen=True, slots=True)
class PatientDischarged(OfAdmission):
    """The patient has left."""

    topic: ClassVar[str] = "inpatient.patient_discharged"


@dataclass(frozen=True, slots=True)
class DepositReceived(Event):
    """The deposit has the money. `account_id`: the mini-program account that paid, if one did."""

    topic: ClassVar[str] = "inpatient.deposit_received"
    hospital_id: UUID
    deposit_id: UUID
    admission_id: UUID
    patient_id: UUID
    account_id: UUID | None
    amount_fen: int


@dataclass(frozen=True, slots=True)
class OfSettlement(Event):
    """One settlement."""

    hospital_id: UUID
    settlement_id: UUID
    admission_id: UUID
    patient_id: UUID


@dataclass(frozen=True, slots=True)
class AdmissionSettled(OfSettlement):
    """The charges were taken out of the deposit; what is left of it is on its way back."""

    topic: ClassVar[str] = "inpatient.stay_settled"


@dataclass(frozen=True, slots=True)
class SettlementToBePaid(OfSettlement):
    """The deposit does not cover the charges: the patient has to pay the rest."""

    topic: ClassVar[str] = "inpatient.settlement_to_be_paid"
