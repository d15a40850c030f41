"""Bills that arise in HIS, pushed as they arise (PAY-04). HIS's key of a bill makes a repetition harmless."""

import dataclasses
import datetime as dt

from django.db import transaction

from apps.billing import errors
from apps.billing.models import Bill, CancelCause
from apps.billing.services.cancel import cancel_bill
from apps.billing.services.checkout import SUBJECT
from apps.billing.services.issue import BillSpec, check, issue_bill, reissue_bill, spec_of
from apps.billing.services.settle import mark_paid
from apps.billing.states import BillStatus
from apps.identity.models import Hospital
from apps.patients.models import Patient
from apps.payments.selectors.orders import is_being_paid
from apps.payments.states import OrderState
from kernel.errors import StateConflict

#: The channel of a bill that was paid at HIS's own window.
AT_HIS = "his"


def active_bill(hospital: Hospital, external_id: str) -> Bill | None:
    """HIS's bill of that key which is not cancelled."""
    found = Bill.objects.select_related(
        "hospital", "patient", "department", "practitioner", "registration_bill"
    )
    return (
        found.filter(hospital=hospital, external_id=external_id).exclude(status=BillStatus.CANCELLED).first()
    )


def receive_bill(*, hospital: Hospital, patient: Patient, spec: BillSpec) -> tuple[Bill, bool]:
    """HIS's bill as it is now, and whether it is new to us. `spec` is of source HIS with its `external_id`.

    The same content again changes nothing, whatever became of the bill. Another content issues it again while nobody
    has paid; BillAlreadyPaid afterwards. InsuranceNotSupported, InvalidValue, StateConflict (changed meanwhile).
    """
    known = active_bill(hospital, spec.external_id)
    if known is None:
        try:
            return issue_bill(hospital=hospital, patient=patient, spec=spec), True
        except errors.BillStands:  # the same push at the same time was faster
            known = active_bill(hospital, spec.external_id)
            if known is None:
                raise
    check(hospital, patient, dataclasses.replace(spec, expires_at=None, registration_bill=None))
    if known.patient_id == patient.pk and _content(spec_of(known)) == _content(spec):
        return known, False
    if known.status != BillStatus.ISSUED:
        raise errors.BillAlreadyPaid
    if known.patient_id == patient.pk:
        return reissue_bill(known, spec=spec, reason="HIS"), True
    with transaction.atomic():  # HIS has corrected the patient
        cancel_bill(known, cause=CancelCause.HIS, reason="HIS")
        return issue_bill(hospital=hospital, patient=patient, spec=spec), True


def _content(spec: BillSpec) -> BillSpec:
    """For comparing: items with their amounts, a title only where it is not made of them."""
    items = tuple(dataclasses.replace(item, amount_fen=item.total_fen) for item in spec.items)
    title = " ".join((spec.title or "、".join(item.name for item in items)).split())[:120]
    registration = spec.registration_bill
    mandatory = spec.is_mandatory or spec.kind == "registration"
    return dataclasses.replace(
        spec, items=items, title=title, is_mandatory=mandatory, registration_bill=registration
    )


def cancel_by_his(bill: Bill, *, reason: str = "") -> Bill:
    """HIS has withdrawn the bill. BillAlreadyPaid: then HIS refunds it."""
    return cancel_bill(bill, cause=CancelCause.HIS, reason=reason)


def settled_at_his(bill: Bill, *, paid_at: dt.datetime) -> Bill:
    """The bill was paid at HIS's own window; a payment of ours that is under way goes back. Again changes nothing.

    StateConflict when it is cancelled, and while a payment of ours that HIS may be telling of is being posted: to be
    told again. A bill that we have paid stays as it is.
    """
    if bill.status in (BillStatus.PAID, BillStatus.REFUNDED):
        return bill
    if _is_paid_here(bill):
        raise StateConflict(retry_after=30, current="being_posted")
    try:
        paid = mark_paid(
            {bill.pk: bill.amount_fen},
            hospital_id=bill.hospital_id,
            paid_at=paid_at,
            channel=AT_HIS,
            application=AT_HIS,
        )
    except StateConflict:
        bill.refresh_from_db()
        if bill.status != BillStatus.PAID:
            raise
        return bill
    return paid[0]


def _is_paid_here(bill: Bill) -> bool:
    """Whether the money of our own order for it is here and is being posted."""
    return is_being_paid(SUBJECT, bill.pk, state=OrderState.PAID_UNPOSTED)
