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


class BedState(StrEnum):
    """`cleaning`: somebody has left it and nobody has said that it is clean; `cleaning → occupied`: they are back."""

    FREE = "free"
    OCCUPIED = "occupied"
    CLEANING = "cleaning"
    CLOSED = "closed"


_B = BedState
BEDS: StateTable[BedState] = StateTable(
    {
        _B.FREE: {_B.OCCUPIED, _B.CLOSED},
        _B.OCCUPIED: {_B.CLEANING},
        _B.CLEANING: {_B.FREE, _B.CLOSED, _B.OCCUPIED},
        _B.CLOSED: {_B.FREE, _B.CLEANING},
    }
)


class SettlementState(StrEnum):
    """`collecting`: the patient owes the rest. `returning`: settled, the rest of the deposit is on its way back.

    `withdrawn`: given up before anything was settled; `reopened`: taken back by two persons.
    """

    COLLECTING = "collecting"
    RETURNING = "returning"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"


_S = SettlementState
SETTLEMENTS: StateTable[SettlementState] = StateTable(
    {
        _S.COLLECTING: {_S.SETTLED, _S.WITHDRAWN},
        _S.RETURNING: {_S.SETTLED, _S.REOPENED},
        _S.SETTLED: {_S.REOPENED},
        _S.WITHDRAWN: set(),
        _S.REOPENED: set(),
    }
)
#: Charges of a stay with such a settlement stay as they are.
STANDING = (_S.COLLECTING, _S.RETURNING, _S.SETTLED)
#: Its charges were taken out of the deposit.
TAKEN = (_S.RETURNING, _S.SETTLED)


class DepositOrderState(StrEnum):
    """One that was withdrawn while somebody paid it is paid all the same."""

    OPEN = "open"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


_O = DepositOrderState
DEPOSIT_ORDERS: StateTable[DepositOrderState] = StateTable(
    {_O.OPEN: {_O.PAID, _O.WITHDRAWN}, _O.WITHDRAWN: {_O.PAID}, _O.PAID: set()}
)
