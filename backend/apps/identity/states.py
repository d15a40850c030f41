"""在职状态: who works here, who is suspended, who has left."""

from enum import StrEnum

from kernel.states import StateTable


class StaffState(StrEnum):
    """Values of StaffMember.status. Only `active` people sign in."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


STAFF = StateTable(
    {
        StaffState.ACTIVE: {StaffState.SUSPENDED, StaffState.LEFT},
        StaffState.SUSPENDED: {StaffState.ACTIVE, StaffState.LEFT},
        StaffState.LEFT: {StaffState.ACTIVE},
    }
)
