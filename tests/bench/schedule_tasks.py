"""Planning at scale, from inside the product: run by tests.bench.inside, answers must be JSON."""

import datetime as dt
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from apps.identity.models import Department, StaffDepartment, StaffMember
from apps.patients.models import Patient
from apps.scheduling.models import (
    AppointmentKind,
    AppointmentSource,
    ClinicSession,
    ScheduleTemplate,
    SlotNumber,
)
from apps.scheduling.services.book import book_on_behalf
from apps.scheduling.services.generate import generate_sessions
from apps.scheduling.services.publish import publish_session, publish_sessions
from apps.scheduling.services.sessions import create_session
from apps.scheduling.services.stop import stop_and_move, stop_session
from apps.scheduling.services.substitute import substitute_session
from kernel import clock

HOSPITAL = "YH01"


def generate_slots(doctors: str, days: str) -> dict[str, float]:
    """Seconds for so many new doctors with five half days a week, 8 slots of 5 numbers each; and what was made."""
    department = Department.objects.filter(hospital__code=HOSPITAL).order_by("code")[0]
    templates = _templates(_doctors(department, int(doctors), "G"), department)
    first = clock.today() + dt.timedelta(days=1)
    last = first + dt.timedelta(days=int(days) - 1)
    begin = time.monotonic()
    made = generate_sessions(templates=templates, first=first, last=last).made
    drafted = time.monotonic()
    publish_sessions(made)
    published = time.monotonic()
    generate_sessions(templates=templates, first=first, last=last)
    return {
        "sessions": len(made), "numbers": SlotNumber.objects.filter(session__in=made).count(),
        "generate": drafted - begin, "publish": published - drafted, "again": time.monotonic() - published,
    }  # fmt: skip


def _doctors(department: Department, count: int, prefix: str) -> list[StaffMember]:
    made = StaffMember.objects.bulk_create(
        StaffMember(
            hospital_id=department.hospital_id, employee_no=f"{prefix}{n}", name=f"{prefix}{n}", gender="unknown",
            licence_no=f"{prefix}{n}",
        )
        for n in range(count)
    )  # fmt: skip
    StaffDepartment.objects.bulk_create(
        StaffDepartment(hospital_id=department.hospital_id, staff=doctor, department=department)
        for doctor in made
    )
    return made


def _templates(doctors: list[StaffMember], department: Department) -> list[ScheduleTemplate]:
    return ScheduleTemplate.objects.bulk_create(
        ScheduleTemplate(
            hospital_id=department.hospital_id, department=department, practitioner=doctor, weekday=weekday,
            period="morning", start_time=dt.time(8), end_time=dt.time(12), slot_minutes=30, capacity_per_slot=5,
            fee_fen=0, valid_from=clock.today(),
        )
        for doctor in doctors
        for weekday in range(5)
    )  # fmt: skip


def stop_full_sessions(bookings: str, rounds: str) -> dict[str, list[float]]:
    """Milliseconds, with all bookings live, of a stop, a substitution and a move to another session."""
    department = Department.objects.filter(hospital__code=HOSPITAL).order_by("code")[0]
    doctors = _doctors(department, 2, "S")
    patients = list(Patient.objects.filter(hospital=department.hospital_id).order_by("id")[: int(bookings)])
    days = (clock.today() + dt.timedelta(days=n) for n in range(400, 10_000))
    times: dict[str, list[float]] = {"stop": [], "substitute": [], "move": []}
    for _ in range(int(rounds)):
        stopped, handed, source, target = (
            _session(department, doctors[0], next(days), len(patients)) for _ in range(4)
        )
        for session in (stopped, handed, source):
            _fill(session, patients, doctors[0].pk)
        change: dict[str, Any] = {"practitioner": doctors[1], "reason": "bench", "by_id": None}
        times["stop"].append(_timed(partial(stop_session, stopped, reason="bench")))
        times["substitute"].append(_timed(partial(substitute_session, handed, **change)))
        times["move"].append(_timed(partial(stop_and_move, source, target=target, reason="bench")))
    return times


def _session(department: Department, doctor: StaffMember, day: dt.date, capacity: int) -> ClinicSession:
    session = create_session(
        date=day, start_time=dt.time(8), end_time=dt.time(12), department=department, practitioner=doctor,
        period="morning", slot_minutes=0, capacity_per_slot=capacity, registration_fee_fen=0,
    )  # fmt: skip
    return publish_session(session)


def _fill(session: ClinicSession, patients: list[Patient], staff_id: UUID) -> None:
    slot_id = session.slots.values_list("pk", flat=True).get()
    with clock.frozen(session.starts_at - dt.timedelta(days=1)):
        for patient in patients:
            book_on_behalf(
                staff_id=staff_id, patient=patient, slot_id=slot_id, kind=AppointmentKind.ADVANCE,
                source=AppointmentSource.WINDOW,
            )  # fmt: skip


def _timed(work: Callable[[], object]) -> float:
    begin = time.monotonic()
    work()
    return (time.monotonic() - begin) * 1_000
