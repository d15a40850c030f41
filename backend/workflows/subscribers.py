"""What follows from events across apps."""

from apps.payments.events import RefundSucceeded
from apps.scheduling import events
from kernel.outbox.events import subscribe
from workflows import booking_checkout


@subscribe(events.AppointmentHeld, queue="urgent")
def bill_hold(event: events.AppointmentHeld) -> None:
    booking_checkout.follow_booking(event.appointment_id)


@subscribe(events.AppointmentBooked)
def bill_booking(event: events.AppointmentBooked) -> None:
    booking_checkout.follow_booking(event.appointment_id)


@subscribe(events.AppointmentSettled, queue="urgent")
def write_cash_down(event: events.AppointmentSettled) -> None:
    booking_checkout.settle_at_window(event.appointment_id, staff_id=event.staff_id)


@subscribe(events.SettlementReversed, queue="urgent")
def write_cash_back(event: events.SettlementReversed) -> None:
    booking_checkout.reverse_at_window(event.appointment_id, staff_id=event.staff_id, fee_fen=event.fee_fen)


@subscribe(events.AppointmentCancelled, queue="urgent")
def give_fee_back(event: events.AppointmentCancelled) -> None:
    booking_checkout.follow_cancellation(event.appointment_id, cause=event.cause)


@subscribe(events.AppointmentExpired)
def close_order_of_hold(event: events.AppointmentExpired) -> None:
    booking_checkout.follow_expiry(event.appointment_id)


@subscribe(RefundSucceeded)
def note_refund_of_registration(event: RefundSucceeded) -> None:
    booking_checkout.follow_refund(event.order_id)
