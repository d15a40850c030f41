"""The live appointments of a session that changes as a whole, locked in the order of every use case."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, F, Value, When

from apps.scheduling.events import AppointmentCancelled
from apps.scheduling.models import Appointment, CancelCode, PaymentStatus, SlotNumber
from apps.scheduling.ports import tickets
from apps.scheduling.services.announce import event_of
from apps.scheduling.services.cancel import PAID
from apps.scheduling.states import LIVE, AppointmentState
from kernel import clock
from kernel.outbox.events import publish


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the live appointments of a session; `in_service`: left to the doctor who is seeing them."""

    moved: int = 0
    cancelled: int = 0
    refund_due: int = 0
    in_service: int = 0


def patients_of(session_id: UUID) -> list[UUID]:
    """Who has a live appointment in the session, unlocked."""
    live = Appointment.objects.filter(session=session_id, state__in=LIVE)
    return list(live.values_list("patient_id", flat=True))


def lock_live(session_id: UUID, *also: UUID) -> tuple[list[Appointment], int]:
    """Lock numbers (of other sessions too), live appointments and tickets of a session whose row is locked.

    Returns the appointments by number, and how many more are with the doctor now, who are left alone. A booking under
    way ends first and is among them.
    """
    numbers = SlotNumber.objects.filter(session__in=[session_id, *also]).select_for_update()
    list(numbers.order_by("pk").values_list("pk"))
    rows = Appointment.objects.filter(session=session_id, state__in=LIVE)
    live = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    seated = tickets().in_service(session_id)
    left = [appointment for appointment in live if appointment.pk not in seated]
    return sorted(left, key=lambda row: row.number), len(live) - len(left)


def cancel_all(appointments: Iterable[Appointment], *, reason: str) -> Outcome:
    """Cancel locked live appointments of a session that stops; their numbers are free, each has its event."""
    found = list(appointments)
    ids, now = [row.pk for row in found], clock.now()
    due = When(payment_status__in=PAID, then=Value(PaymentStatus.REFUND_DUE.value))
    SlotNumber.objects.filter(pk__in=[row.slot_number_id for row in found]).update(
        state="free", held_until=None, appointment_id=None, updated_at=now
    )
    Appointment.objects.filter(pk__in=ids).update(
        state=AppointmentState.CANCELLED, cancelled_at=now, cancel_reason=reason,
        cancel_code=CancelCode.SESSION_STOPPED, payment_status=Case(due, default=F("payment_status")),
        version=F("version") + 1, updated_at=now,
    )  # fmt: skip
    tickets().close([row.pk for row in found if row.state == AppointmentState.CHECKED_IN])
    refunds = [row.payment_status in PAID for row in found]
    publish(
        *(
            event_of(AppointmentCancelled, row, cause="session_stopped", refund_due=refund)
            for row, refund in zip(found, refunds, strict=True)
        )
    )
    return Outcome(cancelled=len(found), refund_due=sum(refunds))
