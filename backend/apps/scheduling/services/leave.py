"""请假: a doctor is away. Nothing new is planned for these hours; what is planned is shown, or stopped at once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from apps.identity.models import StaffMember
from apps.scheduling.models import ClinicSession, StaffLeave
from apps.scheduling.services.session_appointments import Outcome
from apps.scheduling.services.stop import stop_session
from apps.scheduling.states import SessionState
from kernel import clock
from kernel.errors import IN_THE_PAST, Expectation, InvalidValue
from kernel.expectations import DOCTOR

MAX_DAYS = 366
LEAVE_DAYS = Expectation(
    "leave_days", f"须晚于开始时间,且最多 {MAX_DAYS} 天", f"After the start, and {MAX_DAYS} days at most."
)
OPEN = (SessionState.DRAFT, SessionState.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Away:
    """A stretch of time in which a doctor is not there."""

    starts_at: dt.datetime
    ends_at: dt.datetime

    def covers(self, session: ClinicSession) -> bool:
        """Whether any of the session falls into it."""
        return self.starts_at < session.ends_at and session.starts_at < self.ends_at


def leaves_of(practitioner_ids: Collection[UUID], since: dt.date) -> dict[UUID, list[Away]]:
    """Leaves that end after the beginning of that day."""
    begin = clock.local(since, dt.time())
    found: dict[UUID, list[Away]] = defaultdict(list)
    rows = StaffLeave.objects.filter(practitioner__in=practitioner_ids, ends_at__gt=begin)
    for practitioner, starts_at, ends_at in rows.values_list("practitioner_id", "starts_at", "ends_at"):
        found[practitioner].append(Away(starts_at, ends_at))
    return found


def sessions_within(leave: StaffLeave) -> list[ClinicSession]:
    """Sessions of the doctor, not over, that the leave touches."""
    found = ClinicSession.objects.filter(
        practitioner=leave.practitioner_id, state__in=OPEN, starts_at__lt=leave.ends_at,
        ends_at__gt=max(leave.starts_at, clock.now()),
    )  # fmt: skip
    return list(found.order_by("starts_at", "id"))


@transaction.atomic
def take_leave(
    *, practitioner: StaffMember, starts_at: dt.datetime, ends_at: dt.datetime, reason: str
) -> tuple[StaffLeave, list[ClinicSession]]:
    """Enter a leave; returns it with the sessions it touches, which stay as they are. InvalidValue.

    The doctor is locked, so that a session planned at the same moment is either refused or among them.
    """
    if ends_at <= starts_at or ends_at - starts_at > dt.timedelta(days=MAX_DAYS):
        raise InvalidValue(field="ends_at", expected=LEAVE_DAYS)
    if ends_at <= clock.now():
        raise InvalidValue(field="ends_at", expected=IN_THE_PAST)
    if not practitioner.licence_no:
        raise InvalidValue(field="practitioner_id", expected=DOCTOR)
    list(StaffMember.objects.filter(pk=practitioner.pk).select_for_update(no_key=True).values_list("pk"))
    leave = StaffLeave.objects.create(
        hospital_id=practitioner.hospital_id, practitioner=practitioner, starts_at=starts_at, ends_at=ends_at,
        reason=reason,
    )  # fmt: skip
    return leave, sessions_within(leave)


@transaction.atomic
def stop_during(leave: StaffLeave, sessions: Collection[ClinicSession]) -> Outcome:
    """Stop these sessions for the leave's reason; what became of their appointments, summed up."""
    outcomes = [
        stop_session(session, reason=leave.reason) for session in sorted(sessions, key=lambda s: s.pk)
    ]
    return Outcome(
        cancelled=sum(one.cancelled for one in outcomes),
        refund_due=sum(one.refund_due for one in outcomes),
        in_service=sum(one.in_service for one in outcomes),
    )


def end_leave(leave: StaffLeave) -> None:
    """The doctor is back, or never went: sessions can be planned again; stopped ones stay stopped."""
    leave.delete()
