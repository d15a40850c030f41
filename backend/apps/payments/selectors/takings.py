"""What a clerk has taken otherwise than in cash: for the count at the end of a shift."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, Sum

from apps.payments.channels.registry import CHANNELS
from apps.payments.drawers import CASH
from apps.payments.models import PaymentAttempt, Refund, RefundCause, RefundRoute

OTHERS = [code for code in CHANNELS if code != CASH]
POS = "pos"


@dataclass(frozen=True, slots=True)
class Takings:
    """`count`: payments. `fen`: what they brought, less what the clerk gave back by the card machine."""

    count: int
    fen: int


def takings_of(hospital_id: UUID, staff_id: UUID, begin: dt.datetime, end: dt.datetime) -> dict[str, Takings]:
    """By channel, of [begin, end); what was held, paid or given back since alike: it went through the clerk's hands."""
    came = PaymentAttempt.objects.filter(
        hospital_id=hospital_id, channel__in=OTHERS, taken_by=staff_id, paid_at__gte=begin, paid_at__lt=end,
        paid_fen__gt=0,
    )  # fmt: skip
    counts, sums = Counter[str](), Counter[str]()
    for channel, count, fen in came.order_by().values_list("channel").annotate(Count("pk"), Sum("paid_fen")):
        counts[channel], sums[channel] = count, fen
    voided = Q(route=RefundRoute.ORIGINAL) | Q(cause=RefundCause.REVERSED)
    back = Refund.objects.filter(
        voided, hospital_id=hospital_id, decided_by=staff_id, succeeded_at__gte=begin, succeeded_at__lt=end,
        attempt__channel=POS,
    )  # fmt: skip
    sums[POS] -= back.aggregate(total=Sum("amount_fen"))["total"] or 0
    return {code: Takings(counts[code], sums[code]) for code in OTHERS if counts[code] or sums[code]}
