"""Paid, and not posted yet: it keeps its day open."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from apps.payments.day_blockers import BlockerKind, OpenThing
from apps.payments.models import PaymentOrder
from apps.payments.states import OrderState
from kernel import clock


def unposted(hospital_id: UUID, day: dt.date) -> Iterator[OpenThing]:
    """Orders whose money we learnt of until that day's end."""
    end = clock.local(day + dt.timedelta(days=1), dt.time())
    rows = PaymentOrder.objects.filter(
        hospital_id=hospital_id, state=OrderState.PAID_UNPOSTED, recorded_at__lt=end
    )
    for pk, number in rows.order_by("recorded_at").values_list("pk", "order_no").iterator(50):
        yield OpenThing(pk, number)


KIND = BlockerKind(
    "payments.unposted", "已支付未入账", "Paid and not posted", "payments.paymentorder", unposted
)
