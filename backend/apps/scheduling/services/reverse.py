"""冲正: cash that was taken at the window is given back before the patient is called; the number may stay."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.audit.services import record
from apps.payments.drawers import drawers
from apps.scheduling import errors, settings
from apps.scheduling.events import SettlementReversed
from apps.scheduling.models import Appointment, AppointmentKind, PaymentStatus, SlotNumber
from apps.scheduling.ports import fees, tickets
from apps.scheduling.services.announce import event_of
from apps.scheduling.services.confirm import fee_in_cash
from apps.scheduling.services.unchanged import lock_unchanged
from apps.scheduling.states import APPOINTMENTS, LIVE, AppointmentState, NumberState
from kernel import clock
from kernel.errors import StateConflict
from kernel.locks import save_version
from kernel.outbox.events import publish

_REVERSIBLE = (AppointmentState.BOOKED, AppointmentState.CHECKED_IN)
#: The fee is with the clerk, or due to the patient.
_WITH_US = (PaymentStatus.PAID_AT_COUNTER, PaymentStatus.REFUND_DUE)


@transaction.atomic
def reverse_settlement(appointment: Appointment, *, reason: str, staff_id: UUID | None = None) -> Appointment:
    """The fee is unpaid again. What is paid in advance becomes a hold of the usual length, else it stays booked.

    A ticket goes back; StateConflict once the patient was called. NotSettledInCash, CheckInTooLate (past the pick-up
    deadline only cancelling gives the money back), NoOpenShift.
    """
    if appointment.payment_status != PaymentStatus.PAID_AT_COUNTER:
        raise errors.NotSettledInCash
    if appointment.state not in _REVERSIBLE:
        raise StateConflict(current=appointment.state)
    if appointment.check_in_until <= clock.now():
        raise errors.CheckInTooLate
    _take_back(appointment, reason=reason, staff_id=staff_id)
    if staff_id is not None and fees().came_in_cash(appointment.pk):
        drawers().give(fee_in_cash(appointment, staff_id))
    return appointment


@transaction.atomic
def note_handed_out(appointment_id: UUID, *, staff_id: UUID | None) -> None:
    """A clerk pays the fee out in cash as it could not be posted: unpaid again as by 冲正, refunded where it is over.

    The drawer hears of it from who pays it out. StateConflict: it was handed back before, or the patient was called.
    """
    appointment = Appointment.objects.select_related("hospital").get(pk=appointment_id)
    if appointment.payment_status not in _WITH_US:
        raise StateConflict(current=appointment.payment_status)
    if appointment.state in _REVERSIBLE and appointment.check_in_until > clock.now():
        _take_back(appointment, reason="HIS 未入账,现金退款", staff_id=staff_id)
        return
    lock_unchanged(appointment)
    left = PaymentStatus.UNPAID if appointment.state in LIVE else PaymentStatus.REFUNDED
    appointment.payment_status = left.value
    save_version(appointment, {"payment_status": left.value}, version=appointment.version)


def _take_back(appointment: Appointment, *, reason: str, staff_id: UUID | None) -> None:
    """The number may stay, the ticket goes. StateConflict for what changed since it was read, or once called."""
    changes = _back_to_hold(appointment)
    lock_unchanged(appointment)
    if appointment.state == AppointmentState.CHECKED_IN:
        tickets().withdraw(appointment.pk)
    _write(appointment, changes)
    record(
        action="reverse",
        object_type="scheduling.appointment",
        object_id=appointment.pk,
        hospital_id=appointment.hospital_id,
        detail={"fee_fen": appointment.fee_fen, "reason": reason},
    )
    publish(event_of(SettlementReversed, appointment, fee_fen=appointment.fee_fen, staff_id=staff_id))


def _back_to_hold(appointment: Appointment) -> dict[str, Any]:
    """What changes in the appointment; the number of one that is paid in advance is held again."""
    changes: dict[str, Any] = {
        "payment_status": PaymentStatus.UNPAID.value,
        "checked_in_at": None,
        "encounter_id": None,
    }
    same_day = appointment.kind == AppointmentKind.SAME_DAY
    timing = settings.SAME_DAY_PAY_TIMING if same_day else settings.ADVANCE_PAY_TIMING
    if timing.of(appointment.hospital) != "prepaid":
        return changes
    minutes = settings.SAME_DAY_HOLD_MINUTES.of(appointment.hospital)
    ends = min(clock.now() + dt.timedelta(minutes=minutes), appointment.check_in_until)
    number = SlotNumber.objects.filter(pk=appointment.slot_number_id, appointment_id=appointment.pk)
    if not number.update(state=NumberState.HELD, held_until=ends, updated_at=clock.now()):
        raise StateConflict(current=appointment.state)
    return changes | {"state": AppointmentState.PENDING.value, "hold_expires_at": ends}


def _write(appointment: Appointment, changes: dict[str, Any]) -> None:
    source = AppointmentState(appointment.state)
    target = AppointmentState(changes.pop("state", AppointmentState.BOOKED))
    if target != source:
        APPOINTMENTS.move(appointment, target, expect=source, **changes)
        return
    for name, value in changes.items():
        setattr(appointment, name, value)
    save_version(appointment, changes, version=appointment.version)
