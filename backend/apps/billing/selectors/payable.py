"""What a patient can pay now, and which bills have to be paid together (rules.md 11)."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from apps.billing import errors
from apps.billing.models import Bill, BillKind
from apps.billing.states import BillStatus
from kernel import clock


def payable(queryset: QuerySet[Bill]) -> QuerySet[Bill]:
    """The bills of `queryset` that can be paid now."""
    return queryset.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()), status=BillStatus.ISSUED)


def payable_of(patient_id: UUID) -> QuerySet[Bill]:
    """待缴费 of a patient: registrations first, then what is mandatory, then in the order of issue."""
    first = When(kind=BillKind.REGISTRATION, then=Value(0))
    rank = Case(first, When(is_mandatory=True, then=Value(1)), default=Value(2), output_field=IntegerField())
    return payable(Bill.objects.filter(patient_id=patient_id)).order_by(rank, "pk")


def check_selection(bills: Sequence[Bill]) -> None:
    """Whether these bills of one patient can be paid together now. Whole bills only.

    BillNotPayable; RegistrationVoid; MandatoryBillMissing: a bill's registration and the mandatory bills of that
    registration have to be in the payment or paid already.
    """
    now = clock.now()
    over = [bill.pk for bill in bills if not _is_payable(bill, now)]
    if over:
        raise errors.BillNotPayable(bill_ids=_text(over))
    selected = {bill.pk for bill in bills}
    registrations = {bill.registration_bill_id or bill.pk for bill in bills if _belongs(bill)}
    missing = _unpaid_registrations(bills, registrations - selected, now)
    mandatory = payable(Bill.objects.filter(registration_bill_id__in=registrations, is_mandatory=True))
    missing += mandatory.exclude(pk__in=selected).order_by("pk").values_list("pk", flat=True)
    if missing:
        raise errors.MandatoryBillMissing(bill_ids=_text(missing))


def _belongs(bill: Bill) -> bool:
    return bill.registration_bill_id is not None or bill.kind == BillKind.REGISTRATION


def _is_payable(bill: Bill, now: dt.datetime) -> bool:
    return bill.status == BillStatus.ISSUED and (bill.expires_at is None or bill.expires_at > now)


def _unpaid_registrations(bills: Iterable[Bill], others: Collection[UUID], now: dt.datetime) -> list[UUID]:
    """Those of `others` that are still to be paid; RegistrationVoid when one is neither paid nor payable."""
    rows = Bill.objects.filter(pk__in=others).order_by("pk") if others else ()
    unpaid = [row for row in rows if row.status != BillStatus.PAID]
    void = {row.pk for row in unpaid if not _is_payable(row, now)}
    if void:
        raise errors.RegistrationVoid(bill_ids=_text(b.pk for b in bills if b.registration_bill_id in void))
    return [row.pk for row in unpaid]


def _text(keys: Iterable[UUID]) -> list[str]:
    return [str(key) for key in keys]
