"""States of a work item, and how far it has climbed."""

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
