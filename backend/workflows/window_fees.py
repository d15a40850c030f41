"""窗口收挂号费: what a clerk took or gave back with an appointment is written down as money, once.

The appointment is settled first and says what is so. The events only tell that something is to be written down: they
may come late, in any order, or after the next change. Orders are locked before the appointment, as posting does.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from apps.billing.models import Bill
from apps.billing.services.checkout import SUBJECT
from apps.billing.services.refund_bills import refund_bills
from apps.billing.states import UNSETTLED, BillStatus
from apps.identity.models import StaffMember
from apps.payments.channels.counter import AT_COUNTER
from apps.payments.models import (
    CloseCause,
    PaymentOrder,
    PaymentOrderLine,
    PaymentOrigin,
    PaymentScene,
    Refund,
    RefundCause,
    RefundRoute,
    ReturnCause,
)
from apps.payments.ports import BusinessUnavailable
from apps.payments.services.counter import record_taken
from apps.payments.services.orders import LineSpec, open_order
from apps.payments.services.posting import give_back
from apps.payments.services.refund_outcomes import pay_out_in_cash
from apps.payments.services.tending import let_go, release_line
from apps.payments.states import OrderState, RefundState
from apps.scheduling.models import Appointment, PaymentStatus
from kernel import clock
from kernel.faults import fault_point
from kernel.locks import lock_one
from workflows.booking_checkout import (
    APPOINTMENT,
    CASH,
    WINDOW,
    WRITING_DOWN,
    bill_of,
    find,
    given_back,
    order_of,
)

#: A clerk has the fee, also of a number that was cancelled: then it is due to the patient.
TAKEN = (PaymentStatus.PAID_AT_COUNTER, PaymentStatus.REFUND_DUE)


@transaction.atomic
def settle_at_window(appointment_id: UUID, *, staff_id: UUID | None) -> None:
    """The clerk has taken the fee in cash: it is written down as an order that is paid.

    Unless it was given back meanwhile. What was paid for it otherwise goes back, or is never paid.
    """
    if not _is_taken(find(appointment_id)):
        return
    bill = bill_of(find(appointment_id), is_taken=True)
    held = _lock_live_order(bill.pk)
    appointment = lock_one(Appointment.objects, pk=appointment_id)
    bill.refresh_from_db()
    if not _is_taken(appointment) or bill.status not in UNSETTLED:
        return
    order = _order_for(appointment, bill, held, staff_id)
    if order is not None:
        record_taken(order, channel=CASH, staff_id=staff_id)
        fault_point("fee.written_down")


def _is_taken(appointment: Appointment) -> bool:
    """Whether the fee is with the clerk; one that is due while its bill went back already is on its way."""
    if appointment.payment_status != PaymentStatus.REFUND_DUE:
        return appointment.payment_status in TAKEN
    return not given_back(appointment.pk).exists()


def _bills(appointment_id: UUID) -> QuerySet[Bill]:
    return Bill.objects.filter(subject_type=APPOINTMENT, subject_id=appointment_id)


def _lines(*bill_ids: UUID) -> QuerySet[PaymentOrderLine]:
    return PaymentOrderLine.objects.filter(subject_type=SUBJECT, subject_id__in=bill_ids)


def _lock_live_order(bill_id: UUID) -> PaymentOrder | None:
    """The order in which the bill is being paid, or is paid."""
    order_id = _lines(bill_id).filter(is_live=True).values_list("order_id", flat=True).first()
    order = lock_one(PaymentOrder.objects, pk=order_id) if order_id else None
    return order if order and _lines(bill_id).filter(order=order, is_live=True).exists() else None


def _order_for(
    appointment: Appointment, bill: Bill, held: PaymentOrder | None, staff_id: UUID | None
) -> PaymentOrder | None:
    """The order that takes the cash: the patient's own for this fee alone, or a new one. None: it has it already."""
    if held is not None and held.state == OrderState.PENDING:
        if held.lines.count() == 1:
            return held
        let_go(held.pk, cause=CloseCause.PAID_AT_WINDOW)
        release_line(held.pk, subject_type=SUBJECT, subject_id=bill.pk)
    elif held is not None:
        if held.origin == PaymentOrigin.RECORDED:
            return None  # settled, reversed and settled again before the first was posted
        give_back(held, cause=ReturnCause.PAID_AT_WINDOW)
    return open_order(
        hospital=appointment.hospital,
        patient_id=appointment.patient_id,
        scene=PaymentScene.REGISTRATION,
        lines=[LineSpec(SUBJECT, bill.pk, bill.title, bill.amount_fen, bill.department_id)],
        description=bill.title,
        expires_at=clock.now() + WRITING_DOWN,
        application=WINDOW,
        staff=_staff(staff_id),
    )


def check_taken(appointment_id: UUID) -> None:
    """Within the posting of a fee that was written down. BusinessUnavailable: it was given back, and an event that is
    on its way says so."""
    appointment = lock_one(Appointment.objects, pk=appointment_id)
    if appointment.payment_status not in TAKEN:
        raise BusinessUnavailable("given back at the window")


@transaction.atomic
def reverse_at_window(appointment_id: UUID, *, staff_id: UUID | None, fee_fen: int) -> None:
    """The clerk has given the cash back: what was written down of it is refunded in cash, or is not posted at all.

    Nothing where it was settled again meanwhile, or was never written down as it went back so soon.
    """
    if find(appointment_id).payment_status in TAKEN:
        return
    bills = _bills(appointment_id)
    paid = bills.filter(status=BillStatus.PAID).first()
    if paid is not None:
        _refund(paid, fee_fen, _staff(staff_id))
        return
    lines = _lines(*bills.values_list("pk", flat=True)).filter(order__origin=PaymentOrigin.RECORDED)
    for order_id in lines.filter(order__state=OrderState.PAID_UNPOSTED).values_list("order_id", flat=True):
        order = PaymentOrder.objects.get(pk=order_id)
        give_back(order, cause=ReturnCause.REVERSED, route=RefundRoute.COUNTER_CASH)
    waiting = Refund.objects.filter(order__in=lines.values("order_id"), state=RefundState.FAILED)
    for refund in waiting.filter(route=RefundRoute.ORIGINAL):
        pay_out_in_cash(refund, staff=_staff(staff_id))


def _refund(bill: Bill, fee_fen: int, staff: StaffMember | None) -> None:
    order = order_of(bill)
    if order.channel not in AT_COUNTER:
        return  # paid online since
    refund_bills(
        order=order,
        bill_amounts={bill.pk: min(fee_fen, bill.amount_fen - bill.refunded_fen)},
        cause=RefundCause.REVERSED,
        reason="窗口冲正",
        application=WINDOW,
        route=RefundRoute.COUNTER_CASH,
        staff=staff,
    )


def _staff(staff_id: UUID | None) -> StaffMember | None:
    return StaffMember.objects.filter(pk=staff_id).first() if staff_id else None
