"""Which bills need what before their money goes back, and by which way it goes (rules.md 7, 8 and 16)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from apps.billing import errors, settings
from apps.billing.models import Bill, BillKind, Invoice, RefundRequest
from apps.identity.models import Hospital
from apps.payments import payables, settings as payment_settings
from apps.payments.channels.card_balance import CARD_BALANCE
from apps.payments.channels.registry import CHANNELS
from apps.payments.payables import RefundRule
from apps.payments.types import PaymentOrder, RefundRoute

#: A clinic fee of something that nobody knows: who asks in the application has not given it up.
UNKNOWN = RefundRule(in_app=False)


def is_clinic_fee(bill: Bill) -> bool:
    """诊疗费: a registration, or the outpatient fee that is mandatory with it."""
    return bill.kind == BillKind.REGISTRATION or bill.is_mandatory


def rules_of(bills: Sequence[Bill]) -> dict[UUID, RefundRule]:
    """By bill what holds for its refund now; what a clinic fee is for decides on it. `bills` with their hospital."""
    subjects: dict[str, set[UUID]] = {}
    for bill in bills:
        if is_clinic_fee(bill) and bill.subject_id is not None:
            subjects.setdefault(bill.subject_type, set()).add(bill.subject_id)
    known: dict[UUID, RefundRule] = {}
    for subject_type, ids in subjects.items():
        payable = payables.find(subject_type)
        known |= payable.refund_rules(ids) if payable else dict.fromkeys(ids, UNKNOWN)
    return {bill.pk: _rule_of(bill, known) for bill in bills}


def _rule_of(bill: Bill, subjects: Mapping[UUID, RefundRule]) -> RefundRule:
    if is_clinic_fee(bill):
        subject = subjects[bill.subject_id] if bill.subject_id is not None else RefundRule()
        return replace(subject, needs_doctor=True)
    return RefundRule(needs_doctor=settings.REFUND_APPROVAL.of(bill.hospital) == "every_bill")


def needs_reprint(hospital: Hospital, bill: Bill) -> bool:
    """Whether its invoice is reprinted before a refund at the window."""
    return is_clinic_fee(bill) or settings.REFUND_REPRINT.of(hospital) == "every_bill"


def route_of_bill(hospital: Hospital, bill: Bill) -> RefundRoute:
    """The way that the hospital wants its money to go back."""
    if is_clinic_fee(bill):
        return RefundRoute(payment_settings.REGISTRATION_REFUND_ROUTE.of(hospital))
    return RefundRoute(settings.OUTPATIENT_REFUND_ROUTE.of(hospital))


def refund_route(order: PaymentOrder, wanted: RefundRoute) -> RefundRoute:
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


def check_cancelled(bills: Sequence[Bill]) -> None:
    """AppointmentStands for clinic fees whose subject is still to come. `bills` with their hospital."""
    _check({key: rule.at_window for key, rule in rules_of(bills).items()})


def check_given_up(bills: Sequence[Bill]) -> None:
    """AppointmentStands for clinic fees whose subject has not been given up; where nobody knows, it has not."""
    _check({key: rule.in_app for key, rule in rules_of(bills).items()})


def _check(allowed: Mapping[UUID, bool]) -> None:
    refused = sorted(str(key) for key, is_allowed in allowed.items() if not is_allowed)
    if refused:
        raise errors.AppointmentStands(bill_ids=refused)


def not_reprinted(request: RefundRequest) -> list[UUID]:
    """Bills of the request whose invoice is not reprinted yet, in key order; empty where no reprint is needed.

    Reprinted is the valid invoice of a bill once it was printed twice at any time, or once since the request was
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
