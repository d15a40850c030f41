"""挂号收费: the fee is paid online by an order of its own, or taken by a clerk and recorded as a payment, once.

Online: checkout() → the payment order → the Payable settles it → the number is the patient's. At the window the
appointment is settled first and says what is so. The events only tell that something is to be recorded: they may come
late, in any order, or after the next change. Orders are locked before the appointment, as posting does.
"""

import datetime as dt
from uuid import UUID

from django.db import transaction

from apps.billing.selectors.lookup import bills_of_keys, mandatory_with
from apps.billing.selectors.payable import payable
from apps.billing.services.checkout import REGISTRATION, SUBJECT, open_payment
from apps.billing.states import UNSETTLED
from apps.billing.types import Bill
from apps.identity.models import StaffMember, WeChatAccount
from apps.payments.payables import lines_of
from apps.payments.selectors.orders import is_recorded
from apps.payments.services.advance_order import let_go, release_line
from apps.payments.services.counter import record_taken
from apps.payments.services.orders import LineSpec, lock_order_of, open_order
from apps.payments.services.posting import give_back
from apps.payments.states import OrderState
from apps.payments.types import CloseCause, PaymentOrder, PaymentOrigin, ReturnCause
from apps.scheduling import errors
from apps.scheduling.models import Appointment, PaymentStatus
from apps.scheduling.states import AppointmentState
from kernel import clock
from kernel.errors import StateConflict
from kernel.faults import fault_point
from kernel.locks import lock_one
from workflows.registration_fee.bill import bill_of, find, given_back, payable_until

WINDOW, CASH = "window", "cash"
#: An order for money that is there already is paid in the same transaction: its time never runs out.
RECORDING = dt.timedelta(minutes=30)
#: A clerk has the fee, also of a number that was cancelled: then it is due to the patient.
TAKEN = (PaymentStatus.PAID_AT_COUNTER, PaymentStatus.REFUND_DUE)


def checkout(appointment: Appointment, *, account: WeChatAccount, application: str) -> PaymentOrder:
    """The order that pays the fee and what is mandatory with it, a new one or the open one.

    AlreadyPaid, HoldExpired, StateConflict (cancelled, over); what billing's `open_payment` refuses.
    """
    check_due(appointment)
    bill = bill_of(appointment)
    with_it = payable(mandatory_with(bills_of_keys([bill.pk])))
    return open_payment(
        hospital=appointment.hospital,
        patient_id=appointment.patient_id,
        bill_ids=[bill.pk, *with_it.order_by("pk").values_list("pk", flat=True)],
        application=application,
        account=account,
    )


def check_due(appointment: Appointment) -> None:
    """AlreadyPaid, HoldExpired or StateConflict unless the fee can be paid now."""
    if appointment.payment_status != PaymentStatus.UNPAID:
        raise errors.AlreadyPaid
    if appointment.state == AppointmentState.EXPIRED:
        raise errors.HoldExpired
    if appointment.state not in (AppointmentState.PENDING, AppointmentState.BOOKED):
        raise StateConflict(current=appointment.state)
    if payable_until(appointment) <= clock.now():
        raise errors.HoldExpired


@transaction.atomic
def record_fee(appointment_id: UUID, *, staff_id: UUID | None) -> None:
    """A clerk has taken the fee in cash: it is recorded as the payment of an order.

    Unless it was given back meanwhile. What was paid for it otherwise goes back, or is never paid.
    """
    if not _is_taken(find(appointment_id)):
        return
    bill = bill_of(find(appointment_id), is_taken=True)
    held = lock_order_of(SUBJECT, bill.pk)
    appointment = lock_one(Appointment.objects, pk=appointment_id)
    bill.refresh_from_db()
    if not _is_taken(appointment) or bill.status not in UNSETTLED:
        return
    order = _order_for(appointment, bill, held, staff_id)
    if order is not None:
        record_taken(order, channel=CASH, staff_id=staff_id)
        fault_point("fee.recorded")


def _is_taken(appointment: Appointment) -> bool:
    """Whether the fee is with the clerk; one that is due while its bill went back already is on its way."""
    if appointment.payment_status != PaymentStatus.REFUND_DUE:
        return appointment.payment_status in TAKEN
    return not given_back(appointment.pk).exists()


def _order_for(
    appointment: Appointment, bill: Bill, held: PaymentOrder | None, staff_id: UUID | None
) -> PaymentOrder | None:
    """The order that takes the cash: the patient's own for this fee alone, or a new one. None: it has it already."""
    if held is not None and held.state == OrderState.PENDING:
        if len(lines_of(held)) == 1:
            return held
        let_go(held.pk, cause=CloseCause.PAID_AT_WINDOW)
        release_line(held.pk, subject_type=SUBJECT, subject_id=bill.pk)
    elif held is not None:
        if is_recorded(held):
            return None  # settled, reversed and settled again before the first was posted
        give_back(held, cause=ReturnCause.PAID_AT_WINDOW)
    return open_order(
        hospital=appointment.hospital,
        patient_id=appointment.patient_id,
        scene=REGISTRATION,
        lines=[LineSpec(SUBJECT, bill.pk, bill.title, bill.amount_fen, bill.department_id)],
        description=bill.title,
        expires_at=clock.now() + RECORDING,
        application=WINDOW,
        staff=StaffMember.objects.filter(pk=staff_id).first() if staff_id else None,
        origin=PaymentOrigin.RECORDED,
    )
