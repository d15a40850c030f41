"""States of an encounter, after FHIR."""

from enum import StrEnum

from kernel.states import StateTable


class EncounterState(StrEnum):
    """`arrived`: in the house, nobody has begun; `cancelled`: came by mistake, or left before anybody began, as whoever
    still waits when the day ends."""

    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    FINISHED = "finished"
    CANCELLED = "cancelled"


_S = EncounterState
OPEN = (_S.ARRIVED, _S.IN_PROGRESS)

#: `finished → in_progress` takes a mistaken discharge back.
ENCOUNTERS: StateTable[EncounterState] = StateTable(
    {
        _S.ARRIVED: {_S.IN_PROGRESS, _S.FINISHED, _S.CANCELLED},
        _S.IN_PROGRESS: {_S.FINISHED, _S.CANCELLED},
        _S.FINISHED: {_S.IN_PROGRESS},
        _S.CANCELLED: frozenset(),
    }
)
