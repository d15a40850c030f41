"""Rows are reached by hospital, department, or as the doctor's own."""

from typing import ClassVar
from uuid import UUID

from django.db.models import Q

from apps.access.policies import Policy, hide, policy_for
from apps.identity.models import StaffDepartment
from apps.scheduling.models import (
    Appointment,
    AppointmentChange,
    BookingLimit,
    BookingSuspension,
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


@policy_for(BookingLimit)
class BookingLimitPolicy(Policy):
    """Of the hospital as a whole."""


@policy_for(BookingSuspension)
class BookingSuspensionPolicy(Policy):
    """Of the hospital as a whole: it says nothing about a department's patients."""


@policy_for(SuspensionAppeal)
class SuspensionAppealPolicy(Policy):
    """Reached like the suspension."""


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
