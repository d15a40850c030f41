"""Suspend, leave, come back. Whoever stops working is signed out everywhere in the same transaction."""

import datetime as dt
from collections.abc import Callable

from django.db import transaction

from apps.identity.models import StaffMember, User
from apps.identity.services.access_version import bump
from apps.identity.services.sessions import end_sessions
from apps.identity.states import STAFF, StaffState
from kernel import clock
from kernel.errors import Expectation, InvalidValue
from kernel.locks import lock_one

#: Called in the transaction that has closed somebody's account; a higher app raises to refuse it.
AFTER_CLOSING: list[Callable[[StaffMember], None]] = []
LEFT_ON = Expectation(
    "left_on",
    "离职日期不能晚于今天,也不能早于入职日期",
    "It must not lie after today or before the day of employment.",
)


@transaction.atomic
def suspend_staff(staff: StaffMember) -> StaffMember:
    """Sign-in is refused until reactivated; StateConflict."""
    STAFF.move(staff, StaffState.SUSPENDED, field="status", expect=StaffState(staff.status))
    _close_account(staff)
    return staff


@transaction.atomic
def leave_staff(staff: StaffMember, *, left_on: dt.date | None = None) -> StaffMember:
    """离职, today or on an earlier day; StateConflict. The file stays."""
    day = left_on or clock.today()
    if day > clock.today() or (staff.employed_on and day < staff.employed_on):
        raise InvalidValue(field="left_on", expected=LEFT_ON)
    STAFF.move(staff, StaffState.LEFT, field="status", expect=StaffState(staff.status), left_on=day)
    _close_account(staff)
    return staff


@transaction.atomic
def reactivate_staff(staff: StaffMember) -> StaffMember:
    """Back to work with the password of before; StateConflict."""
    STAFF.move(staff, StaffState.ACTIVE, field="status", expect=StaffState(staff.status), left_on=None)
    if staff.user_id is not None:
        User.objects.filter(pk=staff.user_id).update(is_active=True)
        bump([staff.user_id])
    return staff


def _close_account(staff: StaffMember) -> None:
    """The row's lock makes a sign-in that runs at the same moment either too late or signed out here."""
    if staff.user_id is None:
        return
    user = lock_one(User.objects, pk=staff.user_id)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user_id=user.pk)
    bump([user.pk])
    for check in AFTER_CLOSING:
        check(staff)
