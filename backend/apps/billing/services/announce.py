"""Events of one bill."""

from typing import Any, TypeVar

from apps.billing.events import OfBill
from apps.billing.models import Bill

E = TypeVar("E", bound=OfBill)


def event_of(kind: type[E], bill: Bill, **details: Any) -> E:
    """The event of that kind about the bill."""
    return kind(
        hospital_id=bill.hospital_id,
        bill_id=bill.pk,
        patient_id=bill.patient_id,
        kind=bill.kind,
        amount_fen=bill.amount_fen,
        subject_type=bill.subject_type,
        subject_id=bill.subject_id,
        **details,
    )
