"""诊所概况 and the day board: what a hospital is and how its day goes, in a handful of queries at any size."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from apps.identity.models import Department, Hospital, Location, OrgUnit, StaffMember
from apps.patients.selectors import patient_count
from apps.queueing.models import QueueTicket
from apps.queueing.states import TicketState
from apps.scheduling.models import Appointment, ClinicSession, Slot
from apps.scheduling.states import OCCUPYING, AppointmentState, SessionState

MAX_SESSIONS = 2_000
_WAITING = Q(state=TicketState.WAITING)
_INSIDE = Q(state__in=[TicketState.CALLED, TicketState.IN_SERVICE])
_SEEN = Q(state=TicketState.FINISHED)
_BOOKINGS = {
    "booked": Q(state__in=OCCUPYING),
    "checked_in": Q(state__in=[AppointmentState.CHECKED_IN, AppointmentState.FULFILLED]),
    "no_shows": Q(state=AppointmentState.NO_SHOW),
    "cancelled": Q(state=AppointmentState.CANCELLED),
}


def sessions_of(hospital_id: UUID, date: dt.date, reach: QuerySet[ClinicSession]) -> QuerySet[ClinicSession]:
    """The day's sessions of a hospital within `reach`, by the index of department and day; drafts are nobody's day."""
    departments = list(Department.objects.filter(hospital_id=hospital_id).values_list("pk", flat=True))
    return reach.filter(department_id__in=departments, date=date).exclude(state=SessionState.DRAFT)


def overview(hospital: Hospital, *, whole: bool) -> dict[str, Any]:
    """What the hospital is. The patients are counted only for who sees all of them (`whole`), and not every time."""
    active = Q(status="active")
    staff = StaffMember.objects.filter(active, hospital=hospital)
    doctors = ~Q(licence_no="")
    counted = staff.aggregate(
        total=Count("pk"), doctors=Count("pk", filter=doctors), experts=Count("pk", filter=doctors & Q(tier="expert"))
    )  # fmt: skip
    titles = staff.values("title").annotate(count=Count("pk")).order_by("-count", "title")
    units = OrgUnit.objects.filter(hospital=hospital, is_active=True).count()
    sections = Department.objects.filter(hospital=hospital, is_active=True).count()
    places = Location.objects.filter(hospital=hospital).order_by("building", "floor")
    count, counted_at = patient_count(hospital.pk) if whole else (None, None)
    return {
        "hospital_id": hospital.pk, "hospital_name": hospital.name, "address": hospital.address,
        "phone": hospital.phone, "introduction": hospital.introduction, "opening_hours": hospital.opening_hours,
        "locations": list(places.values("building", "floor").distinct()[:100]),
        "departments": units, "sections": sections,
        "staff": counted | {"others": counted["total"] - counted["doctors"], "by_title": list(titles)},
        "patients": count, "patients_counted_at": counted_at,
    }  # fmt: skip


def load(sessions: QuerySet[ClinicSession]) -> dict[str, Any]:
    """How full these sessions are: three queries, whatever their number."""
    times = sessions.exclude(state=SessionState.STOPPED).aggregate(
        first=Min("starts_at"), last=Max("ends_at"), doctors=Count("practitioner_id", distinct=True), open=Count("pk")
    )  # fmt: skip
    keys = list(sessions.values_list("pk", "state"))
    every = [key for key, _ in keys]
    running = [key for key, state in keys if state != SessionState.STOPPED]
    capacity = Slot.objects.filter(session_id__in=running).aggregate(total=Sum("capacity"))["total"] or 0
    counts = {name: Count("pk", filter=found) for name, found in _BOOKINGS.items()}
    booked = Appointment.objects.filter(session_id__in=every).aggregate(**counts)
    queue = QueueTicket.objects.filter(session_id__in=every).aggregate(
        waiting=Count("pk", filter=_WAITING), inside=Count("pk", filter=_INSIDE), seen=Count("pk", filter=_SEEN)
    )  # fmt: skip
    return {
        "sessions": times["open"], "stopped_sessions": len(every) - times["open"], "doctors": times["doctors"],
        "first_starts_at": times["first"], "last_ends_at": times["last"], "capacity": capacity, **booked, **queue,
    }  # fmt: skip


def day_board(sessions: QuerySet[ClinicSession]) -> dict[str, Any]:
    """The sessions by department and doctor with capacity, bookings and queue: four queries, whatever their number."""
    rows: list[Any] = list(
        sessions.order_by("department__sort", "department_id", "practitioner__pinyin", "practitioner_id", "starts_at")
        .values(
            "id", "department_id", "department__name", "practitioner_id", "practitioner__name", "practitioner__title",
            "period", "starts_at", "ends_at", "tier", "state",
        )[: MAX_SESSIONS + 1]
    )  # fmt: skip
    shown = rows[:MAX_SESSIONS]
    figures = _figures([row["id"] for row in shown])
    return {"truncated": len(rows) > MAX_SESSIONS, "departments": _grouped(shown, figures)}


def _figures(sessions: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    keys = list(sessions)
    found: dict[UUID, dict[str, Any]] = {
        key: {
            "capacity": 0, **dict.fromkeys(_BOOKINGS, 0), "waiting": 0, "inside": 0, "seen": 0, "current_number": None,
        }
        for key in keys
    }  # fmt: skip
    slots = Slot.objects.filter(session_id__in=keys).values("session_id")
    booked = Appointment.objects.filter(session_id__in=keys).values("session_id")
    tickets = QueueTicket.objects.filter(session_id__in=keys).values("session_id")
    counts = {name: Count("pk", filter=condition) for name, condition in _BOOKINGS.items()}
    queue = {
        "waiting": Count("pk", filter=_WAITING), "inside": Count("pk", filter=_INSIDE),
        "seen": Count("pk", filter=_SEEN), "current_number": Max("ticket_no", filter=_INSIDE),
    }  # fmt: skip
    for part in (
        slots.order_by().annotate(total=Sum("capacity")),
        booked.order_by().annotate(**counts),
        tickets.order_by().annotate(**queue),
    ):
        for row in part:
            values: dict[str, Any] = dict(row)
            key = values.pop("session_id")
            found[key] |= {"capacity" if name == "total" else name: value for name, value in values.items()}
    return found


def _grouped(rows: list[dict[str, Any]], figures: dict[UUID, dict[str, Any]]) -> list[dict[str, Any]]:
    departments: dict[UUID, dict[str, Any]] = {}
    for row in rows:
        department = departments.setdefault(
            row["department_id"], {"id": row["department_id"], "name": row["department__name"], "doctors": {}}
        )
        doctor = department["doctors"].setdefault(
            row["practitioner_id"],
            {
                "id": row["practitioner_id"], "name": row["practitioner__name"], "title": row["practitioner__title"],
                "sessions": [],
            },
        )  # fmt: skip
        own = {name: row[name] for name in ("id", "period", "starts_at", "ends_at", "tier", "state")}
        doctor["sessions"].append(own | figures[row["id"]])
    return [
        {**department, "doctors": list(department["doctors"].values())} for department in departments.values()
    ]
