"""The bill of a registration's fee: made with the booking, anew when that changes, ended with it.

Bills follow appointments by events, and are made on demand where the event is still on its way.
"""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from apps.billing.errors import BillStands
from apps.billing.selectors import lookup
from apps.billing.selectors.lookup import bills_about
from apps.billing.services.cancel import cancel_bill, lapse_bill
from apps.billing.services.checkout import SUBJECT, close_payments
from apps.billing.services.issue import BillSpec, issue_bill
from apps.billing.services.items import ItemSpec
from apps.billing.states import STANDING, UNSETTLED, BillStatus
from apps.billing.types import Bill, BillKind, BillSource, CancelCause
from apps.payments.selectors.refunds import reversed_subjects
from apps.payments.types import CloseCause
from apps.scheduling.models import Appointment, PaymentStatus
from apps.scheduling.states import LIVE, AppointmentState
from kernel import clock
from kernel.locks import lock_one

#: What a registration's bill is about (billing.Bill.subject_type).
APPOINTMENT = "scheduling.appointment"
RELATED = ("hospital", "department", "practitioner", "patient")


def find(appointment_id: UUID) -> Appointment:
    """The appointment with all that its bill names."""
    return Appointment.objects.select_related(*RELATED).get(pk=appointment_id)


def bills_of(appointment_id: UUID | None) -> QuerySet[Bill]:
    """All bills of the registration's fee, whatever became of them."""
    return bills_about(APPOINTMENT, [appointment_id])


def given_back(appointment_id: UUID) -> QuerySet[Bill]:
    """Bills of the registration that went back whole, but for reversals: those left it unpaid."""
    back = bills_of(appointment_id).filter(status=BillStatus.REFUNDED)
    return back.exclude(pk__in=reversed_subjects(SUBJECT, back.values_list("pk", flat=True)))


def mandatory_with(appointment_id: UUID | None) -> QuerySet[Bill]:
    """Our own bills that are mandatory with the registration's."""
    return lookup.mandatory_with(bills_of(appointment_id)).filter(source=BillSource.OWN)


def bill_of(appointment: Appointment, *, is_taken: bool = False) -> Bill:
    """The standing bill of the registration, made if there is none yet. `appointment` with RELATED.

    `is_taken`: the fee is there already, so it can be paid however late it is.
    """
    own = bills_of(appointment.pk)
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


def follow_booking(appointment_id: UUID) -> None:
    """A number was held or booked: its fee is due, unless its time was over before we heard of it.

    The appointment is locked: one that is cancelled in this moment is waited for, and then has no bill.
    """
    lock_one(Appointment.objects.all(), pk=appointment_id)
    appointment = find(appointment_id)
    due = appointment.payment_status == PaymentStatus.UNPAID and appointment.state in LIVE
    if due and appointment.fee_fen and payable_until(appointment) > clock.now():
        bill_of(appointment)


def follow_reschedule(appointment_id: UUID) -> None:
    """Fee or time have changed: an unpaid bill that says otherwise ends, and one that is right takes its place."""
    appointment = find(appointment_id)
    if appointment.payment_status != PaymentStatus.UNPAID or appointment.state not in LIVE:
        return
    wrong = bills_of(appointment_id).filter(status__in=UNSETTLED)
    wrong = wrong.exclude(amount_fen=appointment.fee_fen, expires_at=payable_until(appointment))
    end_bills(wrong, cause=CloseCause.RESCHEDULED)
    follow_booking(appointment_id)


def follow_expiry(appointment_id: UUID) -> None:
    """Nobody paid the hold in time: its order is closed and its bill lapses, for a payment may still arrive."""
    standing = bills_of(appointment_id).filter(status__in=STANDING)
    keys = list(standing.values_list("pk", flat=True))
    close_payments(*keys, cause=CloseCause.HOLD_EXPIRED)
    if find(appointment_id).state == AppointmentState.EXPIRED:
        for key in keys:
            lapse_bill(key)


def end_bills(bills: QuerySet[Bill], *, cause: CloseCause = CloseCause.APPOINTMENT_CANCELLED) -> None:
    """Nobody is to pay those of them that are unpaid; what is being paid for them all the same goes back."""
    for bill in bills.filter(status__in=UNSETTLED).order_by("pk"):
        close_payments(bill.pk, cause=cause)
        cancel_bill(bill, cause=CancelCause.APPOINTMENT)
