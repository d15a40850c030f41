"""Rows of scheduling for the rules that every resource keeps: one of patient_a, doctor_a and hospital 1 each."""

import datetime as dt
from typing import Any

from apps.scheduling.models import (
    AppointmentKind,
    BookingLimit,
    BookingSuspension,
    ClinicSession,
    ScheduleTemplate,
    StaffLeave,
    SuspensionAppeal,
    WaitlistEntry,
)
from apps.scheduling.services import appeal, book, publish, sessions, suspend, templates, waitlist
from kernel import clock
from tests.support.estates import Estate, Values


class SchedulingEstate(Estate):
    """Of scheduling."""

    @property
    def _plan(self) -> dict[str, Any]:
        world = self.world
        return {
            "hospital": world.h1,
            "department": world.departments["cardiology"],
            "practitioner": world.staff["doctor_a"],
            "period": "morning",
            "slot_minutes": 0,
            "capacity_per_slot": 5,
            "tier": "normal",
        }

    def make_template(self) -> ScheduleTemplate:
        times = {"start_time": dt.time(8), "end_time": dt.time(12), "weekday": 0, "fee_fen": 0}
        return templates.create_template(**self._plan, **times, valid_from=clock.today())

    def make_session(self) -> ClinicSession:
        day = clock.today() + dt.timedelta(days=1)
        session = sessions.create_session(
            **self._plan, date=day, start_time=dt.time(8), end_time=dt.time(12), registration_fee_fen=0
        )
        return publish.publish_session(session)

    def make_leave(self) -> StaffLeave:
        day = clock.now() + dt.timedelta(days=30)
        return StaffLeave.objects.create(
            hospital=self.world.h1, practitioner=self.world.staff["doctor_a"], starts_at=day,
            ends_at=day + dt.timedelta(days=1), reason="休假",
        )  # fmt: skip

    def make_appointment(self) -> Any:
        booked = book.book_for_account(
            account=self.world.accounts["patient_a"],
            binding_id=None,
            slot_id=self.get("session").slots.get().pk,
            kind=AppointmentKind.ADVANCE,
        )
        return self.get("session").appointments.get(pk=booked.values["id"])

    def make_limit(self) -> BookingLimit:
        return BookingLimit.objects.create(hospital=self.world.h1, scope="account", value=100)

    def make_suspension(self) -> BookingSuspension:
        until = clock.now() + dt.timedelta(days=1)
        patient, staff = self.world.patients["patient_a"], self.world.staff["clerk"]
        return suspend.suspend_by_staff(patient=patient, until=until, reason="matrix", staff_id=staff.pk)

    def make_appeal(self) -> SuspensionAppeal:
        return appeal.appeal(self.get("suspension"), account=self.world.accounts["patient_a"], text="matrix")

    def make_waitlist_entry(self) -> WaitlistEntry:
        day = clock.today() + dt.timedelta(days=1)
        return waitlist.join(
            patient=self.world.patients["patient_a"], department=self.world.departments["cardiology"],
            practitioner=self.world.staff["doctor_a"], first_date=day, last_date=day,
        )  # fmt: skip


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/appointments/": lambda e: e.get("appointment").pk,
    "admin/v1/booking-limits/": lambda e: e.get("limit").pk,
    "admin/v1/booking-suspensions/": lambda e: e.get("suspension").pk,
    "admin/v1/clinic-sessions/": lambda e: e.get("session").pk,
    "admin/v1/schedule-templates/": lambda e: e.get("template").pk,
    "admin/v1/slots/": lambda e: e.get("session").slots.get().pk,
    "admin/v1/staff-leaves/": lambda e: e.get("leave").pk,
    "admin/v1/suspension-appeals/": lambda e: e.get("appeal").pk,
    "miniprogram/v1/booking-suspensions/": lambda e: e.get("suspension").pk,
    "admin/v1/waitlist-entries/": lambda e: e.get("waitlist_entry").pk,
    "miniprogram/v1/waitlist-entries/": lambda e: e.get("waitlist_entry").pk,
}
