"""挂号收费: a registration's fee from the bill to the money, and back when it is cancelled.

Online: checkout() → the payment order → payment_to_business settles → the number is the patient's. At the window the
fee is settled with the appointment first and booked as an order by the event, once. Bills follow appointments by events
and are made on demand where the event is still on its way.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.billing.errors import BillStands
from apps.billing.models import Bill, BillKind, BillSource, CancelCause
from apps.billing.selectors.payable import payable
from apps.billing.selectors.refundable import refundable_fen
from apps.billing.services.cancel import cancel_bill, lapse_bill
from apps.billing.services.checkout import SUBJECT, open_payment
from apps.billing.services.issue import BillSpec, issue_bill
from apps.billing.services.items import ItemSpec
from apps.billing.services.refund_bills import refund_bills
from apps.billing.states import STANDING, UNSETTLED, BillStatus
from apps.identity.models import WeChatAccount
from apps.payments import settings as payment_settings
from apps.payments.channels.counter import AT_COUNTER
from apps.payments.models import (
    CloseCause,
    PaymentOrder,
    PaymentOrderLine,
    Refund,
    RefundCause,
    RefundLine,
    RefundRoute,
)
from apps.payments.services.tending import let_go
from apps.payments.states import OrderState, RefundState
from apps.scheduling import errors
from apps.scheduling.models import Appointment, PaymentStatus
from apps.scheduling.services.confirm import note_refund
from apps.scheduling.states import LIVE, AppointmentState
from kernel import clock
from kernel.errors import StateConflict

#: What a registration's bill is about (billing.Bill.subject_type).
APPOINTMENT = "scheduling.appointment"
WINDOW, CASH = "window", "cash"
#: An order for money that is there already is paid in the same transaction: its time never runs out.
WRITING_DOWN = dt.timedelta(minutes=30)
RELATED = ("hospital", "department", "practitioner", "patient")


class Registrations:
    """billing's Subject: a registration that still stands is cancelled before its fee goes back in the application."""

    def standing(self, subject_ids: Iterable[UUID]) -> set[UUID]:
        """Also one whose patient did not come: that fee is the window's to give back."""
        rows = Appointment.objects.filter(pk__in=list(subject_ids))
        gone = (AppointmentState.CANCELLED, AppointmentState.EXPIRED)
        return set(rows.exclude(state__in=gone).values_list("pk", flat=True))

    def ahead(self, subject_ids: Iterable[UUID]) -> set[UUID]:
        """What is booked or waits to be seen; for a visit that was missed or made, the window decides.

        And whose fee a clerk has handed back: the books are about to hear of it.
        """
        rows = Appointment.objects.filter(pk__in=list(subject_ids))
        ahead = rows.filter(Q(state__in=LIVE) | Q(payment_status=PaymentStatus.UNPAID))
        return set(ahead.values_list("pk", flat=True))


class NotYet(Exception):
    """Something that comes first has not happened yet: the event is handled again a little later."""


def checkout(appointment: Appointment, *, account: WeChatAccount, application: str) -> PaymentOrder:
    """The order that pays the fee and what is mandatory with it, a new one or the open one.

    AlreadyPaid, HoldExpired, StateConflict (cancelled, over); what billing's `open_payment` refuses.
    """
    check_due(appointment)
    bill = bill_of(appointment)
    with_it = payable(Bill.objects.filter(registration_bill=bill, is_mandatory=True))
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


def bill_of(appointment: Appointment, *, is_taken: bool = False) -> Bill:
    """The standing bill of the registration, made if there is none yet. `appointment` with RELATED.

    `is_taken`: the fee is there already, so it can be paid however late it is.
    """
    own = Bill.objects.filter(subject_type=APPOINTMENT, subject_id=appointment.pk)
    standing = own.filter(status__in=STANDING)
    found = standing.first() or own.filter(status=BillStatus.LAPSED).first()
    if found is not None:
        return found
    try:
        return issue_bill(
            hospital=appointment.hospital, patient=appointment.patient, spec=_spec(appointment, is_taken)
        )
    except BillStands:
        return standing.get()


def _spec(appointment: Appointment, is_taken: bool) -> BillSpec:
    doctor = f"{appointment.department.name} {appointment.practitioner.name}"
    fee = ItemSpec(
        name=f"挂号费 {doctor}"[:120],
        quantity=Decimal(1),
        unit_price_fen=appointment.fee_fen,
        category="registration",
        unit="次",
    )
    return BillSpec(
        kind=BillKind.REGISTRATION,
        items=[fee],
        title=f"挂号费 {doctor}",
        department=appointment.department,
        practitioner=appointment.practitioner,
        subject_type=APPOINTMENT,
        subject_id=appointment.pk,
        expires_at=None if is_taken else payable_until(appointment),
    )


def payable_until(appointment: Appointment) -> dt.datetime:
    """A hold is paid while it lasts; a booking until its number is gone."""
    if appointment.state == AppointmentState.PENDING and appointment.hold_expires_at is not None:
        return appointment.hold_expires_at
    return appointment.check_in_until


def find(appointment_id: UUID) -> Appointment:
    """The appointment with all that its bill names."""
    return Appointment.objects.select_related(*RELATED).get(pk=appointment_id)


def follow_booking(appointment_id: UUID) -> None:
    """A number was held or booked: its fee is due, unless its time was over before we heard of it."""
    appointment = find(appointment_id)
    due = appointment.payment_status == PaymentStatus.UNPAID and appointment.state in LIVE
    if due and appointment.fee_fen and payable_until(appointment) > clock.now():
        bill_of(appointment)


def follow_reschedule(appointment_id: UUID) -> None:
    """Fee or time have changed: an unpaid bill that says otherwise ends, and one that is right takes its place."""
    appointment = find(appointment_id)
    if appointment.payment_status != PaymentStatus.UNPAID or appointment.state not in LIVE:
        return
    wrong = Bill.objects.filter(
        subject_type=APPOINTMENT, subject_id=appointment_id, status__in=UNSETTLED
    ).exclude(amount_fen=appointment.fee_fen, expires_at=payable_until(appointment))
    _end_bills(wrong, cause=CloseCause.RESCHEDULED)
    follow_booking(appointment_id)


def order_of(bill: Bill) -> PaymentOrder:
    """The order that paid it; NotYet for one that HIS's own window took."""
    order = PaymentOrder.objects.filter(pk=bill.order_id).first() if bill.order_id else None
    if order is None:
        raise NotYet(f"no order has paid {bill.bill_no}")
    return order


def _paid_bill(appointment_id: UUID) -> Bill | None:
    return Bill.objects.filter(
        subject_type=APPOINTMENT, subject_id=appointment_id, status=BillStatus.PAID
    ).first()


def given_back(appointment_id: UUID) -> QuerySet[Bill]:
    """Bills of the registration that went back whole, but for reversals: those left it unpaid."""
    bills = Bill.objects.filter(
        subject_type=APPOINTMENT, subject_id=appointment_id, status=BillStatus.REFUNDED
    )
    reversals = RefundLine.objects.filter(
        line__subject_id__in=bills.values("pk"), refund__cause=RefundCause.REVERSED
    )
    return bills.exclude(pk__in=reversals.values("line__subject_id"))


def follow_cancellation(appointment_id: UUID, *, cause: str) -> None:
    """A cancelled registration: an unpaid bill ends, what was paid online goes back where the rules say so.

    So do our own bills that were mandatory with it, but for what was performed; HIS says of its own. By the original
    route when the hospital stopped the session, or where its setting says so; else the fee stays `refund_due` until the
    window gives it back, with its approval and reprint (rules.md 7 and 8). A fee that a clerk took may not be written
    down yet: its bill stands.
    """
    appointment = find(appointment_id)
    _end_bills(_with(appointment_id))
    if appointment.payment_status != PaymentStatus.REFUND_DUE:
        _end_bills(Bill.objects.filter(subject_type=APPOINTMENT, subject_id=appointment_id))
        return
    back, bill = given_back(appointment_id), _paid_bill(appointment_id)
    if bill is None and back.exists() and all(_is_back(each) for each in back):
        note_refund(appointment_id=appointment_id)  # the window gave it back before
        return
    order = order_of(bill) if bill is not None else None
    if bill is None or order is None or order.channel in AT_COUNTER:
        return
    wanted = payment_settings.REGISTRATION_REFUND_ROUTE.of(appointment.hospital) == "original"
    if wanted or cause == "session_stopped":
        _give_back(order, bill, reason="退号" if cause != "session_stopped" else "停诊")


def _give_back(order: PaymentOrder, fee: Bill, *, reason: str) -> None:
    """The fee, and what was paid of the bills that were mandatory with it, each by the way it came."""
    amounts = {order: {fee.pk: fee.amount_fen - fee.refunded_fen}}
    for bill in _with(fee.subject_id).filter(status=BillStatus.PAID).order_by("pk"):
        refundable = refundable_fen(bill)
        if refundable and bill.order_id is not None:
            amounts.setdefault(order_of(bill), {})[bill.pk] = refundable
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


def follow_expiry(appointment_id: UUID) -> None:
    """Nobody paid the hold in time: its order is closed and its bill lapses, for a payment may still arrive."""
    bills = Bill.objects.filter(subject_type=APPOINTMENT, subject_id=appointment_id, status__in=STANDING)
    keys = list(bills.values_list("pk", flat=True))
    _let_go(keys, cause=CloseCause.HOLD_EXPIRED)
    if find(appointment_id).state == AppointmentState.EXPIRED:
        for key in keys:
            lapse_bill(key)


def _with(appointment_id: UUID | None) -> QuerySet[Bill]:
    """Our own bills that are mandatory with the registration's."""
    fees = Bill.objects.filter(subject_type=APPOINTMENT, subject_id=appointment_id)
    return Bill.objects.filter(
        registration_bill__in=fees.values("pk"), is_mandatory=True, source=BillSource.OWN
    )


def _end_bills(bills: QuerySet[Bill], *, cause: CloseCause = CloseCause.APPOINTMENT_CANCELLED) -> None:
    for bill in bills.filter(status__in=UNSETTLED).order_by("pk"):
        _let_go([bill.pk], cause=cause)
        cancel_bill(bill, cause=CancelCause.APPOINTMENT)  # what is being paid for it all the same goes back


def _let_go(bill_ids: Iterable[UUID], *, cause: CloseCause) -> None:
    lines = PaymentOrderLine.objects.filter(
        subject_type=SUBJECT, subject_id__in=list(bill_ids), is_live=True, order__state=OrderState.PENDING
    )
    for order_id in lines.values_list("order_id", flat=True):
        let_go(order_id, cause=cause)


@transaction.atomic
def follow_refund(refund_id: UUID) -> None:
    """Money is back: registrations whose bill went back whole, by refunds that have all succeeded, are refunded.

    A reversal has left its registration unpaid: a fee that is due now is a later one.
    """
    if Refund.objects.filter(pk=refund_id, cause=RefundCause.REVERSED).exists():
        return
    lines = PaymentOrderLine.objects.filter(subject_type=SUBJECT, refund_lines__refund_id=refund_id)
    bills = Bill.objects.filter(
        pk__in=lines.values("subject_id"), subject_type=APPOINTMENT, status=BillStatus.REFUNDED
    )
    for bill in bills.order_by("pk"):
        if bill.subject_id is not None and _is_back(bill):
            note_refund(appointment_id=bill.subject_id)


def _is_back(bill: Bill) -> bool:
    """Whether every refund of the bill has succeeded."""
    parts = RefundLine.objects.filter(line__subject_type=SUBJECT, line__subject_id=bill.pk)
    waiting = parts.exclude(refund__state__in=(RefundState.SUCCEEDED, RefundState.CANCELLED))
    return not waiting.exists()
