"""Rows are reached by hospital, department, or as the doctor's own."""

from typing import ClassVar
from uuid import UUID

from django.db.models import Q

from apps.access.actor import Actor
from apps.access.policies import Policy, hide, policy_for
from apps.identity.models import StaffDepartment
from apps.scheduling.models import (
    Appointment,
    AppointmentChange,
    BookingLimit,
    BookingSuspension,
    CalendarDay,
    ClinicSession,
    ScheduleTemplate,
    SessionSubstitution,
    SlipPrint,
    Slot,
    SlotNumber,
    StaffLeave,
    SuspensionAppeal,
    WaitlistEntry,
    WaitlistOffer,
)

hide(SlotNumber, SessionSubstitution, AppointmentChange, SlipPrint, WaitlistOffer)


class OfPractitioner(Policy):
    department = "department_id"
    owners: ClassVar[tuple[str, ...]] = ("practitioner_id",)


@policy_for(Slot)
class SlotPolicy(Policy):
    hospital = "session__hospital_id"
    department = "session__department_id"
    owners = ("session__practitioner_id",)


@policy_for(ScheduleTemplate)
class ScheduleTemplatePolicy(OfPractitioner):
    pass


@policy_for(ClinicSession)
class ClinicSessionPolicy(OfPractitioner):
    pass


@policy_for(Appointment)
class AppointmentPolicy(OfPractitioner):
    """Also reached by whoever cares for the patient."""

    inherits = ("patient_id", "patients.Patient")


class OfOwnHospitalPolicy(Policy):
    """Of the hospital as a whole: whoever may look at such rows sees those of the own hospital, at any scope."""

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        arms, scope = super().arms(actor, code, grant), actor.scope(code)
        narrow = scope is not None and not scope.everything and actor.hospital_id not in scope.hospitals
        if narrow and grant == "view":
            arms.append(Q(hospital_id=actor.hospital_id))
        return arms


@policy_for(BookingLimit)
class BookingLimitPolicy(Policy):
    """Of the hospital as a whole."""


@policy_for(BookingSuspension)
class BookingSuspensionPolicy(Policy):
    """Of the hospital as a whole: it says nothing about a department's patients."""


@policy_for(SuspensionAppeal)
class SuspensionAppealPolicy(Policy):
    """Reached like the suspension."""


@policy_for(CalendarDay)
class CalendarDayPolicy(OfOwnHospitalPolicy):
    pass


@policy_for(StaffLeave)
class StaffLeavePolicy(Policy):
    """Reached like the doctor: by hospital, by the departments where the doctor works, or as one's own."""

    department = "practitioner_id"
    owners = ("practitioner_id",)

    def department_arm(self, departments: list[UUID]) -> Q:
        working = StaffDepartment.objects.filter(department_id__in=departments)
        return Q(practitioner_id__in=working.values("staff_id"))


@policy_for(WaitlistEntry)
class WaitlistEntryPolicy(OfPractitioner):
    """Also reached by whoever cares for the patient."""

    inherits = ("patient_id", "patients.Patient")
