"""What others may react to. Ids and plain values only."""

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.outbox.events import Event


@dataclass(frozen=True, slots=True)
class OfAppointment(Event):
    """`account_id` is the mini-program account that booked, if one did."""

    hospital_id: UUID
    appointment_id: UUID
    patient_id: UUID
    account_id: UUID | None
    practitioner_id: UUID
    department_id: UUID
    starts_at: dt.datetime
    number: int


@dataclass(frozen=True, slots=True)
class AppointmentHeld(OfAppointment):
    """A number waits for its payment."""

    topic: ClassVar[str] = "scheduling.appointment_held"


@dataclass(frozen=True, slots=True)
class AppointmentBooked(OfAppointment):
    """The number is the patient's: booked at once, or a hold was confirmed."""

    topic: ClassVar[str] = "scheduling.appointment_booked"


@dataclass(frozen=True, slots=True)
class AppointmentCancelled(OfAppointment):
    """`cause` is patient, staff or session_stopped; `refund_due`: the fee was paid and has to go back."""

    topic: ClassVar[str] = "scheduling.appointment_cancelled"
    cause: str = "patient"
    refund_due: bool = False


@dataclass(frozen=True, slots=True)
class AppointmentExpired(OfAppointment):
    """A hold was not paid in time; its number is free again."""

    topic: ClassVar[str] = "scheduling.appointment_expired"


@dataclass(frozen=True, slots=True)
class AppointmentCheckedIn(OfAppointment):
    """取号: the patient is in the queue."""

    topic: ClassVar[str] = "scheduling.appointment_checked_in"


@dataclass(frozen=True, slots=True)
class AppointmentFulfilled(OfAppointment):
    """The doctor has seen the patient."""

    topic: ClassVar[str] = "scheduling.appointment_fulfilled"


@dataclass(frozen=True, slots=True)
class AppointmentMissed(OfAppointment):
    """爽约: the number was not collected before the deadline."""

    topic: ClassVar[str] = "scheduling.appointment_missed"


@dataclass(frozen=True, slots=True)
class AppointmentReminderDue(OfAppointment):
    """The visit is tomorrow."""

    topic: ClassVar[str] = "scheduling.appointment_reminder_due"


@dataclass(frozen=True, slots=True)
class SessionStopped(Event):
    """停诊: its live appointments are cancelled or moved one by one with events of their own."""

    topic: ClassVar[str] = "scheduling.session_stopped"
    hospital_id: UUID
    session_id: UUID
    practitioner_id: UUID
    department_id: UUID
    starts_at: dt.datetime


@dataclass(frozen=True, slots=True)
class AppointmentReassigned(OfAppointment):
    """替诊: another doctor sees the patient at the same time with the same number; `practitioner_id` is the new one."""

    topic: ClassVar[str] = "scheduling.appointment_reassigned"
    previous_practitioner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AppointmentMoved(OfAppointment):
    """The session was stopped and the appointment has a number of another one, with the same id."""

    topic: ClassVar[str] = "scheduling.appointment_moved"
    previous_starts_at: dt.datetime | None = None
    previous_practitioner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AppointmentRescheduled(OfAppointment):
    """改期 by the patient or by staff; `session_id` has a free number now. Id and appointment_no stay."""

    topic: ClassVar[str] = "scheduling.appointment_rescheduled"
    session_id: UUID | None = None
    previous_starts_at: dt.datetime | None = None
    previous_practitioner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SessionSubstituted(Event):
    """替诊: the session has another doctor; its live appointments follow with events of their own."""

    topic: ClassVar[str] = "scheduling.session_substituted"
    hospital_id: UUID
    session_id: UUID
    practitioner_id: UUID
    previous_practitioner_id: UUID
    department_id: UUID
    starts_at: dt.datetime


@dataclass(frozen=True, slots=True)
class OfSuspension(Event):
    """`suspension_id`: what is suspended, or what the appeal is against."""

    hospital_id: UUID
    suspension_id: UUID
    patient_id: UUID
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PatientSuspended(OfSuspension):
    """The patient cannot book for some time."""

    topic: ClassVar[str] = "scheduling.patient_suspended"


@dataclass(frozen=True, slots=True)
class SuspensionLifted(OfSuspension):
    """The patient can book again before the time was over."""

    topic: ClassVar[str] = "scheduling.suspension_lifted"


@dataclass(frozen=True, slots=True)
class AppealDecided(Event):
    """An appeal against a suspension was accepted or rejected."""

    topic: ClassVar[str] = "scheduling.appeal_decided"
    hospital_id: UUID
    appeal_id: UUID
    patient_id: UUID
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AppointmentSettled(OfAppointment):
    """The fee was taken in cash at the window by `staff_id`."""

    topic: ClassVar[str] = "scheduling.appointment_settled"
    fee_fen: int = 0
    staff_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SettlementReversed(OfAppointment):
    """冲正: `staff_id` gave cash back that was taken at the window; the appointment is unpaid again."""

    topic: ClassVar[str] = "scheduling.settlement_reversed"
    fee_fen: int = 0
    staff_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class WaitlistOffered(Event):
    """候补: a number is kept for the patient for a while."""

    topic: ClassVar[str] = "scheduling.waitlist_offered"
    hospital_id: UUID
    offer_id: UUID
    patient_id: UUID
    account_id: UUID | None = None
