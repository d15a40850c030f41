"""Bills by what they are about, for the apps and workflows above."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from apps.billing.models import Bill, BillSource
from apps.billing.states import BillStatus
from apps.patients.models import Patient


def bills_about(subject_type: str, subject_ids: Collection[UUID | None]) -> QuerySet[Bill]:
    """All bills of these things, whatever became of them."""
    return Bill.objects.filter(subject_type=subject_type, subject_id__in=subject_ids)


def mandatory_with(bills: QuerySet[Bill]) -> QuerySet[Bill]:
    """Bills that have to be paid with those registrations' bills."""
    return Bill.objects.filter(registration_bill__in=bills.values("pk"), is_mandatory=True)


def bills_of_keys(keys: Collection[UUID]) -> QuerySet[Bill]:
    """The bills of those keys."""
    return Bill.objects.filter(pk__in=keys)


def open_bills_of_his(patient: Patient, *, issued_before: dt.datetime) -> QuerySet[Bill]:
    """What HIS has told of and nobody has paid yet."""
    return Bill.objects.filter(
        patient=patient, source=BillSource.HIS, status=BillStatus.ISSUED, issued_at__lt=issued_before
    )


def bill_of_number(patient: Patient, bill_no: str) -> Bill | None:
    """The patient's bill of that number."""
    return Bill.objects.filter(patient=patient, bill_no=bill_no).first()
