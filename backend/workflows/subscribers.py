"""What follows from events across apps."""

from apps.messaging.services.notify import notify
from apps.patients.selectors import name_for
from apps.payments.events import PaymentOrderReturning, RefundSucceeded
from apps.payments.selectors.orders import listed, of_hospitals
from apps.payments.types import ReturnCause
from apps.scheduling import events
from kernel.money import fen_to_yuan
from kernel.outbox.events import subscribe
from workflows.registration_fee import bill, collect, refund


@subscribe(events.AppointmentHeld, name="workflows.bill_held_registration", queue="urgent")
def bill_hold(event: events.AppointmentHeld) -> None:
    bill.follow_booking(event.appointment_id)


@subscribe(events.AppointmentBooked, name="workflows.bill_booked_registration")
def bill_booking(event: events.AppointmentBooked) -> None:
    bill.follow_booking(event.appointment_id)


@subscribe(events.AppointmentSettled, name="workflows.record_cash_taken", queue="urgent")
def record_cash_taken(event: events.AppointmentSettled) -> None:
    collect.record_fee(event.appointment_id, staff_id=event.staff_id)


@subscribe(events.SettlementReversed, name="workflows.record_cash_returned", queue="urgent")
def record_cash_returned(event: events.SettlementReversed) -> None:
    refund.reverse_fee(event.appointment_id, staff_id=event.staff_id, fee_fen=event.fee_fen)


@subscribe(events.AppointmentCancelled, name="workflows.refund_cancelled_registration", queue="urgent")
def give_fee_back(event: events.AppointmentCancelled) -> None:
    refund.follow_cancellation(event.appointment_id, cause=event.cause)


@subscribe(events.AppointmentRescheduled, name="workflows.bill_rescheduled_registration")
def bill_anew(event: events.AppointmentRescheduled) -> None:
    bill.follow_reschedule(event.appointment_id)


@subscribe(events.AppointmentExpired, name="workflows.close_order_of_expired_hold")
def close_order_of_hold(event: events.AppointmentExpired) -> None:
    bill.follow_expiry(event.appointment_id)


@subscribe(RefundSucceeded, name="workflows.note_refund_of_registration")
def note_refund_of_registration(event: RefundSucceeded) -> None:
    refund.follow_refund(event.refund_id)


#: Why a payment goes back, in the patient's words.
_REASONS: dict[str, str] = {
    each.value: str(each.label) for each in (ReturnCause.HOLD_EXPIRED, ReturnCause.NOT_POSTED_IN_TIME)
}


@subscribe(PaymentOrderReturning, name="workflows.tell_of_returning_payment", queue="urgent")
def tell_of_return(event: PaymentOrderReturning) -> None:
    """The patient hears at once that the money goes back, and again when it is there (billing)."""
    order = listed(of_hospitals()).get(pk=event.order_id)
    notify(
        hospital_id=event.hospital_id,
        scene="payment_returned",
        patient_id=event.patient_id,
        account_id=event.account_id,
        data={
            "patient": name_for(event.account_id, order.patient),
            "hospital": order.hospital.name,
            "amount": f"{fen_to_yuan(event.amount_fen)}元",
            "order": order.order_no,
            "reason": _REASONS.get(event.cause, str(ReturnCause.CHANGED.label)),
        },
        dedupe_key=f"payment_returned:{order.pk}",
        urgent=True,
    )
