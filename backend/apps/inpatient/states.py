"""States of an admission. A deposit's are those of a top-up (billing.states.TOP_UPS)."""

from enum import StrEnum

from kernel.states import StateTable


class AdmissionStatus(StrEnum):
    """Whether the patient is in the house."""

    ADMITTED = "admitted"
    DISCHARGED = "discharged"


_A = AdmissionStatus

#: `discharged → admitted`: the discharge was a mistake (召回).
ADMISSIONS: StateTable[AdmissionStatus] = StateTable(
    {_A.ADMITTED: {_A.DISCHARGED}, _A.DISCHARGED: {_A.ADMITTED}}
)
