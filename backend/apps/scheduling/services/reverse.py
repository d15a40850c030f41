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
from apps.scheduling.ports import tickets
from apps.scheduling.services.announce import event_of
from apps.scheduling.services.confirm import fee_in_cash
from apps.scheduling.services.unchanged import lock_unchanged
from apps.scheduling.states import APPOINTMENTS, AppointmentState, NumberState
from kernel import clock
from kernel.errors import StateConflict
from kernel.locks import save_version
from kernel.outbox.events import publish

_REVERSIBLE = (AppointmentState.BOOKED, AppointmentState.CHECKED_IN)


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
    if staff_id is not None:
        drawers().give(fee_in_cash(appointment, staff_id))
    publish(event_of(SettlementReversed, appointment, fee_fen=appointment.fee_fen, staff_id=staff_id))
    return appointment


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
