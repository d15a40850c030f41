"""退挂号费: the fee goes back when the registration is cancelled, and when a clerk has handed it back."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from apps.billing.selectors.lookup import bills_of_keys
from apps.billing.selectors.refundable import refundable_fen
from apps.billing.services.checkout import SUBJECT
from apps.billing.services.refund_bills import refund_bills
from apps.billing.states import UNSETTLED, BillStatus
from apps.billing.types import Bill
from apps.identity.models import StaffMember
from apps.payments import settings as payment_settings
from apps.payments.channels.counter import AT_COUNTER
from apps.payments.selectors import orders, refunds
from apps.payments.services.posting import give_back
from apps.payments.services.record_refund import pay_out_in_cash
from apps.payments.states import OrderState
from apps.payments.types import PaymentOrder, RefundCause, RefundRoute, ReturnCause
from apps.scheduling.models import PaymentStatus
from apps.scheduling.services.confirm import note_refund
from apps.worklist.services.items import close_item, open_item
from kernel.money import fen_to_yuan
from workflows.registration_fee.bill import APPOINTMENT, bills_of, end_bills, find, given_back, mandatory_with
from workflows.registration_fee.collect import CASH, TAKEN, WINDOW
from workflows.registration_fee.work import REFUND_DUE


class NotYet(Exception):
    """Something that comes first has not happened yet: the event is handled again a little later."""


def follow_cancellation(appointment_id: UUID, *, cause: str) -> None:
    """A cancelled registration: an unpaid bill ends, what was paid online goes back where the rules say so.

    So do our own bills that were mandatory with it, but for what was performed; HIS says of its own. By the original
    route when the hospital stopped the session, or where its setting says so; else the fee stays `refund_due`, and work
    of a clerk, until the window gives it back, with its approval and reprint (rules.md 7 and 8). A fee that a clerk
    took may not be recorded yet: its bill stands.
    """
    appointment = find(appointment_id)
    end_bills(mandatory_with(appointment_id))
    if appointment.payment_status != PaymentStatus.REFUND_DUE:
        end_bills(bills_of(appointment_id))
        return
    back, bill = given_back(appointment_id), _paid_bill(appointment_id)
    if bill is None and back.exists() and all(refunds.is_back(SUBJECT, each.pk) for each in back):
        note_refund(appointment_id=appointment_id)  # the window gave it back before
        return
    order = _order_of(bill) if bill is not None else None
    wanted = payment_settings.REGISTRATION_REFUND_ROUTE.of(appointment.hospital) == "original"
    online = order is not None and order.channel not in AT_COUNTER
    if bill is not None and order is not None and online and (wanted or cause == "session_stopped"):
        _give_back(order, bill, reason="退号" if cause != "session_stopped" else "停诊")
        return
    open_item(
        REFUND_DUE, hospital=appointment.hospital, subject_type=APPOINTMENT, subject_id=appointment.pk,
        title=f"退还挂号费 {appointment.appointment_no} {fen_to_yuan(appointment.fee_fen)}元",
    )  # fmt: skip


def _paid_bill(appointment_id: UUID) -> Bill | None:
    return bills_of(appointment_id).filter(status=BillStatus.PAID).first()


def _order_of(bill: Bill) -> PaymentOrder:
    """The order that paid it; NotYet for one that HIS's own window took."""
    order = orders.find(bill.order_id) if bill.order_id else None
    if order is None:
        raise NotYet(f"no order has paid {bill.bill_no}")
    return order


def _give_back(order: PaymentOrder, fee: Bill, *, reason: str) -> None:
    """The fee, and what was paid of the bills that were mandatory with it, each by the way it came."""
    amounts = {order: {fee.pk: fee.amount_fen - fee.refunded_fen}}
    for bill in mandatory_with(fee.subject_id).filter(status=BillStatus.PAID).order_by("pk"):
        refundable = refundable_fen(bill)
        if refundable and bill.order_id is not None:
            amounts.setdefault(_order_of(bill), {})[bill.pk] = refundable
    for paid_by, bills in amounts.items():
        if paid_by.channel not in AT_COUNTER:
            refund_bills(
                order=paid_by,
                bill_amounts=bills,
                cause=RefundCause.CANCELLED,
                reason=reason,
                application=paid_by.application,
                route=RefundRoute.ORIGINAL,
            )


@transaction.atomic
def follow_refund(refund_id: UUID) -> None:
    """Money is back: registrations whose bill went back whole, by refunds that have all succeeded, are refunded.

    A reversal has left its registration unpaid: a fee that is due now is a later one.
    """
    if refunds.is_reversal(refund_id):
        return
    found = bills_of_keys(refunds.subjects_of(refund_id, SUBJECT))
    _end_unposted(found)
    bills = found.filter(subject_type=APPOINTMENT, status=BillStatus.REFUNDED)
    for bill in bills.order_by("pk"):
        if bill.subject_id is None or not refunds.is_back(SUBJECT, bill.pk):
            continue
        if _paid_bill(bill.subject_id) is None:  # else it was paid again by another one
            note_refund(appointment_id=bill.subject_id)
            close_item(REFUND_DUE, subject_id=bill.subject_id, outcome="已退费")


def _end_unposted(bills: QuerySet[Bill]) -> None:
    """Nobody is to pay what never came to be posted of a registration that is over; its cash was handed out."""
    for bill in bills.filter(subject_type=APPOINTMENT, status__in=UNSETTLED).order_by("pk"):
        if bill.subject_id and find(bill.subject_id).payment_status == PaymentStatus.REFUNDED:
            end_bills(bills_of(bill.subject_id))


@transaction.atomic
def reverse_fee(appointment_id: UUID, *, staff_id: UUID | None, fee_fen: int) -> None:
    """The clerk has given the cash back: what was recorded of it is refunded in cash, or is not posted at all.

    Where it was settled again meanwhile only what waits for a clerk ends: that cash was handed back. Nothing where it
    was never recorded as it went back so soon. NotYet while what HIS refused is on its way to a clerk.
    """
    is_taken = find(appointment_id).payment_status in TAKEN
    staff = StaffMember.objects.filter(pk=staff_id).first() if staff_id else None
    paid = None if is_taken else _paid_bill(appointment_id)
    if paid is not None:
        _reverse(paid, fee_fen, staff)
        return
    recorded = list(orders.recorded_for(SUBJECT, bills_of(appointment_id).values_list("pk", flat=True)))
    keys = [order.pk for order in recorded]
    if refunds.on_the_way_to_a_clerk(keys):
        raise NotYet("a refund is still to fail")
    for order in recorded:
        if order.state == OrderState.PAID_UNPOSTED and not is_taken:
            give_back(order, cause=ReturnCause.REVERSED, route=RefundRoute.COUNTER_CASH)
    for refund in refunds.waiting_for_a_clerk(keys):
        pay_out_in_cash(refund, staff=staff, handed_back=True)


class FeesOfBills:
    """What scheduling asks of the money of a fee (scheduling.ports.Fees)."""

    def came_in_cash(self, appointment_id: UUID) -> bool:
        """Unless a slip of the card machine has paid the bill; what is not recorded yet was taken in cash."""
        bill = _paid_bill(appointment_id)
        order = orders.find(bill.order_id) if bill is not None and bill.order_id else None
        return order is None or order.channel == CASH


def _reverse(bill: Bill, fee_fen: int, staff: StaffMember | None) -> None:
    order = _order_of(bill)
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
