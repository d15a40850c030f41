"""States of a work item and how far it has climbed; of an approval and its steps."""

from enum import StrEnum

from django.db import models

from kernel.states import StateTable


class WorkState(StrEnum):
    """`withdrawn`: there is nothing to be done any more."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


WORK: StateTable[WorkState] = StateTable(
    {
        WorkState.OPEN: {WorkState.DONE, WorkState.WITHDRAWN},
        WorkState.DONE: frozenset(),
        WorkState.WITHDRAWN: frozenset(),
    }
)


class Level(models.IntegerChoices):
    """Who has to see to an item: overdue work climbs."""

    EXECUTOR = 0, "执行人"
    MANAGER = 1, "管理人"
    SUPERVISOR = 2, "监督人"


class ApprovalState(StrEnum):
    """`withdrawn`: by who asked. `expired`: nobody decided in time."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class StepState(StrEnum):
    """`waiting`: others come first. `skipped`: it ended before anybody had to decide."""

    WAITING = "waiting"
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    SKIPPED = "skipped"


_A, _S = ApprovalState, StepState

APPROVAL: StateTable[ApprovalState] = StateTable(
    {
        _A.REQUESTED: {_A.APPROVED, _A.REJECTED, _A.WITHDRAWN, _A.EXPIRED},
        _A.APPROVED: frozenset(),
        _A.REJECTED: frozenset(),
        _A.WITHDRAWN: frozenset(),
        _A.EXPIRED: frozenset(),
    }
)

STEPS: StateTable[StepState] = StateTable(
    {
        _S.WAITING: {_S.OPEN, _S.SKIPPED},
        _S.OPEN: {_S.APPROVED, _S.REJECTED, _S.SKIPPED},
        _S.APPROVED: frozenset(),
        _S.REJECTED: frozenset(),
        _S.SKIPPED: frozenset(),
    }
)
