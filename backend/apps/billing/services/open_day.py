"""A number of a form that nothing is known of keeps days open until it is explained."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count, F

from apps.billing.models import InvoiceRange
from apps.billing.states import RangeState
from apps.payments.day_blockers import BlockerKind, OpenThing


def ranges_with_gaps(hospital_id: UUID, day: dt.date) -> Iterator[OpenThing]:
    """Ranges that are not verified and of which fewer numbers are recorded than were used."""
    rows = InvoiceRange.objects.filter(hospital_id=hospital_id).exclude(state=RangeState.VERIFIED)
    rows = rows.annotate(known=Count("papers")).filter(known__lt=F("next_number") - F("first_number"))
    for row in rows.order_by("pk"):
        yield OpenThing(row.pk, f"{row.code} {row.first_no}–{row.last_no}")


KIND = BlockerKind("billing.forms", "票据缺号", "Numbers missing", "billing.invoicerange", ranges_with_gaps)
