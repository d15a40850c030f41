"""Paid, or held for the other tenders, and not posted yet: it keeps its day open."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from apps.payments.day_blockers import BlockerKind, OpenThing
from apps.payments.models import PaymentAttempt, PaymentOrder
from apps.payments.states import AttemptState, OrderState
from kernel import clock


def unposted(hospital_id: UUID, day: dt.date) -> Iterator[OpenThing]:
    """Orders whose money, or a part of it, we learnt of until that day's end."""
    end = clock.local(day + dt.timedelta(days=1), dt.time())
    rows = PaymentOrder.objects.filter(
        hospital_id=hospital_id, state=OrderState.PAID_UNPOSTED, recorded_at__lt=end
    )
    for pk, number in rows.order_by("recorded_at").values_list("pk", "order_no").iterator(50):
        yield OpenThing(pk, number)
    held = PaymentAttempt.objects.filter(hospital_id=hospital_id, state=AttemptState.HELD, held_at__lt=end)
    for pk, number in held.order_by("held_at").values_list("order_id", "order__order_no").iterator(50):
        yield OpenThing(pk, number)


KIND = BlockerKind(
    "payments.unposted", "已支付未入账", "Paid and not posted", "payments.paymentorder", unposted
)
