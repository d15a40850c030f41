"""A registration as something that is paid for: its number becomes the patient's, and stands in the way of refunds."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q

from apps.billing.services.checkout import REGISTRATION
from apps.payments import payables
from apps.payments.channels.counter import AT_COUNTER
from apps.payments.payables import Credit, PayableLine, RefundRule, SettleLater, SettleRefused
from apps.payments.selectors.orders import is_recorded
from apps.payments.services.ledger import Account
from apps.payments.types import AccountKind, PaymentOrder, ReturnCause
from apps.scheduling.errors import HoldExpired
from apps.scheduling.models import Appointment, PaymentStatus
from apps.scheduling.services.confirm import settle_fee
from apps.scheduling.services.reverse import note_handed_out
from apps.scheduling.states import LIVE, AppointmentState
from apps.worklist.services.items import close_item
from kernel.locks import lock_one
from workflows.registration_fee.bill import APPOINTMENT
from workflows.registration_fee.collect import TAKEN
from workflows.registration_fee.work import REFUND_DUE


class Registrations(payables.Payable):
    """The fee of an appointment, paid by the bill for it."""

    subject_type = APPOINTMENT
    scenes = (REGISTRATION,)

    def settle(self, order: PaymentOrder, lines: Sequence[PayableLine]) -> list[Credit]:
        """The number is the patient's; of a fee that a clerk took it is, and only has to be so still."""
        is_taken = is_recorded(order)
        for line in lines:
            if is_taken:
                _check_taken(line.subject_id)
            else:
                _settle(line.subject_id, order.channel)
        return [Credit(line.line_id, Account(AccountKind.REVENUE)) for line in lines]

    def handed_out(self, order: PaymentOrder, lines: Sequence[PayableLine], *, staff_id: UUID | None) -> None:
        """Its number is unpaid again, or its fee is back where it was cancelled. StateConflict: it was before."""
        for line in lines:
            note_handed_out(line.subject_id, staff_id=staff_id)
            close_item(REFUND_DUE, subject_id=line.subject_id, outcome="已退费")

    def refund_rules(self, subject_ids: Iterable[UUID]) -> dict[UUID, RefundRule]:
        """What is booked, waits to be seen or whose fee a clerk has handed back is cancelled first, whoever asks.

        In the application also one whose patient did not come: that fee is the window's to give back.
        """
        keys = list(subject_ids)
        rows = Appointment.objects.filter(pk__in=keys)
        gone = (AppointmentState.CANCELLED, AppointmentState.EXPIRED)
        standing = set(rows.exclude(state__in=gone).values_list("pk", flat=True))
        to_come = rows.filter(Q(state__in=LIVE) | Q(payment_status=PaymentStatus.UNPAID))
        ahead = set(to_come.values_list("pk", flat=True))
        return {key: RefundRule(in_app=key not in standing, at_window=key not in ahead) for key in keys}


def _settle(appointment_id: UUID, channel: str) -> None:
    status = PaymentStatus.PAID_AT_COUNTER if channel in AT_COUNTER else PaymentStatus.PAID_ONLINE
    try:
        settle_fee(appointment_id=appointment_id, payment_status=status)
    except HoldExpired as error:
        raise SettleRefused(error.code, ReturnCause.HOLD_EXPIRED) from error


def _check_taken(appointment_id: UUID) -> None:
    """SettleLater: the recorded fee was given back, and an event that is on its way says so."""
    appointment = lock_one(Appointment.objects, pk=appointment_id)
    if appointment.payment_status not in TAKEN:
        raise SettleLater("given back at the window")
