"""Which free number goes to which entry of the waiting list."""

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from apps.scheduling.models import (
    Appointment,
    AppointmentSource,
    BookingSuspension,
    ClinicSession,
    SlotNumber,
    WaitlistEntry,
    WaitlistOffer,
)
from apps.scheduling.states import OCCUPYING, EntryState, NumberState, OfferState, SessionState
from kernel import clock


@dataclass(frozen=True, slots=True)
class Match:
    """A number for an entry."""

    entry_id: UUID
    patient_id: UUID
    account_id: UUID | None
    session_id: UUID
    slot_id: UUID
    number_id: UUID


@dataclass(slots=True)
class _Session:
    """An open session with its free numbers, the earliest first."""

    id: UUID
    practitioner_id: UUID
    date: dt.date
    period: str
    numbers: deque[tuple[UUID, UUID]] = field(default_factory=deque)

    def suits(self, entry: dict[str, Any]) -> bool:
        """Whether the entry wants a number of it."""
        return (
            bool(self.numbers)
            and entry["practitioner_id"] in (None, self.practitioner_id)
            and entry["first_date"] <= self.date <= entry["last_date"]
            and entry["period"] in ("", self.period)
        )


def match(
    departments: list[UUID], *, last_date: dt.date, starts_after: dt.datetime, most: int
) -> list[Match]:
    """Entries in their order, each with the first number that suits it; five queries.

    Left out: suspended patients, sessions in which the patient has a number, and sessions that were offered to the
    entry before, so that whoever declined or missed an offer does not stand in the way of the next.
    """
    entries = _waiting(departments, most)
    sessions = _open(departments, last_date, starts_after) if entries else {}
    if not sessions:
        return []
    every = [session.id for group in sessions.values() for session in group]
    patients = {entry["patient_id"] for entry in entries}
    present = Appointment.objects.filter(session__in=every, patient__in=patients, state__in=OCCUPYING)
    taken = set(present.values_list("patient_id", "session_id"))
    offers = WaitlistOffer.objects.filter(entry__in=[entry["id"] for entry in entries])
    taken |= set(offers.exclude(state=OfferState.WITHDRAWN).values_list("entry_id", "session_id"))
    found = []
    for entry in entries:
        suiting = (session for session in sessions[entry["department_id"]] if session.suits(entry))
        chosen = next(
            (
                session
                for session in suiting
                if not taken & {(entry["patient_id"], session.id), (entry["id"], session.id)}
            ),
            None,
        )
        if chosen is not None:
            number, slot = chosen.numbers.popleft()
            taken.add((entry["patient_id"], chosen.id))
            found.append(
                Match(entry["id"], entry["patient_id"], entry["account_id"], chosen.id, slot, number)
            )
    return found


def _waiting(departments: list[UUID], most: int) -> list[dict[str, Any]]:
    rows = WaitlistEntry.objects.filter(
        department__in=departments, state=EntryState.WAITING, last_date__gte=clock.service_day()
    )
    columns = (
        "id", "patient_id", "account_id", "department_id", "practitioner_id", "first_date", "last_date", "period",
    )  # fmt: skip
    waiting = list(rows.order_by("-priority", "id").values(*columns)[:most])
    barred = BookingSuspension.objects.filter(
        patient__in=[row["patient_id"] for row in waiting], until__gt=clock.now(), lifted_at=None
    )
    out = set(barred.values_list("patient_id", flat=True))
    return [dict(row) for row in waiting if row["patient_id"] not in out]


def _open(
    departments: Iterable[UUID], last_date: dt.date, starts_after: dt.datetime
) -> dict[UUID, list[_Session]]:
    """Department → its open sessions with free numbers, in the order of time."""
    numbers = SlotNumber.objects.filter(
        Q(channel__in=("", AppointmentSource.MINIPROGRAM)) | Q(reserved_until__lte=clock.now()),
        state=NumberState.FREE,
        session__in=ClinicSession.objects.filter(
            department__in=departments,
            state=SessionState.PUBLISHED,
            date__range=(clock.service_day(), last_date),
        ),
        slot__starts_at__gt=starts_after,
    ).annotate(department_id=F("session__department_id"))
    rows = numbers.order_by("slot__starts_at", "session_id", "number").values_list(
        "department_id", "session_id", "session__practitioner_id", "session__date", "session__period", "pk", "slot_id"
    )  # fmt: skip
    sessions: dict[UUID, dict[UUID, _Session]] = defaultdict(dict)
    for department, session, practitioner, date, period, number, slot in rows:
        known = sessions[department].setdefault(session, _Session(session, practitioner, date, period))
        known.numbers.append((number, slot))
    return defaultdict(list, {key: list(group.values()) for key, group in sessions.items()})
