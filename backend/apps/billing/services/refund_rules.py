"""Which bills need what before their money goes back, and by which way it goes (rules.md 7, 8 and 16)."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from apps.billing import errors, settings
from apps.billing.models import Bill, BillKind, Invoice, RefundRequest
from apps.identity.models import Hospital
from apps.payments import settings as payment_settings
from apps.payments.channels.card_balance import CARD_BALANCE
from apps.payments.channels.registry import CHANNELS
from apps.payments.models import PaymentOrder, RefundRoute


class Subject(Protocol):
    """What an own bill is for, known to a workflow: whether it still stands in the way of the patient's own refund."""

    def standing(self, subject_ids: Iterable[UUID]) -> set[UUID]:
        """Those of the subjects that have to be given up first (an appointment that is not cancelled). Reads only."""

    def ahead(self, subject_ids: Iterable[UUID]) -> set[UUID]:
        """Those that are still to come: at the window too they are cancelled before their fee goes back. Reads only."""


_SUBJECTS: dict[str, Subject] = {}


def use_subject(subject_type: str, subject: Subject) -> None:
    """Declare who knows about bills of that `subject_type`; called once at start by a workflow."""
    _SUBJECTS[subject_type] = subject


def is_clinic_fee(bill: Bill) -> bool:
    """诊疗费: a registration, or the outpatient fee that is mandatory with it."""
    return bill.kind == BillKind.REGISTRATION or bill.is_mandatory


def needs_approval(hospital: Hospital, bill: Bill) -> bool:
    """Whether a doctor approves its refund at the window."""
    return is_clinic_fee(bill) or settings.REFUND_APPROVAL.of(hospital) == "every_bill"


def needs_reprint(hospital: Hospital, bill: Bill) -> bool:
    """Whether its invoice is reprinted before a refund at the window."""
    return is_clinic_fee(bill) or settings.REFUND_REPRINT.of(hospital) == "every_bill"


def route_of_bill(hospital: Hospital, bill: Bill) -> RefundRoute:
    """The way that the hospital wants its money to go back."""
    if is_clinic_fee(bill):
        return RefundRoute(payment_settings.REGISTRATION_REFUND_ROUTE.of(hospital))
    return RefundRoute(settings.OUTPATIENT_REFUND_ROUTE.of(hospital))


def way_back(order: PaymentOrder, wanted: RefundRoute) -> RefundRoute:
    """The way it can go: cash where the channel gives nothing back, and back to a card what it paid."""
    if order.channel == CARD_BALANCE:
        return RefundRoute.ORIGINAL
    return wanted if is_online(order.channel) else RefundRoute.COUNTER_CASH


def is_online(channel: str) -> bool:
    """Whether the provider moved the money and gives it back."""
    return channel in CHANNELS and CHANNELS[channel].online


def online_channels() -> list[str]:
    """Codes of such channels."""
    return sorted(code for code, spec in CHANNELS.items() if spec.online)


def check_paid_here(order: PaymentOrder, application: str) -> None:
    """RefundNotPaidHere unless the order was paid through the application, online or out of a card's balance."""
    if order.application != application or not (is_online(order.channel) or order.channel == CARD_BALANCE):
        raise errors.RefundNotPaidHere(application=order.application, channel=order.channel)


def check_cancelled(bills: Iterable[Bill]) -> None:
    """AppointmentStands for clinic fees whose subject is still to come."""
    ahead = [
        str(by_id[subject_id].pk)
        for subject_type, by_id in _fees(bills).items()
        if subject_type in _SUBJECTS
        for subject_id in _SUBJECTS[subject_type].ahead(by_id)
    ]
    if ahead:
        raise errors.AppointmentStands(bill_ids=sorted(ahead))


def _fees(bills: Iterable[Bill]) -> dict[str, dict[UUID, Bill]]:
    """Clinic fees by what they are for."""
    by_type: dict[str, dict[UUID, Bill]] = {}
    for bill in bills:
        if is_clinic_fee(bill) and bill.subject_id is not None:
            by_type.setdefault(bill.subject_type, {})[bill.subject_id] = bill
    return by_type


def check_given_up(bills: Iterable[Bill]) -> None:
    """AppointmentStands for clinic fees whose subject has not been given up; where nobody knows, it has not."""
    by_type = _fees(bills)
    standing = [
        str(by_id[subject_id].pk)
        for subject_type, by_id in by_type.items()
        for subject_id in (_SUBJECTS[subject_type].standing(by_id) if subject_type in _SUBJECTS else by_id)
    ]
    if standing:
        raise errors.AppointmentStands(bill_ids=sorted(standing))


def not_reprinted(request: RefundRequest) -> list[UUID]:
    """Bills of the request whose invoice is not reprinted yet, in key order; empty where no reprint is needed.

    Reprinted is the standing invoice of a bill once it was printed twice at any time, or once since the request was
    made: who paid online and never had paper gets the first copy then.
    """
    if not request.needs_reprint:
        return []
    keys = [
        line.bill_id
        for line in request.lines.select_related("bill").order_by("bill_id")
        if needs_reprint(request.hospital, line.bill)
    ]
    twice = Invoice.objects.filter(bill_id__in=keys, reversed_at=None, print_count__gte=2)
    since = Invoice.objects.filter(
        bill_id__in=keys, reversed_at=None, prints__created_at__gte=request.created_at
    )
    done = set(twice.values_list("bill_id", flat=True)) | set(since.values_list("bill_id", flat=True))
    return [key for key in keys if key not in done]
